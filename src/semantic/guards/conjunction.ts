/** And, or: "a nurse or a singer" is not "a nurse and a singer". */
import type { Reading } from '../reading.ts';
import type { Guard } from './guard.ts';

export const conjunction: Guard = {
  name: 'conjunction',
  refuses: ({ a, b }) => a.conjunctions.has('or') !== b.conjunctions.has('or') && !compares(a) && !compares(b),
};

/** "Which is better, A or B" is also said with "than". */
const compares = ({ items }: Reading): boolean => items.some(({ lemma }) => lemma === 'than');
