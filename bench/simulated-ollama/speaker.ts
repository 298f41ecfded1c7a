/** Says a script token by token, as Ollama's runner does, until its end, num_predict or a fault. */
import type { Outcome } from '../../origin/ollama-api/backend.ts';
import type { RunOptions } from '../../origin/ollama-api/native/options.ts';
import type { Chunk, Logprob, NativeRequest } from '../../origin/ollama-api/native/request.ts';
import { createTextFlow } from '../../origin/ollama-api/native/text-flow.ts';
import type { Job } from './engine/slots.ts';
import type { Cut } from './faults.ts';
import type { Script, ScriptToken } from './model/script.ts';
import { seeded } from './model/seed.ts';

export interface Speaker extends Job {
  /** Undefined while it speaks. */
  outcome(): Outcome | undefined;
  /** The texts of the tokens that were made. */
  readonly made: readonly string[];
}

export function createSpeaker(
  script: Script,
  { route, logprobs, topLogprobs }: NativeRequest,
  { numPredict, stop }: RunOptions,
  cut: () => Cut | undefined,
  emit: (chunk: Chunk) => void,
): Speaker {
  const made: string[] = [];
  let outcome: Outcome | undefined;
  let heldLogprobs: Logprob[] = [];
  let calls = 0;
  const flow = createTextFlow(stop, (content) => say({ content }));

  function say(part: Partial<Chunk>): void {
    const withLogprobs = heldLogprobs;
    heldLogprobs = [];
    emit({ content: '', thinking: '', calls: [], ending: undefined, ...part, logprobs: withLogprobs });
  }

  function content(text: string): void {
    if (text === '') say({});
    else outcome = flow.add(text);
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
      flow.flush();
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
        flow.flush();
        outcome = 'stop';
        return false;
      }
      make(token);
      return true;
    },
  };
}

function logprobOf(token: string, others: number): Logprob {
  const pick = seeded(token);
  const entry = (text: string, logprob: number) => ({ token: text, logprob, bytes: [...Buffer.from(text)] });
  const own = entry(token, -(1 + pick(4_000)) / 1e4);
  if (others === 0) return own;
  const rest = Array.from({ length: others - 1 }, (_, at) => entry(` other${at}`, own.logprob - 1 - at));
  return { ...own, top_logprobs: [own, ...rest] };
}
