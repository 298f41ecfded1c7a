/**
 * Preambles: "My pet owl eats nuts. Is it normal for animals to eat nuts?" asks of animals, whatever the pet. A preamble is idle
 * where the question after it is the same, stands by itself, and names the kind of which the preamble gives an example.
 */
import type { Item } from '../items.ts';
import type { Reading } from '../reading.ts';
import type { Comparison } from './guard.ts';

/** Point back to what was said, or to the asker. */
const BACK =
  /\b(?:this|that|these|those|he|she|they|them|him|her|his|their|such|here|there|again|so|same|above|i|me|my|mine|we|us|our)\b/;
const ITS = /\b(?:it|its)\b/;
/** "Is it normal to": `it` is no thing. */
const EXPLETIVE = /^(?:is|was|would|will|can|could) it (?:be )?\S+(?: \S+)?(?: for .+?)? to /;
/** Kinds of everything: people and animals and things in general. */
const KINDS = new Set(
  `animal pet people person human adult child kid man woman student employee user customer parent company business country city plant tree
  vegetable fruit food drink bird fish insect mammal reptile dog cat baby teenager team program language database computer phone car vehicle
  machine device tool product material metal liquid drug medicine anyone everyone someone living creature being`.split(
    /\s+/,
  ),
);

export function isIdlePreamble({ a, b, alignment }: Comparison): boolean {
  const last = a.sentences.length - 1;
  if (last < 1 || b.sentences.length !== a.sentences.length) return false;
  const question = a.sentences[last]?.words.join(' ') ?? '';
  if (question !== b.sentences[last]?.words.join(' ')) return false;
  if (BACK.test(question) || ITS.test(question.replace(EXPLETIVE, ''))) return false;
  if (a.sentences[last]?.intent === 'none') return false;
  const left = [...alignment.leftA.map((i) => a.items[i] as Item), ...alignment.leftB.map((i) => b.items[i] as Item)];
  const idle = left.every((item) => (item.kind === 'word' || item.kind === 'name') && item.sentence < last);
  return (
    idle && alignment.leftA.length === 1 && alignment.leftB.length === 1 && namesKind(a, last) && sharesTopic(a, last)
  );
}

const namesKind = ({ items }: Reading, last: number): boolean =>
  items.some((item) => item.sentence === last && KINDS.has(item.lemma));

/** The question repeats what the preamble says of its example. */
function sharesTopic({ items }: Reading, last: number): boolean {
  const asked = new Set(items.filter((item) => item.sentence === last).map((item) => item.lemma));
  return items.filter((item) => item.sentence < last && asked.has(item.lemma)).length >= 2;
}
