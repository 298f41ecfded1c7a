/** Labelled pairs of questions, one JSON object a line: `{a, b, same, source, kind}`. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const Line = z.object({
  a: z.string(),
  b: z.string(),
  same: z.boolean(),
  source: z.string().default('unknown'),
  kind: z.string().default('unknown'),
});

export type LabelledPair = z.infer<typeof Line>;

/** Throws with the line's number where a line is not such an object. */
export function readPairs(file: string): LabelledPair[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line, at) => ({ line: line.trim(), at: at + 1 }))
    .filter(({ line }) => line !== '')
    .map(({ line, at }) => {
      try {
        return Line.parse(JSON.parse(line));
      } catch (error) {
        throw new Error(`${file}:${at}: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
}

/** Cosines of another embedder for the same pairs, one number a line; see scripts/distil/cosines.py. */
export function readCosines(file: string, count: number): Float64Array {
  const cosines = Float64Array.from(readFileSync(file, 'utf8').trim().split('\n'), Number);
  if (cosines.length !== count || cosines.some(Number.isNaN)) throw new Error(`${file}: ${count} numbers expected`);
  return cosines;
}
