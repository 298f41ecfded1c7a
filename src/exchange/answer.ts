/** Answer: what was generated, freed of its dialect; Delta: the same, piece by piece, as it is being written. */
import type { Fault } from './fault.ts';
import type { ToolCall } from './prompt.ts';

export interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly bytes?: readonly number[];
  readonly topLogprobs?: readonly TokenLogprob[];
}

export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** Durations in nanoseconds, as Ollama counts them. */
export interface Timing {
  readonly total: number;
  readonly load: number;
  readonly promptEval: number;
  readonly eval: number;
}

export type DoneReason = 'stop' | 'length';

export interface Answer {
  readonly content: string;
  readonly thinking: string;
  readonly toolCalls: readonly ToolCall[];
  readonly logprobs?: readonly TokenLogprob[];
  /** Token ids that continue a `/api/generate` conversation; only answers that came through that route have them. */
  readonly context?: readonly number[];
  readonly doneReason: DoneReason;
  readonly usage: Usage;
  readonly timing: Timing;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export interface Done {
  readonly kind: 'done';
  /** Only `stop` and `length` make a complete answer; `load`, `unload` and anything else do not. */
  readonly reason: string;
  readonly usage?: Usage;
  readonly timing?: Timing;
  readonly context?: readonly number[];
}

export type Delta =
  | { readonly kind: 'content'; readonly text: string; readonly logprobs?: readonly TokenLogprob[] }
  | { readonly kind: 'thinking'; readonly text: string; readonly logprobs?: readonly TokenLogprob[] }
  | { readonly kind: 'tool_call'; readonly call: ToolCall; readonly logprobs?: readonly TokenLogprob[] }
  | Done
  | { readonly kind: 'fault'; readonly fault: Fault };
