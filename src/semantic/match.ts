/**
 * The decision whether two prompts may share an answer: the guards first, then the calibrated similarity against the threshold.
 * Pure; a request and the evaluation both ask here.
 */
import { type Alignment, align } from './alignment.ts';
import { type Calibration, type Evidence, similarityOf } from './calibration.ts';
import { layoutOf } from './guards/code.ts';
import type { Comparison, GuardName } from './guards/guard.ts';
import { refusedBy } from './guards/in-order.ts';
import { payload } from './guards/payload.ts';
import { MAX_CHARACTERS, MAX_ITEMS, type Reading, read } from './reading.ts';
import type { IsWord } from './words/lemma.ts';

/** On the calibrated scale: the chance that the two ask the same. */
export const DEFAULT_THRESHOLD = 0.85;

export interface Candidate {
  /** As asked, or read already: of many candidates the prompt is read once. */
  readonly prompt: string | Reading;
  /** The question of a stored answer. */
  readonly stored: string;
  /** Of their vectors, by the embedder whose calibration is used. */
  readonly cosine: number;
}

export interface MatchOptions {
  /** 0 to 1, on the calibrated scale. */
  readonly threshold: number;
  readonly calibration: Calibration;
  readonly isWord: IsWord;
  /** Guards left out, to measure what each is worth. */
  readonly without?: ReadonlySet<GuardName>;
}

export type Verdict =
  | { readonly hit: true; readonly similarity: number }
  | { readonly hit: false; readonly similarity: number; readonly refusedBy: GuardName | 'threshold' | 'length' };

const NO_ALIGNMENT: Alignment = { pairs: [], leftA: [], leftB: [] };

export function match({ prompt, stored, cosine }: Candidate, options: MatchOptions): Verdict {
  const a = typeof prompt === 'string' ? read(prompt, options.isWord) : prompt;
  const b = read(stored, options.isWord);
  if (isLong(a) || isLong(b))
    return a.text.trim() === b.text.trim() ? SAME : { hit: false, similarity: 0, refusedBy: 'length' };
  return a.key === b.key && sameSigns(a, b) ? SAME : compare(a, b, cosine, options);
}

const SAME: Verdict = { hit: true, similarity: 1 };

function compare(a: Reading, b: Reading, cosine: number, options: MatchOptions): Verdict {
  const comparison: Comparison = { a, b, alignment: align(a, b, options.isWord) };
  const similarity = similarityOf(evidenceOf(comparison, cosine), options.calibration);
  const guard = refusedBy(comparison, options.without);
  if (guard !== undefined) return { hit: false, similarity, refusedBy: guard };
  return similarity >= options.threshold
    ? { hit: true, similarity }
    : { hit: false, similarity, refusedBy: 'threshold' };
}

const isLong = ({ text, items }: Reading): boolean => text.length > MAX_CHARACTERS || items.length > MAX_ITEMS;

/** Case and quotes are left out of the key, but in code they count. */
function sameSigns(a: Reading, b: Reading): boolean {
  const code = (reading: Reading) =>
    [...reading.items.filter((item) => item.kind === 'code').map((item) => item.word), ...reading.symbols].join('\n');
  return (
    code(a) === code(b) && layoutOf(a.text) === layoutOf(b.text) && !payload.refuses({ a, b, alignment: NO_ALIGNMENT })
  );
}

export function evidenceOf({ a, b, alignment }: Comparison, cosine: number): Evidence {
  const count = (match: string) => alignment.pairs.filter((pair) => pair.match === match).length;
  const longer = Math.max(a.items.length, b.items.length, 1);
  const wordsA = new Set(a.sentences.flatMap((sentence) => sentence.core.split(' ')));
  const wordsB = new Set(b.sentences.flatMap((sentence) => sentence.core.split(' ')));
  let shared = 0;
  for (const word of wordsA) if (wordsB.has(word)) shared++;
  // Where the lists vouch for words, the vectors' doubt about them counts less.
  // An opposite comes with its negation: two words that agree.
  const listed = Math.min(1, (count('synonym') + 2 * count('opposite') + count('typo')) / longer);
  return {
    cosine: 1 - (1 - cosine) * (1 - listed) ** 3,
    listed,
    derived: count('derived') / longer,
    length: Math.log1p(alignment.pairs.length),
    overlap: shared / Math.max(1, wordsA.size + wordsB.size - shared),
  };
}
