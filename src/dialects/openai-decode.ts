/** Decoding what an origin answers on OpenAI's chat and completions routes: frames until `[DONE]`, or one document. */
import type { Delta, Usage } from '../exchange/answer.ts';
import { isObject, type Json, type JsonObject } from '../exchange/json.ts';
import type { Decoder, Relay } from './dialect.ts';
import { eventSplitter } from './framing/sse.ts';
import { DONE, doneOf, faultIn, parseObject, readUsage, textOf, UNREADABLE } from './openai-common.ts';

/** The deltas of one choice: of its `delta` in a frame, of the choice itself in a document. */
export type ReadChoice = (choice: JsonObject, streaming: boolean) => readonly Delta[];

const NOTHING: readonly Delta[] = [];

export function choiceDecoder(streaming: boolean, readChoice: ReadChoice): Decoder {
  return streaming ? frames(readChoice) : document(readChoice);
}

/** The answer is whole when `[DONE]` follows a finish reason: a stream that stops before it was cut off. */
function frames(readChoice: ReadChoice): Decoder {
  const events = eventSplitter();
  let finish = '';
  let usage: Usage | undefined;

  function deltas(data: string): readonly Delta[] {
    if (data === DONE) return finish === '' ? NOTHING : [doneOf(finish, usage)];
    const frame = parseObject(data);
    if (frame === undefined) return [{ kind: 'fault', fault: UNREADABLE }];
    const fault = faultIn(frame);
    if (fault !== undefined) return [{ kind: 'fault', fault }];
    const choice = firstChoice(frame.choices);
    // With usage asked for, some versions put an empty one into every frame: the last one counts.
    usage = readUsage(frame.usage) ?? usage;
    if (choice === undefined) return NOTHING;
    finish = textOf(choice.finish_reason) || finish;
    return readChoice(choice, true);
  }

  return {
    push: (text) => events.push(text).flatMap(({ data }) => deltas(data)),
    end: () => NOTHING,
  };
}

function document(readChoice: ReadChoice): Decoder {
  let text = '';
  return {
    push(piece) {
      text += piece;
      return NOTHING;
    },
    end() {
      const whole = parseObject(text);
      if (whole === undefined) return NOTHING;
      const fault = faultIn(whole);
      if (fault !== undefined) return [{ kind: 'fault', fault }];
      const choice = firstChoice(whole.choices);
      if (choice === undefined) return NOTHING;
      const finish = textOf(choice.finish_reason);
      const deltas = readChoice(choice, false);
      return finish === '' ? deltas : [...deltas, doneOf(finish, readUsage(whole.usage))];
    },
  };
}

function firstChoice(choices: Json | undefined): JsonObject | undefined {
  const first: unknown = Array.isArray(choices) ? choices[0] : undefined;
  return isObject(first) ? first : undefined;
}

/** Passes a stream on without the usage that the edge asked for on its own behalf. */
export function withoutUsage(): Relay {
  let rest = '';
  return {
    push(text) {
      rest += text;
      const end = rest.lastIndexOf('\n\n');
      if (end < 0) return '';
      const whole = rest.slice(0, end + 2);
      rest = rest.slice(end + 2);
      return whole.includes('"usage"')
        ? whole
            .split(/(?<=\n\n)/)
            .map(stripped)
            .join('')
        : whole;
    },
  };
}

function stripped(event: string): string {
  const frame = event.startsWith('data: {') ? parseObject(event.slice('data: '.length)) : undefined;
  if (frame === undefined || frame.usage === undefined) return event;
  const { usage: _, ...kept } = frame;
  return Array.isArray(frame.choices) && frame.choices.length === 0 ? '' : `data: ${JSON.stringify(kept)}\n\n`;
}
