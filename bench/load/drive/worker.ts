/** One process of the generator: told what to do over its channel, tells what it measured. */
import { performance } from 'node:perf_hooks';
import type { Sample } from '../measure/sample.ts';
import { workload } from '../workload/workloads.ts';
import { closedLoop } from './closed.ts';
import { connections } from './connections.ts';
import type { Asker } from './exchange.ts';
import { openLoop } from './open.ts';
import type { Plan } from './plan.ts';
import { SPEECHES, type Speech } from './speak.ts';

export type ToWorker =
  /** @property startAt ms since the epoch, the same for all of them */
  | { readonly kind: 'run'; readonly plan: Plan; readonly index: number; readonly of: number; readonly startAt: number }
  | { readonly kind: 'stop' };

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'samples'; readonly samples: readonly Sample[]; readonly connections: number }
  /** `busy`: CPU time of the process as a share of the time, 0 to 1 and above. */
  | { readonly kind: 'done'; readonly busy: number };

const BATCH_MS = 200;
const stop = new AbortController();

function tell(message: FromWorker): Promise<void> {
  return new Promise((resolve) => process.send?.(message, () => resolve()));
}

async function run({ plan, index, of, startAt }: Extract<ToWorker, { kind: 'run' }>): Promise<void> {
  const url = new URL(plan.url);
  const pool = connections(url.origin, plan.timeoutMs);
  const asker: Asker = {
    connections: pool,
    speech: SPEECHES[plan.dialect] as Speech,
    base: url.pathname.replace(/\/$/, ''),
    apiKeys: plan.apiKeys,
    now: () => performance.timeOrigin + performance.now() - startAt,
  };
  let samples: Sample[] = [];
  const send = () => {
    const batch = samples;
    samples = [];
    return tell({ kind: 'samples', samples: batch, connections: pool.open });
  };
  const beat = setInterval(() => void send(), BATCH_MS);
  const report = (sample: Sample) => void samples.push(sample);
  const mine = (person: number) => person % of === index;
  const about = workload(plan.workload, plan.shape);
  const before = process.cpuUsage();
  const from = performance.now();
  if (plan.loop.kind === 'closed') await closedLoop(plan, plan.loop, mine, about, asker, report, stop.signal);
  else await openLoop(plan, plan.loop, mine, about, asker, report, stop.signal);
  const { user, system } = process.cpuUsage(before);
  const busy = (user + system) / 1000 / (performance.now() - from);
  clearInterval(beat);
  await send();
  await tell({ kind: 'done', busy });
  await pool.close();
  process.disconnect();
}

process.on('message', (message: ToWorker) => {
  if (message.kind === 'stop') stop.abort();
  else
    run(message).catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
});
process.once('disconnect', () => process.exit());
// A terminal's Ctrl-C reaches all of its processes: the one that started this decides what it means.
process.on('SIGINT', () => {});
void tell({ kind: 'ready' });
