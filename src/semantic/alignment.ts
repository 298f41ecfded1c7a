/** Alignment: which words of two readings stand for each other, and which stand alone. */
import type { Item } from './items.ts';
import type { Reading } from './reading.ts';
import { isAdjectiveOf } from './words/countries.ts';
import type { IsWord } from './words/lemma.ts';
import { areOpposites, areSynonyms } from './words/lexicon.ts';

export type Match = 'same' | 'synonym' | 'derived' | 'typo' | 'opposite';

export interface Pair {
  /** Positions in the two readings' items. */
  readonly a: number;
  readonly b: number;
  readonly match: Match;
}

export interface Alignment {
  readonly pairs: readonly Pair[];
  readonly leftA: readonly number[];
  readonly leftB: readonly number[];
}

const ORDER: readonly Match[] = ['same', 'synonym', 'derived', 'typo', 'opposite'];

export function align(a: Reading, b: Reading, isWord: IsWord): Alignment {
  const pairs: Pair[] = [];
  const freeA = new Set(a.items.keys());
  const freeB = new Set(b.items.keys());
  for (const match of ORDER) {
    if (freeA.size === 0 || freeB.size === 0) break;
    for (const i of [...freeA]) {
      const item = a.items[i] as Item;
      let best = -1;
      let bestScore = -1;
      for (const j of freeB) {
        const other = b.items[j] as Item;
        if (
          !matches(match, item, other, isWord) &&
          !(match === 'derived' && (isCountry(a, i, b, j) || isAgent(a, item, other)))
        )
          continue;
        // Of several alike, the one in the same case, then the one nearest.
        const score =
          (item.role === other.role ? 2 : 0) + (item.polarity === other.polarity ? 1 : 0) - Math.abs(i - j) / 1000;
        if (best < 0 || score > bestScore) {
          best = j;
          bestScore = score;
        }
      }
      if (best < 0) continue;
      pairs.push({ a: i, b: best, match });
      freeA.delete(i);
      freeB.delete(best);
    }
  }
  joinCompounds(a, b, freeA, freeB, pairs);
  joinCompounds(b, a, freeB, freeA, pairs, true);
  pairs.sort((x, y) => x.a - y.a);
  return { pairs, leftA: [...freeA], leftB: [...freeB] };
}

function matches(match: Match, a: Item, b: Item, isWord: IsWord): boolean {
  if (match === 'same') return a.lemma === b.lemma || a.word === b.word;
  if (a.kind === 'number' || b.kind === 'number' || a.kind === 'code' || b.kind === 'code') return false;
  if (match === 'synonym') return areSynonyms(a.lemma, b.lemma) || areSynonyms(a.word, b.word);
  if (match === 'opposite') return areOpposites(a.lemma, b.lemma) || areOpposites(a.word, b.word);
  if (a.kind === 'name' || b.kind === 'name') return false;
  return match === 'derived'
    ? sameFamily(a.lemma, b.lemma)
    : isTypo(a.word, b.word, isWord) || isTypo(b.word, a.word, isWord);
}

/** "The flag of Italy" and "the Italian flag". */
function isCountry(a: Reading, i: number, b: Reading, j: number): boolean {
  const is = (one: Reading, at: number, two: Reading, to: number) => {
    const country = one.items[at] as Item;
    const adjective = two.items[to] as Item;
    const noun = two.items[to + 1];
    return (
      country.role === 'of' &&
      noun !== undefined &&
      noun.segment === adjective.segment &&
      isAdjectiveOf(country.lemma, adjective.lemma)
    );
  };
  return is(a, i, b, j) || is(b, j, a, i);
}

/** "Who is the inventor of" and "who invented". */
function isAgent({ sentences }: Reading, a: Item, b: Item): boolean {
  if (sentences[a.sentence]?.intent !== 'who') return false;
  const base = (word: string) => (/(?:er|or)$/.test(word) && word.length > 5 ? word.slice(0, -2) : word);
  return base(a.lemma).replace(/e$/, '') === base(b.lemma).replace(/e$/, '');
}

/** Endings that turn one part of speech into another and leave the thing meant. */
const FAMILY =
  /(?:ments?|ations?|itions?|tions?|ions?|ness|ances?|ences?|ancy|ency|ity|ally|ly|ing|al|ic|ical|ous|ive|age|ent|y|e|t|s)$/;

function sameFamily(a: string, b: string): boolean {
  if (a.length < 5 || b.length < 5 || a.slice(0, 4) !== b.slice(0, 4)) return false;
  const x = a.replace(FAMILY, '');
  const y = b.replace(FAMILY, '');
  return x.length >= 4 && (x === y || x === b || y === a);
}

/** The first is no word and one slip of the keyboard from the second, which is one. */
function isTypo(wrong: string, right: string, isWord: IsWord): boolean {
  if (wrong.length < 4 || Math.abs(wrong.length - right.length) > 1 || isWord(wrong)) return false;
  // Of two unknown words neither is surely right: then only letters that changed places are a slip.
  const known = isWord(right);
  if (!known && right.length < 6) return false;
  let start = 0;
  while (start < wrong.length && wrong[start] === right[start]) start++;
  let end = 0;
  const shorter = Math.min(wrong.length, right.length);
  while (end < shorter - start && wrong.at(-1 - end) === right.at(-1 - end)) end++;
  const x = wrong.slice(start, wrong.length - end);
  const y = right.slice(start, right.length - end);
  if (known && x.length <= 1 && y.length <= 1) return right.length > 4 || x.length + y.length === 1;
  return x.length === 2 && x === `${y[1]}${y[0]}`;
}

/** Two words in the one that are one word in the other: "lunch box" and "lunchbox". */
function joinCompounds(
  one: Reading,
  two: Reading,
  freeOne: Set<number>,
  freeTwo: Set<number>,
  pairs: Pair[],
  swapped = false,
): void {
  for (const i of [...freeOne]) {
    if (!freeOne.has(i + 1)) continue;
    const joined = `${one.items[i]?.word}${one.items[i + 1]?.word}`;
    for (const j of freeTwo) {
      const other = two.items[j] as Item;
      if (other.word !== joined && other.lemma !== `${one.items[i]?.word}${one.items[i + 1]?.lemma}`) continue;
      pairs.push(swapped ? { a: j, b: i, match: 'typo' } : { a: i, b: j, match: 'typo' });
      freeOne.delete(i);
      freeOne.delete(i + 1);
      freeTwo.delete(j);
      break;
    }
  }
}
