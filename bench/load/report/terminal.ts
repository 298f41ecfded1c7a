/** The report on the terminal. */
import type { Checked } from '../expect.ts';
import { OUTCOMES } from '../measure/sample.ts';
import type { Result } from '../run.ts';
import { count, megabytes, ms, percent } from './numbers.ts';

const BUSY = 0.75;
const EXAMPLES = 5;

export function terminalReport(result: Result, checked: readonly Checked[]): string {
  const { summary, tally, watched } = result;
  const { right, wrong, unknown, examples } = tally.truth.judge();
  const lines = [
    '',
    `${count(summary.requests)} requests of ${count(summary.users)} people in ${ms(summary.seconds * 1000)}: ${summary.throughput.toFixed(1)} answers/s, ${count(summary.errors)} errors`,
    `hits ${percent(summary.hitRate)}   exact ${percent(summary.exactRate)}, semantic ${percent(summary.semanticRate)}, joined ${percent(summary.joinedRate)}, stale ${percent(summary.staleRate)}`,
    `answers from the cache: ${count(right)} right, ${count(wrong)} wrong (${percent(summary.wrongHitRate)} of all)${unknown > 0 ? `, ${count(unknown)} stored before the run` : ''}`,
    `tokens generated ${count(summary.tokensGenerated)}, served without generating ${count(summary.tokensServed)}`,
    '',
    ...table([
      ['', 'answers', 'first P50', 'P95', 'P99', 'last P50', 'P95', 'P99', 'max'],
      ...OUTCOMES.flatMap((outcome) => {
        const by = tally.by.get(outcome);
        return by === undefined ? [] : [row(outcome, by)];
      }),
      row('all', tally.all),
    ]),
    '',
    ...(watched.length === 0 ? [] : [...processTable(result), '']),
    generatorLine(result),
    ...[...tally.errors].sort(([, a], [, b]) => b - a).map(([why, times]) => `error  ${count(times)} × ${why}`),
    ...examples
      .slice(0, EXAMPLES)
      .map(
        ({ outcome, asked, answered, count: times }) => `wrong  ${count(times)} × ${outcome}: ${asked} ← ${answered}`,
      ),
    ...checked.map(
      ({ name, sign, value, measured, met }) =>
        `${met ? 'ok    ' : 'FAILED'} ${name} ${shown(measured)} (${sign} ${value})`,
    ),
  ];
  return lines.join('\n');
}

const shown = (value: number) => (Number.isInteger(value) ? String(value) : value.toFixed(value < 1 ? 4 : 1));

type Row = Result['tally']['all'];

function row(name: string, { first, last }: Row): string[] {
  const times = [first.at(0.5), first.at(0.95), first.at(0.99), last.at(0.5), last.at(0.95), last.at(0.99), last.max];
  return [name, count(last.count), ...times.map(ms)];
}

function processTable({ watched }: Result): string[] {
  return table([
    ['process', 'memory at first', 'at last', 'most', 'descriptors', 'CPU'],
    ...watched.map(({ name, readings }) => {
      const [first, last] = [readings[0], readings.at(-1)];
      const most = Math.max(...readings.map(({ memory }) => memory));
      return [
        name,
        megabytes(first?.memory ?? 0),
        megabytes(last?.memory ?? 0),
        megabytes(most),
        `${first?.descriptors ?? 0} → ${last?.descriptors ?? 0}`,
        `${((last?.cpu ?? 0) - (first?.cpu ?? 0)).toFixed(1)} s`,
      ];
    }),
  ]);
}

function generatorLine({ summary, connections }: Result): string {
  const busy = `generator: ${percent(summary.generatorBusy)} of a core in its busiest process, ${count(connections)} connections, requests sent ${ms(summary.lateP99)} late at P99`;
  return summary.generatorBusy < BUSY ? busy : `${busy}\n       it was the bottleneck: try --workers 2`;
}

/** Columns aligned: the first to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((cells) => cells[at]?.length ?? 0)));
  return rows.map((cells) =>
    cells
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('   ')
      .trimEnd(),
  );
}
