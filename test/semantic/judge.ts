/** The decision as a request meets it: the static embedder, its calibration, the default threshold. */
import { staticTable } from '../../scripts/semantic/static-table.ts';
import { CALIBRATIONS } from '../../src/semantic/calibration.ts';
import { cosine } from '../../src/semantic/embedder.ts';
import { DEFAULT_THRESHOLD, type MatchOptions, match, type Verdict } from '../../src/semantic/match.ts';
import { embeddedText, read } from '../../src/semantic/reading.ts';
import { staticEmbedder } from '../../src/semantic/static/static-embedder.ts';

const table = staticTable();
const embedder = staticEmbedder(table);

export const isWord = (word: string): boolean => table.rows.has(word);

export const OPTIONS: MatchOptions = { threshold: DEFAULT_THRESHOLD, calibration: CALIBRATIONS.static, isWord };

/** What an embedder is given for a prompt. */
export const usual = (prompt: string): string => embeddedText(read(prompt, isWord));

const vectorOf = (prompt: string) => embedder.vector(usual(prompt));

export function verdict(a: string, b: string, other: Partial<MatchOptions> = {}): Verdict {
  return match({ prompt: a, stored: b, cosine: cosine(vectorOf(a), vectorOf(b)) }, { ...OPTIONS, ...other });
}

/** By the guards alone: vectors that could not agree more, and no threshold. */
export function guarded(a: string, b: string): Verdict {
  return match({ prompt: a, stored: b, cosine: 1 }, { ...OPTIONS, threshold: 0 });
}
