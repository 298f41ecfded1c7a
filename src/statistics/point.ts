/** Point: one step of a plot over time. Points of several shards, or of finer steps, are merged by adding. */
import type { Outcome } from '../observe.ts';
import {
  createHistogram,
  type Histogram,
  mergeHistogram,
  type PackedHistogram,
  packHistogram,
  unpackHistogram,
} from './histogram.ts';
import type { Tally } from './tally.ts';

export interface Point {
  /** When the step begins, milliseconds since the epoch. */
  readonly at: number;
  readonly outcomes: { readonly [Name in Outcome]?: number };
  readonly failed: number;
  /** Tokens that did not have to be generated. */
  readonly savedTokens: number;
  /** Milliseconds until the first byte: of what the cache had, and of what the origin generated. */
  readonly cached: PackedHistogram;
  readonly generated: PackedHistogram;
}

const CACHED: readonly Outcome[] = ['HIT', 'SEMANTIC', 'STALE'];

export function pointOf(at: number, { cells }: Tally): Point {
  const outcomes: { [Name in Outcome]?: number } = {};
  const cached = createHistogram();
  const generated = createHistogram();
  let failed = 0;
  let savedTokens = 0;
  for (const { labels, sums, firstByte } of cells.values()) {
    outcomes[labels.outcome] = (outcomes[labels.outcome] ?? 0) + sums.requests;
    failed += sums.failed;
    savedTokens += sums.savedCompletionTokens;
    mergeHistogram(CACHED.includes(labels.outcome) ? cached : generated, firstByte);
  }
  return { at, outcomes, failed, savedTokens, cached: packHistogram(cached), generated: packHistogram(generated) };
}

export function mergePoints(at: number, points: readonly Point[]): Point {
  const outcomes: { [Name in Outcome]?: number } = {};
  for (const point of points)
    for (const [name, count] of Object.entries(point.outcomes) as [Outcome, number][])
      outcomes[name] = (outcomes[name] ?? 0) + count;
  const sum = (of: (point: Point) => number) => points.reduce((total, point) => total + of(point), 0);
  return {
    at,
    outcomes,
    failed: sum((point) => point.failed),
    savedTokens: sum((point) => point.savedTokens),
    cached: packHistogram(merged(points.map((point) => point.cached))),
    generated: packHistogram(merged(points.map((point) => point.generated))),
  };
}

/** Points of at least this many milliseconds each, in the order of time. */
export function inSteps(points: readonly Point[], step: number): readonly Point[] {
  const byStep = new Map<number, Point[]>();
  for (const point of points) {
    const at = Math.floor(point.at / step) * step;
    const present = byStep.get(at);
    if (present === undefined) byStep.set(at, [point]);
    else present.push(point);
  }
  return [...byStep].sort(([one], [other]) => one - other).map(([at, within]) => mergePoints(at, within));
}

function merged(packed: readonly PackedHistogram[]): Histogram {
  const whole = createHistogram();
  for (const each of packed) mergeHistogram(whole, unpackHistogram(each));
  return whole;
}
