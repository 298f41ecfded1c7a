/** Unit vectors that are a function of the text; texts that share words are near each other. */
import { EMBEDDING_DIMENSIONS } from '../models.ts';
import { seeded } from './seed.ts';

const COMMON = new Set('a an and are do does i in is it me my of on or please the to what you your'.split(' '));
/** How much of a vector is the exact text's own. */
const OWN = 0.35;
const MOST_WORDS_KEPT = 4_096;
const directions = new Map<string, Float32Array>();

function directionOf(seed: string): Float32Array {
  const known = directions.get(seed);
  if (known !== undefined) return known;
  const pick = seeded(seed);
  const made = Float32Array.from({ length: EMBEDDING_DIMENSIONS }, () => pick(65_536) / 32_768 - 1);
  if (directions.size >= MOST_WORDS_KEPT) directions.clear();
  directions.set(seed, made);
  return made;
}

/** `dimensions` out of range is ignored; a shorter vector is cut and made a unit again. Values are float32. */
export function embed(identity: string, text: string, dimensions = 0): number[] {
  const sum = new Float64Array(EMBEDDING_DIMENSIONS);
  const add = (direction: Float32Array, weight: number) => {
    for (let at = 0; at < sum.length; at += 1) sum[at] = (sum[at] ?? 0) + weight * (direction[at] ?? 0);
  };
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
    add(directionOf(`${identity} ${word}`), COMMON.has(word) ? 0.2 : 1);
  add(directionOf(`${identity}\n${text}`), OWN);
  const kept = dimensions > 0 && dimensions < EMBEDDING_DIMENSIONS ? sum.subarray(0, dimensions) : sum;
  const length = Math.hypot(...kept) || 1;
  return Array.from(kept, (value) => Math.fround(value / length));
}
