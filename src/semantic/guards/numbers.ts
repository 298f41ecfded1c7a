/**
 * Numbers: the same ones, in the same order. Units are words and are compared as such; a number in words is a number.
 * The strongest of the cheap guards: one other number is another question.
 */
import type { Reading } from '../reading.ts';
import type { Guard } from './guard.ts';

export const numbers: Guard = {
  name: 'numbers',
  refuses: ({ a, b }) => numerals(a) !== numerals(b),
};

function numerals(reading: Reading): string {
  return reading.items
    .filter((item) => item.kind === 'number')
    .map((item) => `${item.polarity < 0 ? '-' : ''}${item.lemma}`)
    .join(' ');
}
