import { describe, expect, it } from 'vitest';
import { createPace } from '../../../origin/src/lanes/pace.ts';

const paceOf = (samples: readonly number[]) => {
  const pace = createPace(1500, 60_000);
  for (const sample of samples) pace.record(sample);
  return pace;
};

describe('pace', () => {
  it('knows nothing at first, and waits for the ceiling', () => {
    expect(paceOf([]).limit()).toBe(60_000);
    expect(paceOf([]).percentile(0.99)).toBeUndefined();
  });

  it('follows the P99 of what it saw, with a margin', () => {
    const pace = paceOf(Array.from({ length: 100 }, (_, index) => 1000 + index));
    expect(pace.percentile(0.99)).toBe(1098);
    expect(pace.limit()).toBe(3 * 1098);
  });

  it('has a floor, which a heavier request raises', () => {
    const pace = paceOf(Array.from({ length: 100 }, () => 5));
    expect(pace.limit()).toBe(1500);
    expect(pace.limit(4)).toBe(6000);
    expect(pace.limit(0.1)).toBe(1500);
  });

  it('has a ceiling', () => {
    expect(paceOf(Array.from({ length: 100 }, () => 50_000)).limit()).toBe(60_000);
    expect(paceOf([10]).limit(1000)).toBe(60_000);
  });

  it('is more patient while it has seen little', () => {
    expect(paceOf([400]).limit()).toBe(4000);
  });

  it('forgets what is long ago', () => {
    const pace = paceOf([...Array.from({ length: 100 }, () => 9000), ...Array.from({ length: 512 }, () => 10)]);
    expect(pace.limit()).toBe(1500);
  });
});
