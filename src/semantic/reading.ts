/** Reading: a prompt as the guards see it. What it wants, and its words in order, each with its polarity and its case. */
import { withoutCourtesy } from './words/courtesy.ts';
import { frameOf, type Intent, type Mood } from './words/frames.ts';
import { type IsWord, lemmaOf } from './words/lemma.ts';
import { withoutPhrases } from './words/phrases.ts';
import { joined, recast } from './words/recast.ts';
import {
  ANYONE,
  ARTICLES,
  EMPTY,
  FIRST_PERSON,
  HEAVY_PREPOSITIONS,
  LIGHT_PREPOSITIONS,
  QUANTIFIERS,
  SECOND_PERSON,
  THIRD_PERSON,
} from './words/small.ts';
import { plain, type Token, tokensOf } from './words/tokens.ts';
import { frontedLast, inOneVoice, opinionsLast } from './words/voice.ts';

export type ItemKind = 'word' | 'name' | 'number' | 'code' | 'relation' | 'quantifier' | 'pronoun';

/** One word that counts. */
export interface Item {
  readonly kind: ItemKind;
  readonly word: string;
  readonly lemma: string;
  /** −1 under a negation or "less". */
  readonly polarity: 1 | -1;
  /** Compared: more (or less), most (or least). */
  readonly degree: 'more' | 'most' | undefined;
  /** The preposition that governs it; empty where none does. */
  readonly role: string;
  readonly sentence: number;
  /** Coordinated items share a segment and differ in their chunk. */
  readonly segment: number;
  readonly chunk: number;
}

export interface Sentence {
  readonly intent: Intent;
  readonly mood: Mood;
  readonly duty: boolean;
  readonly anybody: boolean;
  readonly generic: boolean;
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

/** "Less sugar" is of sugar; "work less" is of the work. */
const qualifies = (next: string | undefined): boolean =>
  next !== undefined &&
  next !== ',' &&
  next !== 'and' &&
  next !== 'or' &&
  next !== 'without' &&
  !LIGHT_PREPOSITIONS.has(next) &&
  !HEAVY_PREPOSITIONS.has(next);

/** "Feels like", "what is it like": no verb. */
const isSimile = (before: string | undefined, next: string | undefined): boolean =>
  BEFORE_LIKE.has(before ?? '') || (next === undefined && !LIKERS.has(before ?? ''));

const LIKERS = new Set(['i', 'you', 'we', 'they', 'he', 'she', 'people', 'who', 'to']);
/** After a preposition they are whom it is about: "lie to yourself" is not "lie". */
const REFLEXIVE = new Set(['myself', 'yourself', 'oneself', 'ourselves', 'yourselves', 'themselves']);

const OWNERS = new Set(['my', 'your', 'our', 'their', 'his', 'her', 'its', "'s"]);

const BEFORE_LIKE = new Set(
  'feel feels felt look looks looked sound sounds seem seems taste tastes smell smells act acts behave be is are was were been something anything nothing things stuff , it'.split(
    ' ',
  ),
);

/** Walks a sentence's words and keeps what a word inherits from those before it. */
class ItemBuilder {
  readonly items: Item[] = [];
  readonly conjunctions = new Set<string>();
  private segment = 0;
  private chunk = 0;
  private readonly names: ReadonlySet<string>;
  private readonly isWord: IsWord;

  constructor(names: ReadonlySet<string>, isWord: IsWord) {
    this.names = names;
    this.isWord = isWord;
  }

  sentence(words: readonly string[], sentence: number): void {
    let role = '';
    let polarity: 1 | -1 = 1;
    let degree: Item['degree'];
    this.segment++;
    const push = (kind: ItemKind, word: string, lemma: string) => {
      const { segment, chunk } = this;
      this.items.push({ kind, word, lemma, polarity, degree, role, sentence, segment, chunk });
      polarity = 1;
      degree = undefined;
    };
    for (let i = 0; i < words.length; i++) {
      const word = words[i] as string;
      const next = words[i + 1];
      if (word === ',') {
        role = '';
        this.chunk++;
      } else if (word === 'and' || word === 'or') {
        if (this.items.at(-1)?.sentence === sentence) this.conjunctions.add(word);
        this.chunk++;
      } else if (
        word === 'not' ||
        word === 'no' ||
        word === 'never' ||
        word === 'nor' ||
        word === 'neither' ||
        word === 'none'
      ) {
        polarity = polarity === 1 ? -1 : 1;
      } else if (word === 'without') {
        polarity = polarity === 1 ? -1 : 1;
        role = word;
        this.segment++;
      } else if ((word === 'more' || word === 'less' || word === 'fewer') && qualifies(next)) {
        degree = 'more';
        if (word !== 'more') polarity = polarity === 1 ? -1 : 1;
      } else if ((word === 'most' || word === 'least') && next !== undefined) {
        // "The most coolest" is the coolest.
        if (word === 'least' || !next.endsWith('est')) degree = 'most';
        if (word === 'least') polarity = polarity === 1 ? -1 : 1;
      } else if (word === "'s") {
        if (words[i - 1] !== 'who') this.own();
      } else if (word === 'like' && !isSimile(words[i - 1], next)) push('word', word, word);
      else if (REFLEXIVE.has(word) && LIGHT_PREPOSITIONS.has(words[i - 1] ?? '')) push('pronoun', word, 'self');
      else if (HEAVY_PREPOSITIONS.has(word)) {
        push('relation', word, word);
        role = word;
        this.segment++;
      } else if (LIGHT_PREPOSITIONS.has(word)) {
        role = word;
        this.segment++;
      } else if (THIRD_PERSON.has(word)) push('pronoun', word, THIRD_PERSON.get(word) as string);
      else if (word === 'too' && !qualifies(next)) continue;
      else if (QUANTIFIERS.has(word)) push('quantifier', word, word);
      else if (ANYONE.has(word) || EMPTY.has(word) || (word === 'own' && OWNERS.has(words[i - 1] ?? ''))) {
        if (!ARTICLES.has(word) && !FIRST_PERSON.has(word) && !SECOND_PERSON.has(word)) role = '';
      } else this.content(word, push);
    }
    // "If you are not": nothing follows that it could be said of.
    if (polarity < 0) {
      polarity = 1;
      push('quantifier', 'not', 'not');
    }
  }

  private content(word: string, push: (kind: ItemKind, word: string, lemma: string) => void): void {
    if (/^\p{N}/u.test(word)) {
      const [, digits, unit] = /^(\p{N}[\p{N}.]*)(.*)$/u.exec(word) as unknown as [string, string, string];
      push('number', word, digits);
      if (unit !== '') push('word', unit, unit);
    } else if (/[^\p{L}\p{M}\p{N}']/u.test(word)) push('code', word, word);
    else push(this.names.has(word) ? 'name' : 'word', word, lemmaOf(word, this.isWord));
  }

  /** What came just before is an owner: "France's capital" is "the capital of France". */
  private own(): void {
    for (let i = this.items.length - 1; i >= 0; i--) {
      const item = this.items[i] as Item;
      if (
        item.segment !== this.segment ||
        item.chunk !== this.chunk ||
        (item.kind !== 'name' && i < this.items.length - 1)
      )
        return;
      this.items[i] = { ...item, role: 'of' };
    }
  }
}
