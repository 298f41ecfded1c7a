/**
 * Cases: to Berlin is not from Berlin, for a law is not against it, hired by somebody is not hiring. Prepositions that stand for each
 * other in usage are listed; any other change of a word's case changes who or what it is to the rest.
 */

import type { Pair } from '../alignment.ts';
import type { Reading } from '../reading.ts';
import { isParticiple } from '../words/voice.ts';
import type { Comparison, Guard } from './guard.ts';

/** Each stands for every other on its line. The empty case is none: an object, or the first part of a compound. */
const INTERCHANGEABLE: readonly (readonly string[])[] = [
  ['', 'of', 'in', 'on', 'at', 'for', 'about', 'within', 'upon', 'during'],
  ['for', 'to'],
  ['of', 'to'],
  ['of', 'with'],
  ['of', 'from'],
  ['of', 'by'],
  ['on', 'with'],
  ['for', 'per'],
  ['to', 'into', 'onto', 'toward', 'towards'],
  ['in', 'into'],
  ['on', 'onto'],
  ['by', 'with', 'via', 'through'],
  ['under', 'below', 'beneath', 'underneath'],
  ['above', 'over'],
  ['between', 'among', 'amongst'],
  ['if', 'while', 'during', 'as'],
];
/** May be left out: "learn (to) paint", "married to him" and "he is married", what is compared. */
const OMISSIBLE =
  'to with as between than accordingto near beside from into because while if whether like towards toward per versus';

const COMPATIBLE: ReadonlySet<string> = new Set([
  ...INTERCHANGEABLE.flatMap((line) => line.flatMap((one) => line.map((other) => `${one} ${other}`))),
  ...OMISSIBLE.split(' ').flatMap((role) => [`${role} `, ` ${role}`]),
]);

/** "Songs by" somebody are that one's songs; "was written by" has been turned round before and leaves no `by`. */
const isAuthorship = (one: string, a: Reading, other: string, b: Reading): boolean =>
  (one === 'by' && other === '' && !hasAgent(a)) || (other === 'by' && one === '' && !hasAgent(b));

const hasAgent = ({ sentences }: Reading): boolean =>
  sentences.some(({ words }) => words.some((word, i) => word === 'by' && isParticiple(words[i - 1])));

/** One talks to somebody or with somebody. */
const isTogether = (one: string, other: string, { items }: Reading): boolean =>
  `${one} ${other}`.match(/^(?:to with|with to)$/) !== null && items.some(({ lemma }) => TOGETHER.has(lemma));
const TOGETHER = new Set(['talk', 'speak', 'chat', 'compare', 'connect', 'sync', 'link', 'relate']);

/** "Stop to smoke" and "stop smoking". */
const isPurpose = ({ items }: Reading, at: number): boolean =>
  items[at]?.role === 'to' && BEFORE_PURPOSE.has(items[at - 1]?.lemma ?? '');
const BEFORE_PURPOSE = new Set(['stop', 'remember', 'forget', 'regret', 'try', 'quit']);

/** Asked of a thing whether it is that, or there: "is it the capital", "is it in the capital". */
const isPlace = ({ one, other }: Change, { a, b }: Comparison): boolean =>
  (one === '' || other === '') &&
  PLACES.has(one + other) &&
  [a, b].every(({ sentences }) => sentences.at(-1)?.intent === 'is');
const PLACES = new Set(['in', 'on', 'at', 'about', 'with', 'from', 'like', 'near', 'under', 'into']);

/** A word whose case is one thing here and another there. */
interface Change {
  readonly pair: Pair;
  readonly one: string;
  readonly other: string;
}

function isContrary({ pair, one, other }: Change, comparison: Comparison): boolean {
  const { a, b } = comparison;
  if (isPurpose(a, pair.a) || isPurpose(b, pair.b)) return true;
  return !COMPATIBLE.has(`${one} ${other}`) && !isAuthorship(one, a, other, b) && !isTogether(one, other, a);
}

export const role: Guard = {
  name: 'role',
  refuses: (comparison) => {
    const changes = comparison.alignment.pairs
      .map((pair) => ({
        pair,
        one: comparison.a.items[pair.a]?.role ?? '',
        other: comparison.b.items[pair.b]?.role ?? '',
      }))
      .filter(({ one, other }) => one !== other);
    // Where one word gets the case that another one loses, two changed places: that is judged by their order.
    const changedPlaces = changes.some((x) => changes.some((y) => x.one === y.other && x.other === y.one));
    return changes.some((change) => isContrary(change, comparison) || (!changedPlaces && isPlace(change, comparison)));
  },
};
