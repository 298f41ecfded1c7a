/** What a person sees of a warm-up: a bar on a terminal, else a line now and then; and each line that went wrong. */
import cliProgress from 'cli-progress';
import { EMPTY_COUNTS, type Tally, type Told } from './batches.ts';

export interface Progress {
  readonly told: (told: Told) => void;
  counts(): Tally;
  stop(): void;
}

const EVERY_LINES = 50;

export function createProgress(total: number, output: NodeJS.WriteStream = process.stderr): Progress {
  const counts = { ...EMPTY_COUNTS } as Record<keyof Tally, number>;
  let done = 0;
  const bar = output.isTTY
    ? new cliProgress.SingleBar(
        {
          format: '{bar} {value}/{total} lines, {stored} stored, {cached} cached, {wrong} wrong, {eta_formatted} left',
          stream: output,
        },
        cliProgress.Presets.shades_classic,
      )
    : undefined;
  const shown = () => ({ stored: counts.stored, cached: counts.cached, wrong: counts.bad + counts.failed });
  bar?.start(total, 0, shown());

  return {
    told({ line, state, error }) {
      counts[state] += 1;
      done += 1;
      if (error !== undefined) output.write(`${bar ? '\r\x1b[K' : ''}line ${line}: ${error}\n`);
      if (bar) bar.update(done, shown());
      else if (done % EVERY_LINES === 0) output.write(`${done} of ${total} lines\n`);
    },
    counts: () => ({ ...counts }),
    stop: () => bar?.stop(),
  };
}
