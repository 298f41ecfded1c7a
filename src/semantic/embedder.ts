/** Embedder: a text becomes a unit vector. A new embedder is a new file with one of these and a line in `calibration.ts`. */

export type EmbedderName = 'static' | 'workers-ai' | 'ollama';

export interface Embedder {
  readonly name: EmbedderName;
  /** How long a vector is. */
  readonly dimensions: number;
  /** Unit vectors, one a text, in order. May reject (network embedders); a text without a word is a vector of zeros. */
  embed(texts: readonly string[]): Promise<readonly Float32Array[]>;
}

/** Of unit vectors, so a plain dot product; 0 where either is a vector of zeros. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return Math.max(-1, Math.min(1, sum));
}
