/** What holds for every answer on the `/v1` routes: written and read back it is the same, wherever its stream is cut. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerDeltas } from '../../src/dialects/answer-deltas.ts';
import { anthropicMessages } from '../../src/dialects/anthropic-messages.ts';
import type { Dialect, DialectName, View } from '../../src/dialects/dialect.ts';
import { openaiChat } from '../../src/dialects/openai-chat.ts';
import { openaiCompletions } from '../../src/dialects/openai-completions.ts';
import { openaiResponses } from '../../src/dialects/openai-responses.ts';
import type { Answer, Delta } from '../../src/exchange/answer.ts';
import { fault } from '../../src/exchange/fault.ts';
import { answer } from './arbitrary.ts';
import { collect, eventsIn } from './collect.ts';
import { cut } from './cut.ts';

const view: View = { stream: true, model: 'm', includeUsage: true, request: {} };
const places = fc.array(fc.nat(), { maxLength: 8 });
const counted = answer.map((given) => ({
  ...given,
  usage: { ...given.usage, completionTokens: given.usage.completionTokens + 1 },
}));

type Kept = Pick<Answer, 'content' | 'thinking' | 'toolCalls' | 'logprobs' | 'doneReason' | 'usage'>;

/** What a dialect shows of an answer. */
const SHOWN: Readonly<Record<DialectName, (given: Answer) => Partial<Kept>>> = {
  'ollama-chat': (given) => given,
  'ollama-generate': (given) => given,
  'openai-chat': ({ content, thinking, toolCalls, doneReason, usage, logprobs }) => ({
    content,
    thinking,
    toolCalls,
    // A call is the reason in itself.
    doneReason: toolCalls.length > 0 ? 'stop' : doneReason,
    usage,
    ...(logprobs && { logprobs }),
  }),
  'openai-completions': ({ content, doneReason, usage }) => ({ content, thinking: '', doneReason, usage }),
  // Like Ollama, it says that it completed whatever it cut.
  'openai-responses': ({ content, thinking, toolCalls, usage }) => ({
    content,
    thinking,
    toolCalls,
    doneReason: 'stop',
    usage,
  }),
  'anthropic-messages': ({ content, thinking, toolCalls, doneReason, usage }) => ({
    content,
    thinking,
    toolCalls,
    doneReason: toolCalls.length > 0 ? 'stop' : doneReason,
    usage,
  }),
};

/** Calls without an id are given one. */
function withIds(given: Partial<Kept>): unknown {
  const { toolCalls, ...rest } = given;
  const named = toolCalls?.map((call) => ({ ...call, id: call.id || expect.stringMatching(/^call_[0-9a-f]{24}$/) }));
  return named ? { ...rest, toolCalls: named } : rest;
}

/** The deltas as an origin sends them: many small ones. */
function pieces(given: Answer): readonly Delta[] {
  return answerDeltas(given).flatMap((delta): readonly Delta[] =>
    delta.kind === 'content' || delta.kind === 'thinking'
      ? [
          { ...delta, text: delta.text.slice(0, 2) },
          { kind: delta.kind, text: delta.text.slice(2) },
        ]
      : [delta],
  );
}

describe.each<Dialect>([openaiChat, openaiCompletions, openaiResponses, anthropicMessages])('$name', (dialect) => {
  const shown = (given: Answer) => withIds(SHOWN[dialect.name](given));
  /** An answer of which this dialect shows nothing is none. */
  const visible = counted.filter((given) => {
    const { content, thinking = '', toolCalls = [] } = SHOWN[dialect.name](given);
    return content !== '' || thinking !== '' || toolCalls.length > 0;
  });

  it('writes a document that reads back as the same answer', () => {
    fc.assert(
      fc.property(visible, (given) => {
        const landed = collect(dialect.decoder(false), [dialect.renderJson(given, view)]);
        expect(landed).toMatchObject({ kind: 'complete', answer: shown(given) });
      }),
    );
  });

  it('writes a stream that reads back as the same answer, stored or live', () => {
    fc.assert(
      fc.property(visible, (given) => {
        const { write } = dialect.streamRenderer(view);
        const live = pieces(given).map(write).join('');
        for (const stream of [dialect.renderStream(given, view), live])
          expect(collect(dialect.decoder(true), [stream])).toMatchObject({ kind: 'complete', answer: shown(given) });
      }),
    );
  });

  it('decodes a stream the same wherever it is cut', () => {
    fc.assert(
      fc.property(counted, places, (given, at) => {
        const stream = dialect.renderStream(given, view);
        expect(collect(dialect.decoder(true), cut(stream, at))).toEqual(collect(dialect.decoder(true), [stream]));
      }),
    );
  });

  it('takes no beginning of a stream or document for the whole', () => {
    fc.assert(
      fc.property(counted, fc.nat(), (given, at) => {
        for (const streaming of [true, false]) {
          const whole = streaming ? dialect.renderStream(given, view) : dialect.renderJson(given, view);
          const beginning = whole.slice(0, at % (whole.length - 1));
          expect(collect(dialect.decoder(streaming), [beginning]).kind).not.toBe('complete');
        }
      }),
    );
  });

  it('relays a stream as it would write it, wherever it is cut', () => {
    const plain: View = { ...view, includeUsage: false };
    fc.assert(
      fc.property(visible, places, (given, at) => {
        const stream = dialect.renderStream({ ...given, createdAt: Date.now() }, view);
        const relay = dialect.relay(plain);
        const relayed = cut(stream, at)
          .map((piece) => (relay ? relay.push(piece) : piece))
          .join('');
        const landed = collect(dialect.decoder(true), [relayed]);
        const { usage, ...rest } = SHOWN[dialect.name](given);
        expect(landed).toMatchObject({ kind: 'complete', answer: withIds(rest) });
        const usageAsked = dialect !== openaiChat && dialect !== openaiCompletions;
        expect(relayed.includes('"usage":')).toBe(usageAsked);
        if (usageAsked) expect(landed).toMatchObject({ answer: { usage } });
      }),
    );
  });

  it('ends a failed stream with the fault, and with nothing after it', () => {
    fc.assert(
      fc.property(counted, (given) => {
        const { write } = dialect.streamRenderer(view);
        const said = pieces(given).slice(0, -1).map(write).join('');
        const stream = said + write({ kind: 'fault', fault: fault('bad_gateway', 'it broke') });
        expect(eventsIn(stream).at(-1)?.data).not.toBe('[DONE]');
        expect(write({ kind: 'done', reason: 'stop' })).toBe('');
        const landed = collect(dialect.decoder(true), [stream]);
        expect(landed).toMatchObject({ kind: 'failed', fault: { message: 'it broke' } });
      }),
    );
  });

  it('mints another id for every answer, and one for all of its stream', () => {
    const given: Answer = {
      content: 'a',
      thinking: '',
      toolCalls: [],
      doneReason: 'stop',
      usage: { promptTokens: 1, completionTokens: 1 },
      timing: { total: 1, load: 1, promptEval: 1, eval: 1 },
      createdAt: 0,
    };
    const idsIn = (text: string) => new Set(text.match(/"id":"(chatcmpl-|cmpl-|resp_|msg_)[^"]+"/g));
    const [one, other] = [dialect.renderStream(given, view), dialect.renderStream(given, view)].map(idsIn);
    expect(one?.size).toBe(dialect === openaiResponses ? 2 : 1);
    const ids = new Set([...(one ?? []), ...(other ?? []), ...idsIn(dialect.renderJson(given, view))]);
    expect(ids.size).toBe(dialect === openaiResponses ? 6 : 3);
  });
});

describe('an end that says nothing of why', () => {
  it.each<[Dialect, string]>([
    [openaiChat, 'data: {"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":null}]}\n\ndata: [DONE]\n\n'],
    [openaiCompletions, 'data: {"choices":[{"index":0,"text":"x","finish_reason":null}]}\n\ndata: [DONE]\n\n'],
    [
      anthropicMessages,
      'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"x"}}\n\ndata: {"type":"message_stop"}\n\n',
    ],
  ])('is none: $0.name', (dialect, stream) => {
    expect(collect(dialect.decoder(true), [stream]).kind).toBe('truncated');
  });
});

describe('a frame that is not JSON', () => {
  it.each<Dialect>([openaiChat, openaiCompletions, openaiResponses, anthropicMessages])('fails $name', (dialect) => {
    expect(collect(dialect.decoder(true), ['data: {"cho\n\n'])).toMatchObject({
      kind: 'failed',
      fault: { status: 502 },
    });
  });
});
