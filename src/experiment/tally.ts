/** Tally: what is counted of one bucket of clients in one arm. Sums only, so that tallies add up. */
import type { Event, Served } from '../observe.ts';

export interface Tally {
  readonly requests: number;
  /** Needed no generation of their own, as in the statistics' hit rate. */
  readonly hits: number;
  /** Failed at the origin or here: 5xx, or broken off by us. */
  readonly errors: number;
  /** Sum of ln(1 + milliseconds to the first byte). */
  readonly logMs: number;
  /** Semantic hits that were compared with a generation, and those of them that were wrong. */
  readonly checked: number;
  readonly wrong: number;
}

export const NOTHING: Tally = { requests: 0, hits: 0, errors: 0, logMs: 0, checked: 0, wrong: 0 };

export function add(one: Tally, other: Tally): Tally {
  return {
    requests: one.requests + other.requests,
    hits: one.hits + other.hits,
    errors: one.errors + other.errors,
    logMs: one.logMs + other.logMs,
    checked: one.checked + other.checked,
    wrong: one.wrong + other.wrong,
  };
}

/** Undefined for what says nothing of the cache: the client's own faults, and requests that kept it out. */
export function tallyOf(event: Event): Tally | undefined {
  if (event.kind === 'served') return servedTally(event);
  if (event.kind !== 'shadow_checked' || (event.by !== 'right' && event.by !== 'wrong')) return undefined;
  return { ...NOTHING, checked: 1, wrong: event.by === 'wrong' ? 1 : 0 };
}

function servedTally({ outcome, status, fault, firstByteMs }: Served): Tally | undefined {
  if (outcome === 'BYPASS' || (status >= 400 && status < 500)) return undefined;
  const failed = status >= 500 || (fault !== undefined && fault !== 'cancelled');
  const hit = !failed && outcome !== 'MISS';
  return {
    ...NOTHING,
    requests: 1,
    hits: hit ? 1 : 0,
    errors: failed ? 1 : 0,
    logMs: Math.log1p(Math.max(0, firstByteMs)),
  };
}

/** Each arm's buckets: arm → bucket → tally. */
export type Counts = Readonly<Record<string, Readonly<Record<number, Tally>>>>;
