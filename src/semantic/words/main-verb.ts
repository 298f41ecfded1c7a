/**
 * Be, have and do: small words that are the whole verb in some sentences and help another one in most. "Is she a doctor" and "does she
 * have a doctor" have the same words that count.
 */
import { PARTICIPLES, PAST_FORMS } from './irregular.ts';
import { BE, DO, HAVE, HEAVY_PREPOSITIONS, LIGHT_PREPOSITIONS, MODALS } from './small.ts';

export interface MainVerbs {
  /** Somebody has something. */
  readonly has: boolean;
  /** Something is done, and no other word says what. */
  readonly does: boolean;
  /** There is something. */
  readonly exists: boolean;
  /** "Should have called", not "should call". */
  readonly perfect: boolean;
}

const BETWEEN = new Set(['not', 'ever', 'never', 'just', 'already', 'also', 'always', 'only', 'really', 'to']);

const isParticiple = (word: string): boolean =>
  PARTICIPLES.has(word) || PAST_FORMS.has(word) || BE.has(word) || (word.length > 3 && word.endsWith('ed'));

export function mainVerbsOf(words: readonly string[]): MainVerbs {
  let [has, does, exists, perfect] = [false, false, false, false];
  let helped = false;
  words.forEach((word, i) => {
    if (HAVE.has(word) || word === 'having') {
      const next = words.slice(i + 1).find((later) => !BETWEEN.has(later)) ?? '';
      // "Has she left": the subject stands between.
      const asks = !helped && i < 3;
      const helps = isParticiple(next) || (asks && words.slice(i + 1, i + 7).some(isParticiple));
      if (!helps) has = true;
      else if (words.slice(0, i).some((before) => MODALS.has(before))) perfect = true;
    } else if (word === 'done' || word === 'doing' || (DO.has(word) && helped && endsHere(words[i + 1]))) does = true;
    else if (word === 'there' && (BE.has(words[i - 1] ?? '') || BE.has(words[i + 1] ?? ''))) exists = true;
    if (DO.has(word) || MODALS.has(word) || HAVE.has(word) || word === 'to') helped = true;
  });
  return { has, does, exists, perfect };
}

const endsHere = (next: string | undefined): boolean =>
  next === undefined || next === ',' || LIGHT_PREPOSITIONS.has(next) || HEAVY_PREPOSITIONS.has(next) || next === 'when';
