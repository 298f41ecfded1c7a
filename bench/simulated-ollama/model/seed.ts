/** Numbers that are a function of a text alone. */
import { createHash } from 'node:crypto';

/** Successive whole numbers below `limit`. */
export type Pick = (limit: number) => number;

/** xoshiro128** (Blackman and Vigna), its state taken from SHA-256 of the text. */
export function seeded(text: string): Pick {
  const state = new Uint32Array(new Uint8Array(createHash('sha256').update(text).digest()).buffer, 0, 4);
  let [a = 1, b = 2, c = 3, d = 4] = state;
  const rotate = (value: number, by: number) => (value << by) | (value >>> (32 - by));
  return (limit) => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result % limit;
  };
}
