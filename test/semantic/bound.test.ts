/** The error bound under streams of labels: good ones, ones that turn bad, and ones that recover. */
import { describe, expect, it } from 'vitest';
import {
  afterCheck,
  type BoundOptions,
  type BoundState,
  binomialAtMost,
  checksUntilStopped,
  clopperPearsonUpper,
  initialBound,
  maySemanticHit,
  WINDOW,
} from '../../src/semantic/bound.ts';

const options: BoundOptions = { limit: 0.01, confidence: 0.95, threshold: 0.85 };

/** mulberry32: the same stream on every machine. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Checks until hits of 0.9 are no longer served; undefined where they still are at the end. */
function checksToStop(state: BoundState, wrongShare: number, seed: number, most = 5_000): number | undefined {
  const next = random(seed);
  let now = state;
  for (let check = 1; check <= most; check++) {
    now = afterCheck(now, { similarity: 0.9, wrong: next() < wrongShare }, options);
    if (!maySemanticHit(now, 0.9)) return check;
  }
  return undefined;
}

function afterGood(count: number, state = initialBound(options)): BoundState {
  let now = state;
  for (let i = 0; i < count; i++) now = afterCheck(now, { similarity: 0.9, wrong: false }, options);
  return now;
}

describe('Clopper and Pearson', () => {
  it('bounds the error at 1 % after 299 right answers, with 95 % confidence, and not before', () => {
    expect(clopperPearsonUpper(0, 299, 0.95)).toBeLessThanOrEqual(0.01);
    expect(clopperPearsonUpper(0, 298, 0.95)).toBeGreaterThan(0.01);
  });

  it('agrees with published ends of the interval', () => {
    expect(clopperPearsonUpper(1, 10, 0.975)).toBeCloseTo(0.445, 3);
    expect(clopperPearsonUpper(5, 100, 0.975)).toBeCloseTo(0.1128, 3);
    expect(clopperPearsonUpper(0, 0, 0.95)).toBe(1);
    expect(clopperPearsonUpper(3, 3, 0.95)).toBe(1);
  });

  it('sums the binomial', () => {
    expect(binomialAtMost(2, 4, 0.5)).toBeCloseTo(11 / 16, 10);
    expect(binomialAtMost(0, 1_000, 0)).toBe(1);
  });
});

describe('a stream that turns bad', () => {
  it.each([
    [1, 3],
    [0.5, 20],
    [0.2, 60],
    [0.1, 150],
  ])(
    'whose hits are wrong with a share of %f stops them within %i checks, however long it was good',
    (share, within) => {
      const late: number[] = [];
      for (let seed = 1; seed <= 200; seed++)
        late.push(checksToStop(afterGood(2_000), share, seed) ?? Number.POSITIVE_INFINITY);
      late.sort((x, y) => x - y);
      // In 95 of 100 streams.
      expect(late[189]).toBeLessThanOrEqual(within);
    },
  );

  it('says beforehand about how many checks it takes', () => {
    expect(checksUntilStopped(0.5, options)).toBeLessThanOrEqual(6);
    expect(checksUntilStopped(0.1, options)).toBeLessThanOrEqual(40);
    expect(checksUntilStopped(0.005, options)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a good stream', () => {
  it('is not stopped by a mistake now and then', () => {
    let stopped = 0;
    for (let seed = 1; seed <= 100; seed++)
      if (checksToStop(initialBound(options), 0.002, seed, 2_000) !== undefined) stopped++;
    expect(stopped).toBeLessThanOrEqual(5);
  });
});

describe('recovery', () => {
  const stopped = (() => {
    let state = initialBound(options);
    while (state.phase === 'serving') state = afterCheck(state, { similarity: 0.9, wrong: true }, options);
    return state;
  })();

  it('takes the 299 right answers in a row that prove the limit, counted from the stop', () => {
    expect(stopped.phase).toBe('stopped');
    expect(maySemanticHit(afterGood(298, stopped), 0.9)).toBe(false);
    expect(maySemanticHit(afterGood(299, stopped), 0.9)).toBe(true);
  });

  it('does not come while answers stay bad', () => {
    const next = random(5);
    let state = stopped;
    for (let i = 0; i < 3_000; i++) state = afterCheck(state, { similarity: 0.9, wrong: next() < 0.1 }, options);
    expect(state.phase).toBe('stopped');
  });

  it('starts the bet anew: going bad again stops hits as fast as the first time', () => {
    const state = afterGood(400, stopped);
    expect(checksToStop(state, 1, 1)).toBeLessThanOrEqual(3);
  });
});

describe('the threshold', () => {
  it('rises where only the hits below are wrong, and serves those above', () => {
    let state = initialBound(options);
    for (let i = 0; i < 400; i++) state = afterCheck(state, { similarity: 0.97, wrong: false }, options);
    while (state.threshold === options.threshold && state.phase === 'serving') {
      state = afterCheck(state, { similarity: 0.86, wrong: true }, options);
    }
    expect(state.phase).toBe('serving');
    expect(maySemanticHit(state, 0.86)).toBe(false);
    expect(maySemanticHit(state, 0.97)).toBe(true);
  });

  it('comes down again, never below the operator’s', () => {
    let state: BoundState = { ...initialBound(options), threshold: 0.93 };
    for (let i = 0; i < 3_000; i++)
      state = afterCheck(state, { similarity: 0.86 + (i % 10) / 100, wrong: false }, options);
    expect(state.threshold).toBe(options.threshold);
  });
});

describe('the state', () => {
  it('survives JSON and stays bounded', () => {
    const state = afterGood(WINDOW + 500);
    expect(state.labels).toHaveLength(WINDOW);
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });
});
