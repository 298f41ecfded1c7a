/** Reading: a prompt as the guards see it. What it wants, and its words in order, each with its polarity and its case. */

import { type Item, ItemBuilder } from './items.ts';
import { withoutCourtesy } from './words/courtesy.ts';
import { frameOf, type Intent, type Mood } from './words/frames.ts';
import { type IsWord, lemmaOf } from './words/lemma.ts';
import { type MainVerbs, mainVerbsOf } from './words/main-verb.ts';
import { withoutPhrases } from './words/phrases.ts';
import { joined, recast } from './words/recast.ts';
import { FIRST_PERSON, SECOND_PERSON } from './words/small.ts';
import { plain, type Token, tokensOf } from './words/tokens.ts';
import { frontedLast, inOneVoice, opinionsLast } from './words/voice.ts';

export interface Sentence {
  readonly intent: Intent;
  readonly mood: Mood;
  readonly duty: boolean;
  readonly anybody: boolean;
  readonly generic: boolean;
  readonly verbs: MainVerbs;
  /** What it is about, without courtesy and frame, inflections undone. */
  readonly core: string;
  /** Its words, phrases replaced. */
  readonly words: readonly string[];
}

export interface Reading {
  readonly text: string;
  /** Equal for prompts that differ in case, spacing and final stops alone. */
  readonly key: string;
  readonly items: readonly Item[];
  readonly sentences: readonly Sentence[];
  /** Joining words of coordinations: `and`, `or`. */
  readonly conjunctions: ReadonlySet<string>;
  /** Operators and other symbols, in order. */
  readonly symbols: readonly string[];
  /** First and second persons in order, as 1 and 2. */
  readonly persons: readonly (1 | 2)[];
}

/** Items beyond this are not compared one by one: such a prompt is matched only when it is the same. */
export const MAX_ITEMS = 120;
/** A longer text is not read at all: it may be matched when it is the same, and costs no time. */
export const MAX_CHARACTERS = 2000;

export function read(text: string, isWord: IsWord): Reading {
  const tokens = text.length > MAX_CHARACTERS ? [] : tokensOf(text);
  const capitals = namesIn(tokens);
  const builder = new ItemBuilder(capitals, isWord);
  const sentences: Sentence[] = [];
  for (const line of joined(withoutCourtesy(sentencesOf(tokens).map((words) => words.join(' '))))) {
    const usual = recast(withoutStops(withoutPhrases(recast(line).split(' '))).join(' '));
    const straight = inOneVoice(usual === '' ? [] : usual.split(' '));
    if (straight.length === 0) continue;
    const fronted = frontedLast(straight.join(' '));
    const opined = opinionsLast(fronted);
    const framed = frameOf(opined === fronted ? opined : recast(opined));
    builder.sentence(framed.rest === '' ? [] : framed.rest.split(' '), sentences.length);
    sentences.push({
      intent: framed.intent,
      mood: framed.mood,
      duty: framed.duty,
      anybody: framed.anybody,
      generic: framed.generic,
      verbs: mainVerbsOf(straight),
      core: framed.rest
        .split(' ')
        .map((word) => lemmaOf(word, isWord))
        .join(' '),
      words: straight,
    });
  }
  return {
    text,
    key: keyOf(text),
    items: builder.items,
    sentences,
    conjunctions: builder.conjunctions,
    symbols: tokens.filter((token) => token.kind === 'symbol').map((token) => token.lower),
    persons: personsOf(sentences),
  };
}

/** How a sentence's want is spelled where its text is embedded. */
const ASKED: Readonly<Record<Intent, string>> = {
  how: 'how to',
  what: 'what is',
  who: 'who is',
  why: 'why',
  when: 'when',
  where: 'where',
  count: 'how many',
  amount: 'how much',
  degree: 'how',
  like: 'what is it like',
  is: 'is',
  does: 'does',
  can: 'can',
  should: 'should',
  must: 'must',
  will: 'will',
  has: 'has',
  command: '',
  none: '',
};

/** What an embedder is given: the prompt without courtesy, in one frame for each want, so that politeness moves no vector. */
export function embeddedText({ sentences, text }: Reading): string {
  const cores = sentences.map(({ intent, core }) => `${ASKED[intent]} ${core}`.trim()).filter((core) => core !== '');
  return cores.length === 0 ? text : cores.join('. ');
}

function keyOf(text: string): string {
  return plain(text)
    .toLowerCase()
    .replace(/["“”„«»]|(?<!\p{L})'|'(?!\p{L})/gu, '')
    .replace(/\s+(?=[.,;:?!？！])/g, '')
    .replace(/^[\s¿¡]+|[\s.?!。？！…]+$/g, '');
}

function sentencesOf(tokens: readonly Token[]): string[][] {
  const sentences: string[][] = [];
  let words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'symbol') {
      if (token.lower === '&') words.push('and');
      else if (token.lower === '/') words.push('or');
      else if (token.lower === '%') words.push('percent');
      continue;
    }
    if (token.kind !== 'stop') words.push(token.lower.replaceAll(' ', '\u00a0'));
    else if (token.lower === ',' || token.lower === ':' || token.lower === ';') words.push(',');
    else {
      if (words.length > 0) sentences.push(words);
      words = [];
    }
  }
  if (words.length > 0) sentences.push(words);
  return sentences;
}

/** Commas that a removed courtesy leaves at either end. */
function withoutStops(words: readonly string[]): readonly string[] {
  const from = words.findIndex((word) => word !== ',');
  return from < 0 ? [] : words.slice(from, words.findLastIndex((word) => word !== ',') + 1);
}

/** Words with a capital inside a sentence; none where the whole prompt is in capitals or written like a title. */
function namesIn(tokens: readonly Token[]): ReadonlySet<string> {
  const words = tokens.filter((token) => token.kind === 'word' && token.text.length > 3);
  const capitals = words.filter((token) => token.capital);
  if (words.length > 3 && capitals.length > 0.6 * words.length) return new Set();
  return new Set(tokens.filter((token) => token.capital && token.lower !== 'ok').map((token) => token.lower));
}

function personsOf(sentences: readonly Sentence[]): (1 | 2)[] {
  const persons: (1 | 2)[] = [];
  for (const { words } of sentences) {
    for (const word of words) {
      if (FIRST_PERSON.has(word)) persons.push(1);
      else if (SECOND_PERSON.has(word)) persons.push(2);
    }
  }
  return persons;
}
