/** And, or: "a nurse or a singer" is not "a nurse and a singer". */
import type { Guard } from './guard.ts';

export const conjunction: Guard = {
  name: 'conjunction',
  refuses: ({ a, b }) =>
    (a.conjunctions.has('or') && !b.conjunctions.has('or') && b.conjunctions.has('and')) ||
    (b.conjunctions.has('or') && !a.conjunctions.has('or') && a.conjunctions.has('and')),
};
