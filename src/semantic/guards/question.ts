/** What is asked for: a reason is no way, a place no time, and "can I" is not "should I". */
import type { Reading } from '../reading.ts';
import type { Intent } from '../words/frames.ts';
import type { Guard } from './guard.ts';

/** Intents that one answer serves. */
const CLASS: Readonly<Record<Intent, string>> = {
  how: 'how',
  what: 'what',
  none: 'what',
  command: 'what',
  who: 'who',
  why: 'why',
  when: 'when',
  where: 'where',
  count: 'count',
  amount: 'amount',
  degree: 'degree',
  like: 'like',
  is: 'whether',
  does: 'whether',
  has: 'has',
  can: 'can',
  should: 'should',
  must: 'must',
  will: 'will',
};

export const question: Guard = {
  name: 'question',
  refuses: ({ a, b }) => wanted(a) !== wanted(b) && !sameComparison(a, b),
};

function wanted(reading: Reading): string {
  const all = reading.sentences.map((sentence) => CLASS[sentence.intent]);
  // Statements around a question do not change what it wants.
  const asked = all.filter((_, i) => reading.sentences[i]?.intent !== 'none');
  return [...new Set(asked.length > 0 ? asked : all)].join(' ');
}

/** "Are cats bigger than dogs" and "which is bigger, cats or dogs". */
function sameComparison(a: Reading, b: Reading): boolean {
  return (isThan(a) && isWhich(b)) || (isWhich(a) && isThan(b));
}

const isThan = ({ sentences, items }: Reading): boolean =>
  sentences.length === 1 && sentences[0]?.intent === 'is' && items.some((item) => item.lemma === 'than');
const isWhich = ({ sentences, conjunctions }: Reading): boolean =>
  sentences.length === 1 &&
  (sentences[0]?.intent === 'what' || sentences[0]?.intent === 'who') &&
  conjunctions.has('or');
