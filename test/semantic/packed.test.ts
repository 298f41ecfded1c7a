import { describe, expect, it } from 'vitest';
import { packed } from '../../src/semantic/packed.ts';
import { quantise } from '../../src/semantic/quantised.ts';
import { DIMENSIONS, vectorAt } from './index-suite.ts';

const row = (number: number) => ({
  key: `k${number}`,
  question: `q${number}`,
  addedAt: number,
  expiresAt: Number.POSITIVE_INFINITY,
  vector: quantise(vectorAt(number / 10)),
});
const nearestTo = (rows: ReturnType<typeof packed>, number: number) =>
  rows.nearest(vectorAt(number / 10), 1, 0).map(({ key, question }) => [key, question]);

describe('packed rows', () => {
  it('keep each their own vector, whichever go', () => {
    const rows = packed(DIMENSIONS);
    for (let number = 0; number < 30; number++) rows.set(row(number));
    for (const gone of [0, 29, 7, 12, 28]) rows.delete(`k${gone}`);
    rows.delete('never there');
    expect(rows.size).toBe(25);
    for (const number of [1, 6, 13, 26, 27]) expect(nearestTo(rows, number)).toEqual([[`k${number}`, `q${number}`]]);
    expect(nearestTo(rows, 29)).toEqual([['k27', 'q27']]);
  });

  it('are bounded: those that were added first go, and one that is replaced takes no more room', () => {
    const rows = packed(DIMENSIONS, 10);
    for (let number = 0; number < 25; number++) rows.set(row(number));
    rows.set(row(20));
    expect(rows.size).toBe(10);
    const kept = rows.nearest(vectorAt(2), 20, 0).map(({ key }) => key);
    expect(kept.sort()).toEqual(Array.from({ length: 10 }, (_, at) => `k${15 + at}`));
  });
});
