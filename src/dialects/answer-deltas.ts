/** What was said, as deltas: few and whole, for replaying a stored answer, and for reading chunks that say several things. */
import type { Answer, Delta, Done } from '../exchange/answer.ts';

export type Said = Pick<Answer, 'content' | 'thinking' | 'toolCalls' | 'logprobs'>;

/** In the order of generation; log probabilities go with the first delta. */
export function saidDeltas({ content, thinking, toolCalls, logprobs }: Said): Delta[] {
  const deltas: Delta[] = [];
  let rest = logprobs && { logprobs };
  const add = (delta: Exclude<Delta, Done | { readonly kind: 'fault' }>) => {
    deltas.push(rest === undefined ? delta : { ...delta, ...rest });
    rest = undefined;
  };
  if (thinking !== '') add({ kind: 'thinking', text: thinking });
  if (content !== '') add({ kind: 'content', text: content });
  for (const call of toolCalls) add({ kind: 'tool_call', call });
  // A parser that holds text back sends the log probabilities of what it holds on chunks of their own.
  if (rest !== undefined) add({ kind: 'content', text: '' });
  return deltas;
}

/** A whole answer, its end included. */
export function answerDeltas(answer: Answer): readonly Delta[] {
  const { doneReason, usage, timing } = answer;
  return [...saidDeltas(answer), { kind: 'done', reason: doneReason, usage, timing }];
}
