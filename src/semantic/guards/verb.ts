/** Being, having, doing: who is a doctor need not have one, what a thing does is not what it is. */
import type { Item } from '../items.ts';
import type { Reading, Sentence } from '../reading.ts';
import { BE } from '../words/small.ts';
import { endsPhrase, isParticiple } from '../words/voice.ts';
import type { Comparison, Guard } from './guard.ts';

export const verb: Guard = {
  name: 'verb',
  refuses: (comparison) => {
    const { a, b } = comparison;
    if (comparison.alignment.pairs.some((pair) => isTurned(a, a.items[pair.a], b, b.items[pair.b]))) return true;
    if (a.sentences.length !== b.sentences.length) return false;
    return a.sentences.some((one, i) => {
      const other = b.sentences[i] as Sentence;
      return (
        one.verbs.perfect !== other.verbs.perfect ||
        (one.verbs.has && !other.verbs.has && !isOwned(comparison, other, b)) ||
        (other.verbs.has && !one.verbs.has && !isOwned(comparison, one, a)) ||
        isDoneNotBeing(one, other) ||
        isDoneNotBeing(other, one) ||
        isThere(one, other) ||
        isThere(other, one)
      );
    });
  },
};

/** "Is she bored", "is she boring"; "when was Rome attacked", "when did Rome attack": the one is done to, the other does. */
function isTurned(a: Reading, one: Item | undefined, b: Reading, other: Item | undefined): boolean {
  if (one === undefined || other === undefined || one.lemma !== other.lemma || one.word === other.word) return false;
  return isDoneTo(a, one) !== isDoneTo(b, other);
}

/** A participle behind a form of be, in the same phrase. */
function isDoneTo({ sentences }: Reading, { sentence, word }: Item): boolean {
  if (word.endsWith('ing') || !isParticiple(word)) return false;
  const words = sentences[sentence]?.words ?? [];
  const at = words.indexOf(word);
  const be = words.findLastIndex((before, i) => i < at && (BE.has(before) || before === 'get' || before === 'got'));
  return be >= 0 && !words.slice(be + 1, at).some(endsPhrase);
}

const OWNING = new Set(['of', 'with', 'in', 'for', 'on', 'at']);
const POSSESSIVES = new Set(['my', 'your', 'his', 'her', 'its', 'our', 'their', "'s"]);

/** Having is also said by a case: "which symptoms does flu have", "the symptoms of flu"; "people with a dog". */
function isOwned({ a, b, alignment }: Comparison, sentence: Sentence, reading: Reading): boolean {
  if (sentence.verbs.exists || sentence.words.some((word) => POSSESSIVES.has(word))) return true;
  return alignment.pairs.some((pair) => {
    const [one, other] = [a.items[pair.a]?.role ?? '', b.items[pair.b]?.role ?? ''];
    return one !== other && OWNING.has(reading === a ? one : other);
  });
}

/** "What does it do", "what is it". */
const isDoneNotBeing = (one: Sentence, other: Sentence): boolean =>
  one.verbs.does && !other.verbs.does && other.intent === 'what' && BE.has(other.words[1] ?? '');

/** "Is there a snake", "is it a snake". */
const isThere = (one: Sentence, other: Sentence): boolean =>
  one.verbs.exists && !other.verbs.exists && !other.verbs.has && one.intent === 'is' && other.intent === 'is';
