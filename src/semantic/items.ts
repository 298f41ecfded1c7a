/** Items: the words of a sentence that count, each with what it inherits from those before it: polarity, degree, case. */
import { type IsWord, lemmaOf } from './words/lemma.ts';
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
export class ItemBuilder {
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
