/**
 * Names and other words that the other prompt does not have. "An analyst" is not "a good analyst", France is not Germany. What
 * stands only in a preamble that the question does not need is let pass.
 */

import type { Item } from '../items.ts';
import type { Reading } from '../reading.ts';
import type { Comparison, Guard } from './guard.ts';
import { isIdlePreamble } from './preamble.ts';

/** Restrict nothing. */
const LIGHT = new Set([
  'thing',
  'people',
  'person',
  'item',
  'stuff',
  'too',
  'also',
  'still',
  'already',
  'yet',
  'several',
  'far',
  'one',
]);

/** "What other ways are there" wants what "what ways are there" wants; "my other dog" is not my dog. */
const OPENINGS: ReadonlySet<string> = new Set(['what', 'how', 'where', 'who']);

/** Names, numbers and code that only one has: what is asked about differs. */
export const name: Guard = {
  name: 'name',
  refuses: (comparison) =>
    !isIdlePreamble(comparison) &&
    unmatchedItems(comparison).some(
      (item) => item.kind === 'name' || item.kind === 'number' || item.kind === 'code' || item.kind === 'pronoun',
    ),
};

export const unmatched: Guard = {
  name: 'unmatched',
  refuses: (comparison) =>
    unmatchedItems(comparison).some((item) => item.kind === 'word' || item.kind === 'relation') &&
    !isImplied(comparison) &&
    !isIdlePreamble(comparison),
};

/** "The best phone to buy" is the best phone: what one does with it goes without saying. */
const IMPLIED = new Set(
  `visit read learn buy use know see join prepare study do take watch eat get try go follow have attend listen play drink wear start
  begin understand practice invest hear experience make own ask consider hang stay live`.split(/\s+/),
);
/** Manners and scopes that an open question has in mind anyway. */
const OPEN = new Set(
  `easily effectively efficiently properly correctly successfully current overall main particular specific certain whole entire
  complete various different possible exist available feel`.split(/\s+/),
);
/** Before these they say only that the main ones are meant: "the exact difference", "common symptoms". */
const MAIN = new Set(
  'exact actual basic key major essential typical general common important biggest primary real true'.split(' '),
);
const ABSTRACT = new Set(
  `difference reason cause symptom feature type example use benefit advantage disadvantage effect step principle concept problem meaning
  purpose characteristic property function role`.split(/\s+/),
);
/** "The best thing in life", "of the world", "in history": of what there is, the best is asked for anyway. */
const SCOPES = new Set(['life', 'world', 'history', 'time', 'earth', 'universe', 'planet']);
const SUPERLATIVE = /^(?:most|best|worst|\p{L}+est)$/u;

const PRAISE = new Set(['best', 'good', 'great', 'top', 'nice', 'cool']);

/** One word more in an open question that says what is meant without it. A yes or no is asked of exactly what is said. */
function isImplied(comparison: Comparison): boolean {
  const { a, b, alignment } = comparison;
  const [item, ...more] = unmatchedItems(comparison);
  if (item === undefined || more.length > 0 || alignment.pairs.length < 2) return false;
  const intents = [...a.sentences, ...b.sentences].map(({ intent }) => intent);
  if (!intents.every((intent) => intent === 'what' || intent === 'how' || intent === 'where')) return false;
  if (OPEN.has(item.lemma)) return item.word.endsWith('ly') || isBeforeNoun(comparison, item);
  if (MAIN.has(item.lemma)) return isBeforeNoun(comparison, item, ABSTRACT);
  if (SCOPES.has(item.lemma) && (item.role === 'in' || item.role === 'of'))
    return [a, b].every(({ sentences }) => sentences.some(({ words }) => words.some((word) => SUPERLATIVE.test(word))));
  if (IMPLIED.has(item.lemma))
    return intents[0] !== 'how' && (item.role === 'to' || item.role === 'for' || isSeenByAsker(comparison, item));
  // Of several, the good ones are asked for.
  return (
    PRAISE.has(item.lemma) && [a, b].every(({ sentences }) => sentences.every(({ words }) => words.includes('are')))
  );
}

/** "Current research" is research; "a fault current" is no fault. */
function isBeforeNoun({ a, b }: Comparison, item: Item, nouns?: ReadonlySet<string>): boolean {
  return [a, b].some(({ items }) => {
    const at = items.indexOf(item);
    const next = items[at + 1];
    return (
      at >= 0 &&
      next !== undefined &&
      next.segment === item.segment &&
      next.chunk === item.chunk &&
      nouns?.has(next.lemma) !== false
    );
  });
}

/** "The best film you have ever seen": whoever is asked can name no other. */
function isSeenByAsker({ a, b }: Comparison, { word }: Item): boolean {
  return [a, b].some(({ sentences }) =>
    sentences.some(({ words }) => words.at(-1) === word && words.lastIndexOf('you') > words.length - 5),
  );
}

/** Items of either side that stand alone and say something. */
export function unmatchedItems({ a, b, alignment }: Comparison): Item[] {
  return [...pick(a, alignment.leftA, b), ...pick(b, alignment.leftB, a)];
}

function pick(reading: Reading, left: readonly number[], other: Reading): Item[] {
  return left
    .map((i) => reading.items[i] as Item)
    .filter(
      (item) =>
        !LIGHT.has(item.lemma) &&
        !(item.lemma === 'other' && OPENINGS.has(reading.sentences[item.sentence]?.intent ?? 'none')) &&
        !isRepeated(reading, item) &&
        !(item.lemma === 'than' && other.conjunctions.has('or') && isBetween(reading, other)),
    );
}

/** "Static friction and kinetic friction" are static and kinetic friction: what is said twice in one list is said once. */
function isRepeated({ items, conjunctions }: Reading, item: Item): boolean {
  return (
    conjunctions.size > 0 &&
    items.some(
      (other) =>
        other !== item && other.lemma === item.lemma && other.segment === item.segment && other.chunk !== item.chunk,
    )
  );
}

/** "Is A better than B" asks "which is better, A or B". */
function isBetween(than: Reading, or: Reading): boolean {
  return than.sentences.length === 1 && or.sentences.length === 1 && than.sentences[0]?.intent === 'is';
}
