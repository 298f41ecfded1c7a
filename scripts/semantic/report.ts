/** The evaluation's tables, as plain text. */
import type { GuardName } from '../../src/semantic/guards/guard.ts';
import type { Verdict } from '../../src/semantic/match.ts';
import { curve, measure } from './measures.ts';
import type { LabelledPair } from './pairs.ts';

export interface JudgedPair extends LabelledPair {
  readonly verdict: Verdict;
}

const percent = (share: number | undefined): string =>
  (share === undefined ? '-' : `${(100 * share).toFixed(1)} %`).padStart(8);
const hit = ({ same, verdict }: JudgedPair) => ({ same, hit: verdict.hit });

export function printKinds(judged: readonly JudgedPair[]): void {
  const width = 78;
  console.log(
    `${'source: kind'.padEnd(width)} ${'pairs'.padStart(6)} ${'hits'.padStart(6)} precision   recall   false hits (95 %)`,
  );
  const row = (name: string, pairs: readonly JudgedPair[]) => {
    const { hits, precision, recall, falseHits } = measure(pairs.map(hit));
    const rate =
      falseHits === undefined
        ? ''
        : `${percent(falseHits.rate)} (${percent(falseHits.low).trim()} to ${percent(falseHits.high).trim()})`;
    console.log(
      `${name.slice(0, width).padEnd(width)} ${String(pairs.length).padStart(6)} ${String(hits).padStart(6)}  ${percent(precision)} ${percent(recall)} ${rate}`,
    );
  };
  const kinds = Map.groupBy(judged, ({ source, kind }) => `${source}: ${kind}`);
  for (const [name, pairs] of [...kinds].sort(([x], [y]) => x.localeCompare(y))) row(name, pairs);
  for (const [source, pairs] of Map.groupBy(judged, (pair) => pair.source)) row(`all of ${source}`, pairs);
  row('all', judged);
  console.log('\nrefused by');
  const reasons = Map.groupBy(
    judged.filter(({ verdict }) => !verdict.hit),
    ({ verdict }) => (verdict.hit ? '' : verdict.refusedBy),
  );
  for (const [reason, pairs] of [...reasons].sort(([, x], [, y]) => y.length - x.length)) {
    console.log(
      `  ${reason.padEnd(12)} ${String(pairs.length).padStart(6)}, rightly ${percent(pairs.filter(({ same }) => !same).length / pairs.length).trim()}`,
    );
  }
}

const THRESHOLDS = [0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.88, 0.9, 0.92, 0.95, 0.97, 0.99];

export function printCurve(judged: readonly JudgedPair[]): void {
  for (const [source, pairs] of Map.groupBy(judged, (pair) => pair.source)) {
    console.log(`\n${source}: threshold, hit ratio, precision, recall`);
    // A guard refuses at any threshold.
    const scored = pairs.map(({ same, verdict }) => ({
      same,
      score: verdict.hit || verdict.refusedBy === 'threshold' ? verdict.similarity : -1,
    }));
    for (const point of curve(scored, THRESHOLDS)) {
      console.log(
        `  ${point.threshold.toFixed(2)} ${percent(point.hitRatio)} ${percent(point.precision)} ${percent(point.recall)}`,
      );
    }
  }
}

export function printBaselines(
  pairs: readonly LabelledPair[],
  embedders: readonly (readonly [string, readonly number[]])[],
): void {
  for (const [name, cosines] of embedders) {
    const scored = pairs.map(({ same, source }, i) => ({ same, source, score: cosines[i] as number }));
    for (const [source, some] of Map.groupBy(scored, (pair) => pair.source)) {
      console.log(`\nplain cosine by ${name}, ${source}: threshold, hit ratio, precision, recall, false hits`);
      for (const threshold of [0.8, 0.85, 0.9, 0.95]) {
        const { hits, precision, recall, falseHits } = measure(
          some.map(({ same, score }) => ({ same, hit: score >= threshold })),
        );
        console.log(
          `  ${threshold.toFixed(2)} ${percent(hits / some.length)} ${percent(precision)} ${percent(recall)} ${percent(falseHits?.rate)}`,
        );
      }
    }
  }
}

/** What the others accept when one guard is left out, and what all of them are worth together. */
export function printAblation(
  pairs: readonly LabelledPair[],
  guards: readonly GuardName[],
  judge: (without: ReadonlySet<GuardName>) => readonly Verdict[],
): void {
  console.log('\nwithout guard: precision, recall, false hits, by source');
  const row = (name: string, without: ReadonlySet<GuardName>) => {
    const verdicts = judge(without);
    const judged = pairs.map((pair, i) => ({ ...pair, verdict: verdicts[i] as Verdict }));
    const cells = [...Map.groupBy(judged, (pair) => pair.source)].map(([source, some]) => {
      const { precision, recall, falseHits } = measure(some.map(hit));
      return `${source} ${percent(precision)} ${percent(recall)} ${percent(falseHits?.rate)}`;
    });
    console.log(`  ${name.padEnd(12)} ${cells.join('   ')}`);
  };
  row('(none)', new Set());
  for (const guard of guards) row(guard, new Set([guard]));
  row('(all)', new Set(guards));
}

/** Some wrong decisions of each kind, to learn from. Not for the repository where the pairs may not be copied. */
export function printErrors(judged: readonly JudgedPair[], count: number): void {
  const wrong = judged.filter(({ same, verdict }) => same !== verdict.hit);
  for (const [name, pairs] of Map.groupBy(
    wrong,
    ({ source, kind, same }) => `${source}: ${kind}, ${same ? 'same' : 'different'}`,
  )) {
    console.log(`\n${name}: ${pairs.length} wrong`);
    for (const { a, b, verdict } of pairs.slice(0, count)) {
      console.log(`  ${verdict.similarity.toFixed(2)} ${verdict.hit ? 'hit' : verdict.refusedBy}: ${a} | ${b}`);
    }
  }
}
