/** Summary: the numbers of a run, as `--json` writes them. */
import type { Outcome } from '../measure/sample.ts';
import type { Tally } from '../measure/tally.ts';

/** Rates are 0 to 1, times in ms from when a request was due, throughput in answers a second. */
export interface Summary {
  readonly users: number;
  readonly requests: number;
  readonly errors: number;
  /** Exact, semantic, joined and stale, of all that were answered. */
  readonly hitRate: number;
  readonly exactRate: number;
  readonly semanticRate: number;
  readonly joinedRate: number;
  readonly staleRate: number;
  /** Of all that were answered: those that got an answer to another question. */
  readonly wrongHitRate: number;
  /** Of the answers from the cache: those whose words were stored before the run, so that nobody can tell. */
  readonly unjudgedRate: number;
  /** To the last byte. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  /** To the first piece. */
  readonly firstP50: number;
  readonly firstP95: number;
  readonly firstP99: number;
  /** Of answers that were stored: exact, semantic, stale. */
  readonly hitP50: number;
  readonly hitP99: number;
  readonly missP50: number;
  readonly missP95: number;
  readonly throughput: number;
  readonly seconds: number;
  readonly tokensGenerated: number;
  readonly tokensServed: number;
  /** Share of one core that the busiest process of the generator took. */
  readonly generatorBusy: number;
  /** How late requests were sent, P99. */
  readonly lateP99: number;
  /** Generations that the origin began; where it is not asked, misses. */
  readonly generations: number;
  /** From the first reader's first piece to the last reader's: says something of a stampede only. */
  readonly firstSpread: number;
  /** Of the process whose memory grew most: from the second quarter of the run to the last, 0.1 is a tenth more. */
  readonly memoryGrowth: number;
  /** Descriptors that the worst process has open after the run, beyond those before it. */
  readonly descriptorsLeft: number;
}

export interface RunFacts {
  readonly users: number;
  readonly busy: number;
  /** What the origin itself counted; undefined: what the generator saw. */
  readonly origin: { readonly tokens: number; readonly generations: number } | undefined;
  readonly memoryGrowth: number;
  readonly descriptorsLeft: number;
}

export function summarize(tally: Tally, { users, busy, origin, memoryGrowth, descriptorsLeft }: RunFacts): Summary {
  const answered = tally.requests - tally.failed;
  const rate = (count: number) => (answered === 0 ? 0 : count / answered);
  const countOf = (...outcomes: Outcome[]) =>
    outcomes.reduce((sum, outcome) => sum + (tally.by.get(outcome)?.last.count ?? 0), 0);
  const { wrong, unknown } = tally.truth.judge();
  const served = countOf('HIT', 'SEMANTIC', 'STALE', 'JOINED');
  const misses = tally.by.get('MISS')?.last;
  const seconds = tally.endedAt / 1000;
  return {
    users,
    requests: tally.requests,
    errors: tally.failed,
    hitRate: rate(served),
    exactRate: rate(countOf('HIT')),
    semanticRate: rate(countOf('SEMANTIC')),
    joinedRate: rate(countOf('JOINED')),
    staleRate: rate(countOf('STALE')),
    wrongHitRate: rate(wrong),
    unjudgedRate: served === 0 ? 0 : unknown / served,
    p50: tally.all.last.at(0.5),
    p95: tally.all.last.at(0.95),
    p99: tally.all.last.at(0.99),
    max: tally.all.last.max,
    firstP50: tally.all.first.at(0.5),
    firstP95: tally.all.first.at(0.95),
    firstP99: tally.all.first.at(0.99),
    hitP50: tally.stored.last.at(0.5),
    hitP99: tally.stored.last.at(0.99),
    missP50: misses?.at(0.5) ?? 0,
    missP95: misses?.at(0.95) ?? 0,
    throughput: seconds === 0 ? 0 : answered / seconds,
    seconds,
    tokensGenerated: origin?.tokens ?? tally.all.tokens - tally.tokensServed,
    tokensServed: tally.tokensServed,
    generatorBusy: busy,
    lateP99: tally.late.at(0.99),
    generations: origin?.generations ?? countOf('MISS', 'BYPASS', 'NONE'),
    firstSpread: tally.firstSpread,
    memoryGrowth,
    descriptorsLeft,
  };
}

/** What can be expected of a run. */
export const SUMMARY_NAMES = [
  'users',
  'requests',
  'errors',
  'hitRate',
  'exactRate',
  'semanticRate',
  'joinedRate',
  'staleRate',
  'wrongHitRate',
  'unjudgedRate',
  'p50',
  'p95',
  'p99',
  'max',
  'firstP50',
  'firstP95',
  'firstP99',
  'hitP50',
  'hitP99',
  'missP50',
  'missP95',
  'throughput',
  'seconds',
  'tokensGenerated',
  'tokensServed',
  'generatorBusy',
  'lateP99',
  'generations',
  'firstSpread',
  'memoryGrowth',
  'descriptorsLeft',
] as const satisfies readonly (keyof Summary)[];
