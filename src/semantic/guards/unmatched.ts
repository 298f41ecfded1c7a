/**
 * Names and other words that the other prompt does not have. "An analyst" is not "a good analyst", France is not Germany. What
 * stands only in a preamble that the question does not need is let pass.
 */
import type { Comparison, Guard } from './guard.ts';
import { isIdlePreamble } from './preamble.ts';
import type { Item, Reading } from '../reading.ts';

/** Restrict nothing. */
const LIGHT = new Set(['thing', 'people', 'person', 'other', 'item', 'stuff', 'too', 'also', 'still', 'already', 'yet', 'several', 'far', 'one']);

/** Names, numbers and code that only one has: what is asked about differs. */
export const name: Guard = {
  name: 'name',
  refuses: (comparison) =>
    unmatchedItems(comparison).some((item) => item.kind === 'name' || item.kind === 'number' || item.kind === 'code' || item.kind === 'pronoun'),
};

export const unmatched: Guard = {
  name: 'unmatched',
  refuses: (comparison) =>
    unmatchedItems(comparison).some((item) => item.kind === 'word' || item.kind === 'relation') && !isIdlePreamble(comparison),
};

/** Items of either side that stand alone and say something. */
export function unmatchedItems({ a, b, alignment }: Comparison): Item[] {
  return [...pick(a, alignment.leftA, b), ...pick(b, alignment.leftB, a)];
}

function pick(reading: Reading, left: readonly number[], other: Reading): Item[] {
  return left
    .map((i) => reading.items[i] as Item)
    .filter((item) => !LIGHT.has(item.lemma) && !(item.lemma === 'than' && other.conjunctions.has('or') && isBetween(reading, other)));
}

/** "Is A better than B" asks "which is better, A or B". */
function isBetween(than: Reading, or: Reading): boolean {
  return than.sentences.length === 1 && or.sentences.length === 1 && than.sentences[0]?.intent === 'is';
}
