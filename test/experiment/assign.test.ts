import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign, BUCKETS, type Share } from '../../src/experiment/assign.ts';

const EVEN: readonly Share[] = [
  { arm: 'control', weight: 1 },
  { arm: 'other', weight: 1 },
];
const clients = (count: number) => Array.from({ length: count }, (_, at) => `public\n192.0.${at >> 8}.${at & 255}`);

describe('a client', () => {
  it('is always in the same arm and bucket', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (experiment, client) => {
        const placed = assign(experiment, client, EVEN);
        expect(assign(experiment, client, EVEN)).toEqual(placed);
        expect(placed.bucket).toBeGreaterThanOrEqual(0);
        expect(placed.bucket).toBeLessThan(BUCKETS);
      }),
    );
  });

  it('is as likely in each arm as its weight says', () => {
    const shares = [
      { arm: 'a', weight: 1 },
      { arm: 'b', weight: 3 },
    ];
    const inB = clients(20_000).filter((client) => assign('weights', client, shares).arm === 'b').length;
    expect(inB / 20_000).toBeCloseTo(0.75, 1.6);
  });

  it('is placed anew, and independently, by another experiment', () => {
    const all = clients(20_000);
    const both = all.filter((client) => assign('one', client, EVEN).arm === assign('two', client, EVEN).arm).length;
    expect(both / all.length).toBeCloseTo(0.5, 1.6);
  });

  it('has a bucket that says nothing of its arm, and each bucket is as full', () => {
    const all = clients(64_000);
    const counts = new Map<string, number>();
    for (const client of all) {
      const { arm, bucket } = assign('buckets', client, EVEN);
      counts.set(`${arm} ${bucket}`, (counts.get(`${arm} ${bucket}`) ?? 0) + 1);
    }
    expect(counts.size).toBe(2 * BUCKETS);
    // Chi-squared with 127 degrees of freedom: 99.9% are below 182.
    const expected = all.length / counts.size;
    const chi = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chi).toBeLessThan(182);
  });
});
