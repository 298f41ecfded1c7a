/**
 * Agreement: whether two answers to one question say the same, as far as that can be told without a model. Two generations never use
 * the same words, so it abstains wherever it cannot tell: what it does say should be right.
 */
import { cosine } from './embedder.ts';
import { type IsWord, lemmaOf } from './words/lemma.ts';
import { areOpposites, areSynonyms } from './words/lexicon.ts';
import { EMPTY, NOT_WORDS } from './words/small.ts';

export type Agreement = 'same' | 'different' | 'unsure';

export interface AgreementTools {
  readonly isWord: IsWord;
  /** A unit vector of a text, such as the static embedder gives. */
  readonly vector: (text: string) => Float32Array;
}

export interface Answers {
  readonly question: string;
  readonly served: string;
  readonly fresh: string;
}

/** Up to so many words that say something beyond the question, an answer is a fact: a name, a number, a phrase. */
const FACT = 4;
/** And up to so many, a sentence. */
const SENTENCE = 12;
/** Cosines of two longer answers without the question's words: on one subject they are above the first, on two below the second. */
const ALIKE = 0.8;
const APART = 0.35;

export function agree({ question, served, fresh }: Answers, tools: AgreementTools): Agreement {
  if (plain(served) === plain(fresh)) return 'same';
  const [one, other] = [openingOf(served), openingOf(fresh)];
  if (one !== undefined && other !== undefined && one !== other) return 'different';
  const asked = new Set(wordsOf(question).map((word) => lemmaOf(word, tools.isWord)));
  const a = gist(served, asked, tools.isWord);
  const b = gist(fresh, asked, tools.isWord);
  const sentences = a.size <= SENTENCE && b.size <= SENTENCE;
  if (sentences && one !== undefined && one === other) return 'same';
  if (sentences && contrary(a, b)) return 'different';
  if (a.size === 0 || b.size === 0) return 'unsure';
  if (sentences) return shortOnes(a, b, tools);
  if (a.size <= FACT || b.size <= FACT) return factInText(a.size < b.size ? a : b, a.size < b.size ? b : a);
  return longOnes(a, b, tools);
}

/** What an answer says beyond the question. */
interface Gist {
  readonly words: ReadonlySet<string>;
  readonly numbers: ReadonlySet<string>;
  /** Its words, those of the question too. */
  readonly all: ReadonlySet<string>;
  /** An odd number of negations. */
  readonly negated: boolean;
  readonly size: number;
}

function gist(text: string, asked: ReadonlySet<string>, isWord: IsWord): Gist {
  const words = new Set<string>();
  const numbers = new Set<string>();
  const all = new Set<string>();
  let negations = 0;
  for (const word of wordsOf(text)) {
    if (NOT_WORDS.has(word) || word.endsWith("n't") || word === 'cannot') negations++;
    const number = NUMBERS.get(word) ?? (/^\d/.test(word) ? word.replaceAll(',', '').replace(/\.0+$/, '') : undefined);
    const lemma = number ?? lemmaOf(word, isWord);
    if (EMPTY.has(word) || NOT_WORDS.has(word)) continue;
    all.add(lemma);
    if (asked.has(lemma)) continue;
    (number === undefined ? words : numbers).add(lemma);
  }
  return { words, numbers, all, negated: negations % 2 === 1, size: words.size + numbers.size };
}

/** Two phrases or sentences: they name the same things, or other ones. */
function shortOnes(a: Gist, b: Gist, tools: AgreementTools): Agreement {
  const shared = overlap(a.words, b.words);
  const otherNumbers = a.numbers.size > 0 && b.numbers.size > 0 && overlap(a.numbers, b.numbers) === 0;
  if (otherNumbers) {
    // In another unit the same quantity is another number.
    const bare = Math.min(a.words.size, b.words.size) === 0;
    return bare || shared >= 0.5 ? 'different' : 'unsure';
  }
  const fact = Math.max(a.size, b.size) <= FACT;
  const agreed = Math.max(shared, overlap(a.numbers, b.numbers));
  if (agreed >= 0.5) return a.negated === b.negated ? 'same' : 'unsure';
  if (agreed === 0 && (fact || apart(a, b, tools) < APART)) return 'different';
  return 'unsure';
}

/** A fact and a text: the text says it, or it cannot be told. */
function factInText(fact: Gist, text: Gist): Agreement {
  const said = [...fact.words].filter((word) => text.words.has(word)).length;
  const counted = [...fact.numbers].filter((number) => text.numbers.has(number)).length;
  return said + counted === fact.size && fact.negated === text.negated ? 'same' : 'unsure';
}

function longOnes(a: Gist, b: Gist, tools: AgreementTools): Agreement {
  const likeness = apart(a, b, tools);
  const shared = overlap(a.words, b.words);
  const numbers = a.numbers.size > 0 && b.numbers.size > 0 ? overlap(a.numbers, b.numbers) : undefined;
  if (likeness >= ALIKE && shared >= 0.3 && numbers !== 0) return 'same';
  if (likeness < APART && shared < 0.1) return 'different';
  return 'unsure';
}

function apart(a: Gist, b: Gist, { vector }: AgreementTools): number {
  return cosine(vector([...a.words].join(' ')), vector([...b.words].join(' ')));
}

/** Shared part of the smaller one, 0 to 1; words that stand for each other are one. */
function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [few, many] = a.size <= b.size ? [a, b] : [b, a];
  if (few.size === 0) return 0;
  let shared = 0;
  for (const word of few) if (many.has(word) || [...many].some((other) => areSynonyms(word, other))) shared++;
  return shared / few.size;
}

/** The same words, but for an opposite or a negation. */
function contrary(a: Gist, b: Gist): boolean {
  const left = [...a.all].filter((word) => !b.all.has(word));
  const right = [...b.all].filter((word) => !a.all.has(word));
  const opposite = left.some((word) => right.some((other) => areOpposites(word, other)));
  const shared = overlap(a.all, b.all);
  if (opposite) return shared >= 0.5 && a.negated === b.negated;
  return a.negated !== b.negated && shared >= 0.8;
}

const OPENINGS: Readonly<Record<string, 'yes' | 'no'>> = {
  yes: 'yes',
  yeah: 'yes',
  yep: 'yes',
  correct: 'yes',
  true: 'yes',
  absolutely: 'yes',
  certainly: 'yes',
  no: 'no',
  nope: 'no',
  incorrect: 'no',
  false: 'no',
};

/** How an answer to a yes-or-no question opens. "No one knows" is none. */
function openingOf(text: string): 'yes' | 'no' | undefined {
  const [, word] = /^[\s*_"'“]*([a-z]+)[\s*_"'”]*(?:[,.!:;—–-]|$)/i.exec(text) ?? [];
  return word === undefined ? undefined : OPENINGS[word.toLowerCase()];
}

const NUMBERS: ReadonlyMap<string, string> = new Map(
  'zero one two three four five six seven eight nine ten eleven twelve'
    .split(' ')
    .map((word, value) => [word, String(value)]),
);

const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .replaceAll('’', "'")
    .match(/\d[\d,]*(?:\.\d+)?|[\p{L}\p{M}]+(?:'[\p{L}]+)?/gu) ?? [];

const plain = (text: string): string => wordsOf(text).join(' ');
