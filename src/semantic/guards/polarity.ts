/**
 * Negation and antonyms. A word's sign is its own polarity times −1 where it is the other's opposite: "less rude" is "more polite",
 * and "a person who is not good" is "a bad person", but "good" is not "not good", and "more" is not "less".
 */
import type { Pair } from '../alignment.ts';
import type { Item } from '../items.ts';
import type { Reading } from '../reading.ts';
import type { Comparison, Guard } from './guard.ts';

export const negation: Guard = {
  name: 'negation',
  refuses: (comparison) =>
    contrary(comparison, (pair) => pair.match !== 'opposite') ||
    unmatchedNegation(comparison.a, comparison.alignment.leftA) ||
    unmatchedNegation(comparison.b, comparison.alignment.leftB),
};

export const antonym: Guard = {
  name: 'antonym',
  refuses: (comparison) => contrary(comparison, (pair) => pair.match === 'opposite'),
};

function contrary({ a, b, alignment }: Comparison, which: (pair: Pair) => boolean): boolean {
  return alignment.pairs.some((pair) => {
    if (!which(pair)) return false;
    const sign = (a.items[pair.a] as Item).polarity * (b.items[pair.b] as Item).polarity;
    return (pair.match === 'opposite' ? -sign : sign) < 0;
  });
}

/** A negated word that the other prompt does not have at all. */
function unmatchedNegation(reading: Reading, left: readonly number[]): boolean {
  return left.some((i) => (reading.items[i] as Item).polarity < 0);
}
