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
        throw new Error(`${file}:${at}: ${reasonOf(error)}`);
      }
    });
}

function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError)
    return error.issues.map(({ path, message }) => `${path.join('.') || 'line'}: ${message}`).join('; ');
  return error instanceof Error ? error.message : String(error);
}

/** Cosines of another embedder for the same pairs, one number a line; see scripts/distil/cosines.py. */
export function readCosines(file: string, count: number): Float64Array {
  const cosines = Float64Array.from(readFileSync(file, 'utf8').trim().split('\n'), Number);
  const wrong = cosines.findIndex((cosine) => !(cosine >= -1.001 && cosine <= 1.001));
  if (wrong >= 0) throw new Error(`${file}:${wrong + 1}: a cosine from -1 to 1 expected`);
  if (cosines.length !== count) throw new Error(`${file}: ${count} cosines expected, ${cosines.length} found`);
  return cosines;
}
