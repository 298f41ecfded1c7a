/** Growth: whether processes take more and more. */
import type { Watched } from './processes.ts';

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/**
 * The greatest growth of memory among the processes, from the median of the second quarter to that of the last: the first one
 * fills caches and heaps. 0 where it is too short to say.
 */
export function memoryGrowth(watched: readonly Watched[]): number {
  return Math.max(
    0,
    ...watched.map(({ readings }) => {
      const quarter = Math.floor(readings.length / 4);
      if (quarter < 1) return 0;
      const memory = readings.map((reading) => reading.memory);
      const before = median(memory.slice(quarter, 2 * quarter));
      return before === 0 ? 0 : (median(memory.slice(-quarter)) - before) / before;
    }),
  );
}

/** The most descriptors that one of them has open beyond those at first. */
export function descriptorsLeft(watched: readonly Watched[]): number {
  return Math.max(
    0,
    ...watched.map(({ readings }) => (readings.at(-1)?.descriptors ?? 0) - (readings[0]?.descriptors ?? 0)),
  );
}
