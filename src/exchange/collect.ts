/** Collects deltas into an Answer, and says whether it is complete: only a complete answer may ever be stored. */
import type { Answer, Delta, Done, DoneReason, Timing, TokenLogprob } from './answer.ts';
import type { Fault } from './fault.ts';
import type { ToolCall } from './prompt.ts';

export type Collected =
  | { readonly kind: 'complete'; readonly answer: Answer }
  /** Ended well, but is no answer to keep: an empty one, a model load. */
  | { readonly kind: 'uncacheable'; readonly answer: Answer; readonly reason: string }
  /** The stream stopped without its terminal event. */
  | { readonly kind: 'truncated' }
  | { readonly kind: 'failed'; readonly fault: Fault };

export interface Collector {
  add(delta: Delta): void;
  /** Call once, when the origin's stream has ended. */
  finish(): Collected;
}

/** What the edge itself saw, for dialects that carry no durations: Ollama's clients expect them to be above zero. */
function measuredTiming(startedAt: number, firstAt: number, now: number): Timing {
  const ns = (ms: number) => Math.max(1, Math.round(ms * 1e6));
  return { total: ns(now - startedAt), load: 1, promptEval: ns(firstAt - startedAt), eval: ns(now - firstAt) };
}

/**
 * @param now milliseconds since the epoch
 */
export function collectAnswer(now: () => number = Date.now): Collector {
  const startedAt = now();
  let firstAt: number | undefined;
  let content = '';
  let thinking = '';
  const toolCalls: ToolCall[] = [];
  const logprobs: TokenLogprob[] = [];
  let done: Done | undefined;
  let failure: Fault | undefined;

  return {
    add(delta) {
      if (delta.kind === 'fault') {
        failure ??= delta.fault;
        return;
      }
      if (delta.kind === 'done') {
        done = done === undefined ? delta : { ...done, ...delta };
        return;
      }
      firstAt ??= now();
      if (delta.logprobs) logprobs.push(...delta.logprobs);
      if (delta.kind === 'content') content += delta.text;
      else if (delta.kind === 'thinking') thinking += delta.text;
      else toolCalls.push(delta.call);
    },
    finish() {
      if (failure !== undefined) return { kind: 'failed', fault: failure };
      if (done === undefined) return { kind: 'truncated' };
      const endedAt = now();
      const usage = done.usage ?? { promptTokens: 0, completionTokens: 0 };
      const answer: Answer = {
        content,
        thinking,
        toolCalls,
        ...(logprobs.length > 0 && { logprobs }),
        ...(done.context && { context: done.context }),
        doneReason: done.reason as DoneReason,
        usage,
        timing: done.timing ?? measuredTiming(startedAt, firstAt ?? endedAt, endedAt),
        createdAt: endedAt,
      };
      if (done.reason !== 'stop' && done.reason !== 'length')
        return { kind: 'uncacheable', answer, reason: `done_reason ${done.reason}` };
      if (content === '' && thinking === '' && toolCalls.length === 0)
        return { kind: 'uncacheable', answer, reason: 'empty answer' };
      return { kind: 'complete', answer };
    },
  };
}
