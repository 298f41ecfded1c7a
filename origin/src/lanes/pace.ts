/**
 * Pace: how long something usually takes on a lane, and from when on it takes suspiciously long. The limit follows the lane's
 * own P99, within a floor and a ceiling.
 */

export interface Pace {
  /** @param ms one sample */
  record(ms: number): void;
  /** Nearest-rank percentile of the last samples, ms; undefined without any. */
  percentile(part: number): number | undefined;
  /** @param load how many times heavier than a single short request this is, 1 or more; the floor grows with it */
  limit(load?: number): number;
}

/** The last samples that count. */
const WINDOW = 512;
/** A few samples more or less hardly move a P99 of many: sorting for each token would cost more than the tokens. */
const SORT_EVERY = 32;
/** Below this many, a P99 is only the largest that happened to come. */
const ENOUGH = 20;
const MARGIN = 3;
const MARGIN_WHILE_NEW = 10;

/**
 * @param floor lowest limit for a single request, ms
 * @param ceiling highest limit, ms; also the limit before the first sample
 */
export function createPace(floor: number, ceiling: number): Pace {
  const samples: number[] = [];
  let next = 0;
  let sorted: readonly number[] = [];
  let unsorted = 0;

  function percentile(part: number): number | undefined {
    if (unsorted >= SORT_EVERY || (unsorted > 0 && samples.length < 2 * SORT_EVERY)) {
      sorted = [...samples].sort((a, b) => a - b);
      unsorted = 0;
    }
    return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
  }

  return {
    record(ms) {
      samples[next] = ms;
      next = (next + 1) % WINDOW;
      unsorted += 1;
    },
    percentile,
    limit(load = 1) {
      const usual = percentile(0.99);
      if (usual === undefined) return ceiling;
      const margin = samples.length < ENOUGH ? MARGIN_WHILE_NEW : MARGIN;
      return Math.min(ceiling, Math.max(floor * Math.max(1, load), margin * usual));
    },
  };
}
