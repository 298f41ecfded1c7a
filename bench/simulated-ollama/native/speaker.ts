/** Says a script token by token, as Ollama's runner does: stop sequences held back, num_predict, and its way out of repetitions. */

import type { Job } from '../engine/slots.ts';
import type { Cut } from '../faults.ts';
import type { Script, ScriptToken } from '../model/script.ts';
import { seeded } from '../model/seed.ts';
import type { RunOptions } from './options.ts';
import type { Chunk, Logprob, NativeRequest } from './request.ts';

export type Outcome = 'stop' | 'length' | 'trap' | Cut['how'];

export interface Speaker extends Job {
  /** Undefined while it speaks. */
  outcome(): Outcome | undefined;
  /** The texts of the tokens that were made. */
  readonly made: readonly string[];
}

/** More equal chunks than these end an answer without `done`. */
const MOST_REPEATS = 30;

export function createSpeaker(
  script: Script,
  { route, logprobs, topLogprobs }: NativeRequest,
  { numPredict, stop }: RunOptions,
  cut: () => Cut | undefined,
  emit: (chunk: Chunk) => void,
): Speaker {
  const made: string[] = [];
  let outcome: Outcome | undefined;
  let held = '';
  let heldLogprobs: Logprob[] = [];
  let repeated = '';
  let repeats = 0;
  let calls = 0;

  function say(part: Partial<Chunk>): void {
    const withLogprobs = heldLogprobs;
    heldLogprobs = [];
    emit({ content: '', thinking: '', calls: [], ending: undefined, ...part, logprobs: withLogprobs });
  }

  function flush(): void {
    if (held !== '') say({ content: held });
    held = '';
  }

  function content(text: string): void {
    if (text === '') {
      say({});
      return;
    }
    const trimmed = text.trim();
    repeats = trimmed === repeated ? repeats + 1 : 0;
    repeated = trimmed;
    if (repeats > MOST_REPEATS) {
      outcome = 'trap';
      return;
    }
    held += text;
    const at = stop.map((word) => held.indexOf(word)).filter((found) => found >= 0);
    if (at.length > 0) {
      held = held.slice(0, Math.min(...at));
      flush();
      outcome = 'stop';
    } else if (!stop.some((word) => endsInside(held, word))) flush();
  }

  function make(token: ScriptToken): void {
    made.push(token.text);
    if (logprobs && token.kind !== 'silent') heldLogprobs.push(logprobOf(token.text, topLogprobs));
    if (token.kind === 'content') content(token.text);
    else if (token.kind === 'thinking') say({ thinking: token.text });
    else if (token.kind === 'call') {
      const id = `call_${Math.random().toString(36).slice(2, 10).padEnd(8, '0')}`;
      say({ calls: [{ id, index: calls++, name: token.call.name, arguments: token.call.arguments }] });
    } else if (token.kind === 'held' ? logprobs : route === 'generate') say({});
    if (outcome === undefined && made.length >= numPredict) {
      flush();
      outcome = 'length';
    }
  }

  return {
    prompt: script.prompt,
    promptTokens: script.promptTokens,
    embedding: false,
    made,
    outcome: () => outcome,
    ended: () => outcome !== undefined,
    known: () => script.prompt + made.join(''),
    step() {
      const fault = cut();
      const broken = fault !== undefined && made.length >= fault.after ? fault.how : undefined;
      if (broken !== undefined && broken !== 'repeat') {
        outcome = broken;
        return false;
      }
      const token = broken === 'repeat' ? ({ kind: 'content', text: ' again' } as const) : script.tokens[made.length];
      if (token === undefined) {
        flush();
        outcome = 'stop';
        return false;
      }
      make(token);
      return true;
    },
  };
}

/** Whether the text ends with the beginning of the word. */
function endsInside(text: string, word: string): boolean {
  for (let length = Math.min(word.length - 1, text.length); length > 0; length -= 1)
    if (text.endsWith(word.slice(0, length))) return true;
  return false;
}

function logprobOf(token: string, others: number): Logprob {
  const pick = seeded(token);
  const entry = (text: string, logprob: number) => ({ token: text, logprob, bytes: [...Buffer.from(text)] });
  const own = entry(token, -(1 + pick(4_000)) / 1e4);
  if (others === 0) return own;
  const rest = Array.from({ length: others - 1 }, (_, at) => entry(` other${at}`, own.logprob - 1 - at));
  return { ...own, top_logprobs: [own, ...rest] };
}
