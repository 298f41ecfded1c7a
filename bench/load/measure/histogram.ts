/** Latencies in an HDR histogram, from a microsecond to an hour. */
import { build, type Histogram } from 'hdr-histogram-js';

const HIGHEST_US = 3_600_000_000;
const US = 1000;

export interface Latencies {
  /** @param ms below zero counts as zero */
  add(ms: number): void;
  readonly count: number;
  /** Milliseconds; 0 of nothing. @param share 0 to 1 */
  at(share: number): number;
  readonly mean: number;
  readonly max: number;
  /** Points of the curve: share of all and ms, denser towards the end. */
  curve(): readonly (readonly [share: number, ms: number])[];
}

/** Shares of the curve: 0 … 0.9 in tens, then each next nine in tens. */
function sharesOf(count: number): number[] {
  const shares: number[] = [];
  for (let nines = 0, left = 1; left * count >= 1 && nines < 6; nines += 1, left /= 10)
    for (let step = 0; step < 9; step += 1) shares.push(1 - left + (left * step) / 10);
  return shares;
}

/** @param digits significant ones that are kept: 3 takes some 90 KB, 2 an eighth of it */
export function latencies(digits: 2 | 3 = 3): Latencies {
  const histogram: Histogram = build({
    numberOfSignificantValueDigits: digits,
    highestTrackableValue: HIGHEST_US,
    bitBucketSize: 32,
  });
  const at = (share: number) => (histogram.totalCount === 0 ? 0 : histogram.getValueAtPercentile(share * 100) / US);
  return {
    add: (ms) => histogram.recordValue(Math.min(HIGHEST_US, Math.max(0, Math.round(ms * US)))),
    get count() {
      return histogram.totalCount;
    },
    at,
    get mean() {
      return histogram.totalCount === 0 ? 0 : histogram.mean / US;
    },
    get max() {
      return histogram.totalCount === 0 ? 0 : histogram.maxValue / US;
    },
    curve: () => sharesOf(histogram.totalCount).map((share) => [share, at(share)] as const),
  };
}
