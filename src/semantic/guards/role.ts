/** Cases that exclude each other: to Berlin is not from Berlin, for a law is not against it. */
import type { Item } from '../reading.ts';
import type { Guard } from './guard.ts';

const CONTRARY: ReadonlySet<string> = new Set(
  [
    'from to',
    'from into',
    'from onto',
    'with without',
    'for against',
    'before after',
    'since until',
    'by for',
    // Who is hired by somebody does not hire.
    'by ',
    'above below',
    'over under',
    'in outside',
    'inside outside',
  ].flatMap((pair) => [pair, pair.split(' ').reverse().join(' ')]),
);

export const role: Guard = {
  name: 'role',
  refuses: ({ a, b, alignment }) =>
    alignment.pairs.some((pair) => CONTRARY.has(`${(a.items[pair.a] as Item).role} ${(b.items[pair.b] as Item).role}`)),
};
