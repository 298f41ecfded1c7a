/** Tense and mood: "who is" is not "who was", and what a drug does is not what it should do. */
import type { Reading, Sentence } from '../reading.ts';
import type { Mood } from '../words/frames.ts';
import { PAST_FORMS } from '../words/irregular.ts';
import type { Guard } from './guard.ts';

export const tense: Guard = {
  name: 'tense',
  refuses: ({ a, b }: { a: Reading; b: Reading }) =>
    a.sentences.length === b.sentences.length && a.sentences.some((s, i) => differs(s, b.sentences[i] as Sentence)),
};

function differs(a: Sentence, b: Sentence): boolean {
  if (isDuty(a) !== isDuty(b) && (a.duty || b.duty) && a.intent !== 'how') return true;
  if (a.mood === b.mood) return false;
  const either = (mood: Mood) => a.mood === mood || b.mood === mood;
  if (either('past')) return !(isOfAllTime(a) && isOfAllTime(b)) && !isDoer(a, b) && !isDoer(b, a);
  const supposed = isSupposed(a) || isSupposed(b);
  switch (a.intent) {
    case 'how':
    case 'like':
    case 'where':
    case 'none':
    case 'command':
      return either('future') && !supposed && !(a.generic && b.generic);
    case 'count':
    case 'amount':
    case 'degree':
      return either('duty');
    case 'what':
    case 'who':
      if (either('future') || either('thought')) return !supposed;
      return !(a.anybody && b.anybody) && either('duty');
    case 'when':
      return either('duty') || either('ability');
    case 'why':
      return !(a.anybody && b.anybody && !either('duty'));
    default:
      // A yes or no: its auxiliary is its intent.
      return false;
  }
}

const isPast = (word: string): boolean => PAST_FORMS.has(word) || word.endsWith('ed');

/** "Who wrote it" and "who is the author of it". */
const isDoer = ({ words: deed }: Sentence, { words: doer }: Sentence): boolean =>
  deed[0] === 'who' && isPast(deed[1] ?? '') && /^who is (?:the|a|an) /.test(doer.join(' '));

const isDuty = ({ mood, duty }: Sentence): boolean => mood === 'duty' || duty;

/** "What happens if" and "what will happen if"; "what would be the best" and "what is the best". */
const isSupposed = ({ words }: Sentence): boolean =>
  words.includes('if') || words.includes('when') || words.includes('be') || words.includes('happen');

/** "What was your worst day ever" and "what is your worst day", "the best film of 2016": now or so far is the same. */
function isOfAllTime({ intent, words }: Sentence): boolean {
  return (
    intent === 'what' &&
    words.some(
      (word) => word === 'most' || word === 'best' || word === 'worst' || /\w{3}(?:est|vorite|vourite)$/.test(word),
    ) &&
    words.some((word) => word === 'you' || word === 'your' || /^(?:19|20)\d\d$/.test(word))
  );
}
