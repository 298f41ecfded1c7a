/**
 * A histogram of whole numbers (milliseconds) in log-linear buckets: exact below 64, then 32 equal buckets for each power of
 * two. A bucket is at most 1/32 of its lower bound wide, so a percentile read at its middle is off by at most 1.6 %.
 * Two histograms are merged by adding their buckets.
 *
 *   s(v) = max(0, ⌊log2 v⌋ − 5)        bucket(v) = 32·s + ⌊v / 2^s⌋
 *
 * The scheme is that of HDR histograms with one fixed precision: https://hdrhistogram.org
 */

export interface Histogram {
  /** Bucket → how many; only those that are not empty. */
  readonly buckets: Map<number, number>;
  /** Sum of the values as they came. */
  sum: number;
}

/** As kept and sent: the sum, then bucket and count in turns. */
export type PackedHistogram = readonly number[];

const PRECISION = 5;
const PER_OCTAVE = 2 ** PRECISION;
const MAX = 2 ** 31 - 1;

export function createHistogram(): Histogram {
  return { buckets: new Map(), sum: 0 };
}

/** @param value clamped to 0..2^31 - 1 and rounded down */
export function bucketOf(value: number): number {
  const whole = value >= MAX ? MAX : value > 0 ? Math.trunc(value) : 0;
  const shift = Math.max(0, 31 - Math.clz32(whole) - PRECISION);
  return PER_OCTAVE * shift + (whole >>> shift);
}

/** The least and the greatest whole number of a bucket. */
export function boundsOf(bucket: number): { readonly least: number; readonly greatest: number } {
  const shift = Math.max(0, Math.floor(bucket / PER_OCTAVE) - 1);
  const least = (bucket - PER_OCTAVE * shift) * 2 ** shift;
  return { least, greatest: least + 2 ** shift - 1 };
}

export function record(into: Histogram, value: number): void {
  const bucket = bucketOf(value);
  into.buckets.set(bucket, (into.buckets.get(bucket) ?? 0) + 1);
  into.sum += value;
}

export function mergeHistogram(into: Histogram, from: Histogram): void {
  for (const [bucket, count] of from.buckets) into.buckets.set(bucket, (into.buckets.get(bucket) ?? 0) + count);
  into.sum += from.sum;
}

export function countIn({ buckets }: Histogram): number {
  let count = 0;
  for (const each of buckets.values()) count += each;
  return count;
}

/**
 * The middle of the bucket in which the value of this rank lies (nearest rank: the ⌈share·n⌉th of n in order).
 * @param share 0..1
 * @returns undefined for an empty histogram
 */
export function percentileOf(histogram: Histogram, share: number): number | undefined {
  const count = countIn(histogram);
  if (count === 0) return undefined;
  let left = Math.max(1, Math.ceil(share * count));
  for (const [bucket, held] of [...histogram.buckets].sort(([one], [other]) => one - other)) {
    left -= held;
    if (left > 0) continue;
    const { least, greatest } = boundsOf(bucket);
    return (least + greatest) / 2;
  }
  return undefined;
}

/** How many values are at most `limit`; exact where `limit` is the greatest of its bucket (below 64, and 2^k - 1). */
export function countUpTo({ buckets }: Histogram, limit: number): number {
  const last = bucketOf(limit);
  let count = 0;
  for (const [bucket, held] of buckets) if (bucket <= last) count += held;
  return count;
}

export function packHistogram({ buckets, sum }: Histogram): PackedHistogram {
  return [sum, ...[...buckets].flat()];
}

export function unpackHistogram(packed: PackedHistogram): Histogram {
  const buckets = new Map<number, number>();
  for (let at = 1; at + 1 < packed.length; at += 2) buckets.set(packed[at] as number, packed[at + 1] as number);
  return { buckets, sum: packed[0] ?? 0 };
}
