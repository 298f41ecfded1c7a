/** Quantifiers: all, every, only, most, never, again. Whoever says one means it. */
import type { Item } from '../items.ts';
import type { Reading } from '../reading.ts';
import type { Guard } from './guard.ts';

/** Words for the same share; what has no line here stands for itself. */
const SHARES: ReadonlyMap<string, string> = new Map([
  ['every', 'all'],
  ['each', 'all'],
  ['rarely', 'seldom'],
  ['also', ''],
  ['several', ''],
  ['already', ''],
  ['yet', ''],
]);

export const quantifier: Guard = {
  name: 'quantifier',
  refuses: ({ a, b }) => shares(a) !== shares(b),
};

function shares(reading: Reading): string {
  return reading.items
    .filter((item, i) => item.kind === 'quantifier' || (item.degree === 'most' && !isSuperlative(reading, i)))
    .map((item: Item) => (item.kind === 'quantifier' ? shareOf(reading, item) : 'most'))
    .filter((share) => share !== '')
    .sort()
    .join(' ');
}

/** "The most important facts" asks as "important facts" does; "most people" is a share of them. */
function isSuperlative({ items, sentences }: Reading, at: number): boolean {
  const item = items[at] as Item;
  const next = items[at + 1];
  const sentence = sentences[item.sentence];
  return (
    sentence?.intent === 'what' &&
    DETERMINERS.has(sentence.words[sentence.words.indexOf('most') - 1] ?? '') &&
    next !== undefined &&
    next.role === item.role &&
    next.sentence === item.sentence
  );
}

const DETERMINERS = new Set([
  'the',
  'your',
  'my',
  'our',
  'their',
  'his',
  'her',
  'its',
  'a',
  'of',
  'what',
  'which',
  'are',
  'is',
  'some',
]);

const ALL_OF = /^(?:what|which|who) (?:is|are|was|were) all\b/;

function shareOf({ sentences }: Reading, item: Item): string {
  const share = SHARES.get(item.lemma) ?? item.lemma;
  // "Is he alive" and "is he still alive" are two questions, "why do people still smoke" and "why do people smoke" are one.
  if (share === 'still' && sentences[item.sentence]?.intent !== 'is') return '';
  // "What are all the ways" wants what "what are the ways" wants.
  return item.lemma === 'all' && ALL_OF.test(sentences[item.sentence]?.words.join(' ') ?? '') ? '' : share;
}
