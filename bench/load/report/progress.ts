/** What a person sees while it runs: a bar with live numbers; without a terminal, a line now and then. */
import { SingleBar } from 'cli-progress';
import { SERVED } from '../measure/sample.ts';
import type { Tally } from '../measure/tally.ts';
import { ms } from './numbers.ts';

const FORMAT = '{bar} {value}/{total}  {rate}/s  hits {hits} %  P95 {p95}  errors {errors}  {duration_formatted}';
const EACH_MS = 250;
const LINES_EACH_MS = 10_000;

export interface Progress {
  stop(): void;
}

/** @param total requests in all */
export function progress(tally: Tally, total: number): Progress {
  const bar = new SingleBar({
    format: FORMAT,
    barsize: 24,
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: LINES_EACH_MS,
    stream: process.stderr,
    etaBuffer: 100,
  });
  bar.start(total, 0, numbers(tally));
  const timer = setInterval(() => bar.update(tally.requests, numbers(tally)), EACH_MS);
  return {
    stop() {
      clearInterval(timer);
      bar.update(tally.requests, numbers(tally));
      bar.stop();
    },
  };
}

function numbers(tally: Tally) {
  // The running second is not whole yet.
  const last = tally.seconds.at(-2);
  const answered = tally.requests - tally.failed;
  const served = [...tally.by].reduce(
    (sum, [outcome, { last: all }]) => sum + (SERVED.has(outcome) ? all.count : 0),
    0,
  );
  return {
    rate: last?.last.count ?? 0,
    hits: answered === 0 ? '–' : ((100 * served) / answered).toFixed(1),
    p95: ms(tally.all.last.at(0.95)),
    errors: tally.failed,
  };
}
