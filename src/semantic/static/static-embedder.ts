/**
 * The embedder without a network: a text's vector is the sum of its tokens' rows, which carry their own weights. Blind to the
 * order of words; that is what the guards are for.
 */
import type { Embedder } from '../embedder.ts';
import type { TokenTable } from './table.ts';
import { basicTokens, wordPieces } from './wordpiece.ts';

export interface StaticEmbedder extends Embedder {
  readonly name: 'static';
  /** The same without a promise, for callers in the same isolate. */
  vector(text: string): Float32Array;
}

/** More tokens than this change the mean hardly and cost time. */
const MAX_TOKENS = 512;

export function staticEmbedder(table: TokenTable): StaticEmbedder {
  const vector = (text: string) => unit(sumOfRows(table, text));
  return {
    name: 'static',
    dimensions: table.dimensions,
    vector,
    embed: async (texts) => texts.map(vector),
  };
}

function sumOfRows(table: TokenTable, text: string): Float32Array {
  const { dimensions, codes, scales, rows } = table;
  const sum = new Float32Array(dimensions);
  let used = 0;
  for (const word of basicTokens(text)) {
    for (const piece of wordPieces(word, rows)) {
      const row = rows.get(piece);
      if (row === undefined) continue;
      if (++used > MAX_TOKENS) return sum;
      const scale = scales[row] as number;
      const at = row * dimensions;
      for (let i = 0; i < dimensions; i++) sum[i] = (sum[i] as number) + scale * (codes[at + i] as number);
    }
  }
  return sum;
}

function unit(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const x of vector) squares += x * x;
  if (squares === 0) return vector;
  const scale = 1 / Math.sqrt(squares);
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) * scale;
  return vector;
}
