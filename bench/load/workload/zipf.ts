/** Zipf's law: the n-th most popular of many is asked for in proportion to 1 / n^s. */
import type { Random } from './random.ts';

/**
 * Draws ranks from 0 to below `count`.
 * @param exponent 0 is uniform, about 1 is what questions and web pages show, more is steeper
 */
export function zipf(count: number, exponent: number): (random: Random) => number {
  const reached = new Float64Array(count);
  let total = 0;
  for (let rank = 0; rank < count; rank += 1) {
    total += 1 / (rank + 1) ** exponent;
    reached[rank] = total;
  }
  return (random) => {
    const wanted = random.next() * total;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((reached[middle] as number) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
