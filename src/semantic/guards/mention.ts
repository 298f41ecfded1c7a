/**
 * Words that are talked about, and things that are pointed at. Where a question is about words themselves ("to" and "into"), the
 * small ones count too; "this problem" is one that only the asker sees, "a problem" is any.
 */
import type { Reading } from '../reading.ts';
import { ARTICLES } from '../words/small.ts';
import type { Guard } from './guard.ts';

export const mention: Guard = {
  name: 'mention',
  refuses: (comparison) => {
    const { a, b, alignment } = comparison;
    if (pointsAt(a) !== pointsAt(b)) return true;
    if ((isAboutWords(a) || isAboutWords(b)) && wordsOf(a) !== wordsOf(b)) return true;
    if ((SPELLED.test(a.key) || SPELLED.test(b.key)) && spellings(a) !== spellings(b)) return true;
    // What is defined or told apart is the word itself, not another one for the same thing.
    return (MEANT.test(a.key) || MEANT.test(b.key)) && alignment.pairs.some(({ match }) => match === 'synonym');
  },
};

/** Questions whose answer hangs on how a word is written or bent. */
const SPELLED =
  /\b(?:spell|spells|spelled|spelling|rhymes?|pronounced?|pronunciation|letters (?:are )?in|[a-z]'s (?:are )?in|syllables?|vowels?|plural|singular|tense|synonyms?|antonyms?|opposite|verb|noun|adjective|adverb|words? for|the word|grammatical|grammatically|conjugate|abbreviation)\b|\bor \S+ correct\b/;
const MEANT = /\b(?:define|definition|mean|meaning|difference|differ|distinguish|same|similar|synonym|versus|vs)\b/;

/** The words that count as they are written, in alphabetical order. */
const spellings = ({ items }: Reading): string =>
  items
    .map(({ word }) => word)
    .sort()
    .join(' ');

const WORDS =
  /\b(?:difference|differences|meaning|mean|word|words|phrase|sentence|grammar|grammatically|pronounce|spell|say|translate)\b/;

/** Quoted or compared, and too few other words to tell what. */
function isAboutWords(reading: Reading): boolean {
  const content = reading.items.filter(
    (item) => item.kind === 'word' || item.kind === 'name' || item.kind === 'number' || item.kind === 'code',
  );
  if (content.length === 0) return true;
  return (
    WORDS.test(reading.sentences.map(({ core }) => core).join(' ')) &&
    (content.length < 2 || /["“”]/.test(reading.text))
  );
}

/** Every word, in alphabetical order, without articles. */
function wordsOf(reading: Reading): string {
  return reading.sentences
    .flatMap((sentence) => sentence.words)
    .filter((word) => !ARTICLES.has(word) && word !== ',')
    .sort()
    .join(' ');
}

const POINTED =
  /\b(?:this|these|that|those) (?!(?:is|are|was|were|do|does|did|has|have|can|could|will|would|should|year|month|week|time|day|morning|evening|weekend|summer|winter|i|you|we|he|she|it|they|there|the|a|an)\b)(?=\p{L})/u;
const LOOSE = /\b(?:below|above|following|attached)$/;

const pointsAt = (reading: Reading): boolean =>
  /\b(?:this|these)\b/.test(reading.key)
    ? POINTED.test(reading.key) || LOOSE.test(reading.key)
    : LOOSE.test(reading.key);
