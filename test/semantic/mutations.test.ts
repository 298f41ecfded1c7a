/**
 * Mutations: in each of these sentences something small is changed that changes what is asked, in every place where it can be. The
 * guards alone must notice, whatever the vectors say.
 */
import { describe, expect, it } from 'vitest';
import { guarded } from './judge.ts';

const SENTENCES = [
  'Can Nadia lend 20 books to Omar before Friday?',
  'Did Omar sell the red boat to Nadia in 2019?',
  'Why does Omar trust Nadia more than 3 neighbors?',
  'Is Nadia allowed to vote in Malta at 17?',
  'Which 4 rivers flow from Nepal into Omar Lake?',
  'Does Omar think that Nadia owns 2 houses in Lima?',
  'What happens if Omar is late and Nadia has 5 guests?',
  'How long will the train from Lima to Quito take on 6 May?',
  'Are the 12 goats of Omar older than the goats of Nadia?',
  'Should Nadia pay Omar 300 dollars for the broken lamp?',
];

type Mutation = (words: readonly string[]) => readonly (readonly string[])[];

const everywhere =
  (of: RegExp, into: (word: string) => readonly string[]): Mutation =>
  (words) =>
    words.flatMap((word, i) => (of.test(word) ? [[...words.slice(0, i), ...into(word), ...words.slice(i + 1)]] : []));

const swapped =
  (one: string, other: string): Mutation =>
  (words) =>
    words.includes(one) && words.includes(other)
      ? [words.map((word) => (word === one ? other : word === other ? one : word))]
      : [];

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'another number': everywhere(/^\d+$/, (word) => [`${Number(word) + 1}`]),
  'no number': everywhere(/^\d+$/, () => []),
  'another name': everywhere(/^(?:Omar|Nadia|Lima|Malta|Nepal)$/, () => ['Elena']),
  'names that changed places': swapped('Omar', 'Nadia'),
  'places that changed places': swapped('Lima', 'Quito'),
  'a negation': everywhere(/^(?:lend|sell|trust|allowed|flow|owns|late|take|older|pay|broken)$/, (word) => [
    'not',
    word,
  ]),
  'a share': everywhere(/^(?:books|houses|rivers|guests|goats)$/, (word) => ['only', word]),
  'an attribute': everywhere(/^(?:books|boat|neighbors|rivers|houses|guests|train|goats|lamp)$/, (word) => [
    'wooden',
    word,
  ]),
  'the other way in time': everywhere(/^before$/, () => ['after']),
  'the other direction': everywhere(/^(?:from|into)$/, (word) => [word === 'from' ? 'to' : 'out of']),
  'another auxiliary': everywhere(/^(?:Can|Should)$/, (word) => [word === 'Can' ? 'Must' : 'Will']),
  'another question': everywhere(/^(?:Why|Which)$/, (word) => [word === 'Why' ? 'When' : 'How many']),
};

describe.each(Object.entries(MUTATIONS))('%s', (_, mutate) => {
  const pairs = SENTENCES.flatMap((sentence) =>
    mutate(sentence.slice(0, -1).split(' ')).map((words) => [sentence, `${words.join(' ')}?`] as const),
  );

  it('is tried', () => expect(pairs.length).toBeGreaterThan(0));

  it.each(pairs)('%s | %s', (a, b) => {
    expect(guarded(a, b)).toMatchObject({ hit: false });
    expect(guarded(b, a)).toMatchObject({ hit: false });
  });
});

describe('the same sentence', () => {
  it.each(SENTENCES)('%s is itself in any case, with any stop', (sentence) => {
    expect(guarded(sentence, sentence)).toMatchObject({ hit: true });
    expect(guarded(sentence, `${sentence.toLowerCase().slice(0, -1)} ??`)).toMatchObject({ hit: true });
    expect(
      guarded(`Hello, ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)} Thank you!`, sentence),
    ).toMatchObject({
      hit: true,
    });
  });
});
