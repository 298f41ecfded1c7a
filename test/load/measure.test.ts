import { describe, expect, it } from 'vitest';
import { check, parseExpectation } from '../../bench/load/expect.ts';
import { descriptorsLeft, memoryGrowth } from '../../bench/load/measure/growth.ts';
import { latencies } from '../../bench/load/measure/histogram.ts';
import { outcomeOf, type Sample } from '../../bench/load/measure/sample.ts';
import { tally } from '../../bench/load/measure/tally.ts';
import { truths } from '../../bench/load/measure/truth.ts';
import { SUMMARY_NAMES, summarize } from '../../bench/load/report/summary.ts';

const sample = (over: Partial<Sample> = {}): Sample => ({
  due: 0,
  late: 0,
  first: 5,
  last: 10,
  outcome: 'HIT',
  status: 200,
  error: undefined,
  truth: 'a',
  text: 'words',
  tokens: 3,
  bytes: 100,
  streamed: false,
  ...over,
});
const facts = { users: 2, busy: 0.1, origin: undefined, memoryGrowth: 0, descriptorsLeft: 0 };

describe('latencies', () => {
  it('keeps three significant digits at any size', () => {
    const all = latencies();
    for (let at = 1; at <= 10_000; at += 1) all.add(at / 10);
    for (const [share, ms] of [
      [0.5, 500],
      [0.95, 950],
      [0.99, 990],
    ] as const)
      expect(Math.abs(all.at(share) - ms) / ms).toBeLessThan(0.002);
    expect([all.count, Math.round(all.mean), Math.round(all.max)]).toEqual([10_000, 500, 1000]);
  });

  it('is zero of nothing, and its curve never falls', () => {
    expect([latencies().at(0.99), latencies().max, latencies().curve()]).toEqual([0, 0, []]);
    const some = latencies(2);
    for (const ms of [3, 1, 4, 1, 5, 9, 2, 6]) some.add(ms);
    const curve = some.curve().map(([, ms]) => ms);
    expect(curve).toEqual([...curve].sort((a, b) => a - b));
  });
});

describe('the truth', () => {
  it('tells an answer to another question from one to the same in other words', () => {
    const truth = truths();
    truth.add(sample({ outcome: 'MISS', truth: 'a', text: 'A' }));
    truth.add(sample({ outcome: 'MISS', truth: 'b', text: 'B' }));
    truth.add(sample({ outcome: 'SEMANTIC', truth: 'a', text: 'A' }));
    truth.add(sample({ outcome: 'SEMANTIC', truth: 'a', text: 'B' }));
    truth.add(sample({ outcome: 'HIT', truth: 'b', text: 'B' }));
    truth.add(sample({ outcome: 'HIT', truth: 'b', text: 'from yesterday' }));
    expect(truth.judge()).toEqual({
      right: 2,
      wrong: 1,
      unknown: 1,
      examples: [{ outcome: 'SEMANTIC', asked: 'a', answered: 'b', count: 1 }],
    });
  });

  it('takes words that were generated for both as right for both, whenever that was seen', () => {
    const truth = truths();
    truth.add(sample({ outcome: 'JOINED', truth: 'b', text: 'Yes.' }));
    truth.add(sample({ outcome: 'MISS', truth: 'a', text: 'Yes.' }));
    truth.add(sample({ outcome: 'MISS', truth: 'b', text: 'Yes.' }));
    expect(truth.judge()).toMatchObject({ right: 1, wrong: 0, unknown: 0 });
  });
});

describe('a summary', () => {
  it('counts exact, semantic, joined and stale as hits, and leaves errors out of rates and latencies', () => {
    const counted = tally();
    for (const outcome of ['HIT', 'HIT', 'SEMANTIC', 'JOINED', 'STALE'] as const)
      counted.add(sample({ outcome, text: 'A' }));
    counted.add(sample({ outcome: 'MISS', text: 'A', last: 1_000, tokens: 7 }));
    counted.add(sample({ error: 'status 503', status: 503, last: 60_000 }));
    const summary = summarize(counted, facts);
    const sixth = 1 / 6;
    expect(summary).toMatchObject({ users: 2, requests: 7, errors: 1, wrongHitRate: 0, unjudgedRate: 0 });
    expect(summary).toMatchObject({ semanticRate: sixth, joinedRate: sixth, staleRate: sixth, exactRate: 2 * sixth });
    expect(summary.hitRate).toBeCloseTo(5 / 6);
    expect([summary.tokensServed, summary.tokensGenerated]).toEqual([15, 7]);
    expect(summary.max).toBeLessThan(1_100);
    expect(summary.hitP99).toBeLessThan(11);
    expect(Object.keys(summary).sort()).toEqual([...SUMMARY_NAMES].sort());
  });

  it('has every name that machines read, as a number, of an empty run too', () => {
    const summary = summarize(tally(), facts);
    for (const name of SUMMARY_NAMES) expect(summary[name], name).toEqual(expect.any(Number));
    for (const name of SUMMARY_NAMES) expect(summary[name], name).not.toBeNaN();
  });

  it('meets expectations, or says what was measured', () => {
    const summary = summarize(tally(), facts);
    const wanted = ['errors=0', 'p95<2000', 'hitRate>=0.95'].map((text) => parseExpectation(text, SUMMARY_NAMES));
    const checked = check(
      wanted.flatMap((one) => one ?? []),
      summary,
    );
    expect(checked.map(({ met }) => met)).toEqual([true, true, false]);
    for (const text of ['p95', 'p95<', 'speed<3', 'p95!3', ''])
      expect(parseExpectation(text, SUMMARY_NAMES)).toBe(undefined);
  });
});

describe('what a server says of its cache', () => {
  it.each([
    ['hit', 'HIT'],
    ['SEMANTIC', 'SEMANTIC'],
    ['EXPIRED', 'NONE'],
    [undefined, 'NONE'],
  ])('%s is %s', (word, outcome) => expect(outcomeOf(word)).toBe(outcome));
});

describe('growth', () => {
  const watched = (memory: readonly number[], descriptors = memory.map(() => 10)) => [
    { name: 'p', readings: memory.map((bytes, at) => ({ memory: bytes, descriptors: descriptors[at] ?? 0, cpu: 0 })) },
  ];

  it('is of what comes after the first quarter', () => {
    expect(memoryGrowth(watched([10, 90, 100, 100, 100, 100, 100, 100]))).toBe(0);
    expect(memoryGrowth(watched([100, 100, 100, 100, 130, 130, 150, 150]))).toBeCloseTo(0.5);
    expect(memoryGrowth(watched([100, 200]))).toBe(0);
  });

  it('of descriptors is from the first reading to the last', () => {
    expect(descriptorsLeft(watched([1, 1, 1], [10, 500, 12]))).toBe(2);
    expect(descriptorsLeft([])).toBe(0);
  });
});
