import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  boundsOf,
  bucketOf,
  countUpTo,
  createHistogram,
  mergeHistogram,
  packHistogram,
  percentileOf,
  record,
  unpackHistogram,
} from '../../src/statistics/histogram.ts';

const milliseconds = fc.nat({ max: 2 ** 31 - 1 });

function histogramOf(values: readonly number[]) {
  const histogram = createHistogram();
  for (const value of values) record(histogram, value);
  return histogram;
}

const inOrder = (histogram: ReturnType<typeof createHistogram>) => [...histogram.buckets].sort(([a], [b]) => a - b);

describe('a bucket', () => {
  it('holds its values, and is at most 1/32 of them wide', () => {
    fc.assert(
      fc.property(milliseconds, (value) => {
        const { least, greatest } = boundsOf(bucketOf(value));
        expect(least).toBeLessThanOrEqual(value);
        expect(greatest).toBeGreaterThanOrEqual(value);
        expect(greatest - least).toBeLessThanOrEqual(value / 32);
      }),
    );
  });

  it('begins where the one before it ends', () => {
    for (let bucket = 1; bucket < 800; bucket++) {
      expect(boundsOf(bucket).least).toBe(boundsOf(bucket - 1).greatest + 1);
      expect(bucketOf(boundsOf(bucket).least)).toBe(bucket);
      expect(bucketOf(boundsOf(bucket).greatest)).toBe(bucket);
    }
  });

  it('takes what is no sensible time', () => {
    expect(bucketOf(-5)).toBe(0);
    expect(bucketOf(Number.NaN)).toBe(0);
    expect(bucketOf(Number.POSITIVE_INFINITY)).toBe(bucketOf(2 ** 31 - 1));
  });
});

describe('a percentile', () => {
  it('lies in the bucket of the value of its rank', () => {
    fc.assert(
      fc.property(
        fc.array(milliseconds, { minLength: 1, maxLength: 300 }),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        (values, share) => {
          const exact = [...values].sort((a, b) => a - b)[Math.ceil(share * values.length) - 1] as number;
          const { least, greatest } = boundsOf(bucketOf(exact));
          const read = percentileOf(histogramOf(values), share) as number;
          expect(read).toBeGreaterThanOrEqual(least);
          expect(read).toBeLessThanOrEqual(greatest);
          expect(Math.abs(read - exact)).toBeLessThanOrEqual(exact * 0.016);
        },
      ),
    );
  });

  it('of nothing is undefined', () => {
    expect(percentileOf(createHistogram(), 0.5)).toBeUndefined();
  });
});

describe('histograms', () => {
  it('merge to the histogram of all their values', () => {
    fc.assert(
      fc.property(fc.array(milliseconds), fc.array(milliseconds), (one, other) => {
        const merged = histogramOf(one);
        mergeHistogram(merged, histogramOf(other));
        const whole = histogramOf([...one, ...other]);
        expect(inOrder(merged)).toEqual(inOrder(whole));
        expect(merged.sum).toBe(whole.sum);
      }),
    );
  });

  it('come back as they were packed', () => {
    fc.assert(
      fc.property(fc.array(milliseconds), (values) => {
        const histogram = histogramOf(values);
        expect(unpackHistogram(JSON.parse(JSON.stringify(packHistogram(histogram))))).toEqual(histogram);
      }),
    );
  });

  it('count exactly up to the end of a bucket', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 200_000 })),
        fc.constantFrom(0, 1, 5, 50, 63, 127, 1023, 65_535),
        (values, limit) => {
          expect(countUpTo(histogramOf(values), limit)).toBe(values.filter((value) => value <= limit).length);
        },
      ),
    );
  });
});
