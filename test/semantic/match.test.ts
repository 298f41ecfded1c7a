/** The decision on our own examples: each of them through the same function as a request. */
import { describe, expect, it } from 'vitest';
import { staticTable } from '../../scripts/semantic/static-table.ts';
import { CALIBRATIONS } from '../../src/semantic/calibration.ts';
import { cosine } from '../../src/semantic/embedder.ts';
import { DEFAULT_THRESHOLD, type MatchOptions, match, type Verdict } from '../../src/semantic/match.ts';
import { embeddedText, read } from '../../src/semantic/reading.ts';
import { staticEmbedder } from '../../src/semantic/static/static-embedder.ts';
import { DIFFERENT, SAME } from './examples.ts';

const table = staticTable();
const embedder = staticEmbedder(table);
const options: MatchOptions = {
  threshold: DEFAULT_THRESHOLD,
  calibration: CALIBRATIONS.static,
  isWord: (word) => table.rows.has(word),
};

const vectorOf = (text: string) => embedder.vector(embeddedText(read(text, options.isWord)));

function verdict(a: string, b: string, other: Partial<MatchOptions> = {}): Verdict {
  return match({ prompt: a, stored: b, cosine: cosine(vectorOf(a), vectorOf(b)) }, { ...options, ...other });
}

describe('prompts that may share an answer', () => {
  for (const [kind, examples] of Object.entries(SAME)) {
    it.each(examples)(`${kind}: %s | %s`, (a, b) => {
      expect(verdict(a, b)).toMatchObject({ hit: true });
      expect(verdict(b, a)).toMatchObject({ hit: true });
    });
  }
});

describe('prompts that must not', () => {
  for (const [kind, examples] of Object.entries(DIFFERENT)) {
    it.each(examples)(`${kind}: %s | %s`, (a, b) => {
      // Whatever the vectors say: a perfect cosine must not get past the guards either.
      expect(match({ prompt: a, stored: b, cosine: 1 }, { ...options, threshold: 0 })).toMatchObject({ hit: false });
      expect(verdict(b, a)).toMatchObject({ hit: false });
    });
  }
});
