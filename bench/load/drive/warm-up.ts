/** The warm start: each known question is asked once, a few at a time. */
import { performance } from 'node:perf_hooks';
import type { Sample } from '../measure/sample.ts';
import type { Ask } from '../workload/ask.ts';
import { connections } from './connections.ts';
import { exchange } from './exchange.ts';
import type { Plan } from './plan.ts';
import { SPEECHES, type Speech } from './speak.ts';

const AT_ONCE = 8;

/** Rejects with the first failure: a run that cannot be warmed would measure something else. */
export async function warmUp(
  plan: Plan,
  known: readonly Ask[],
  learn: (sample: Sample) => void,
  stopped: AbortSignal,
): Promise<void> {
  const url = new URL(plan.url);
  const pool = connections(url.origin, plan.timeoutMs);
  const asker = {
    connections: pool,
    speech: SPEECHES[plan.dialect] as Speech,
    base: url.pathname.replace(/\/$/, ''),
    apiKeys: plan.apiKeys,
    now: () => performance.now(),
  };
  let next = 0;
  try {
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let ask = known[next++]; ask !== undefined && !stopped.aborted; ask = known[next++]) {
          const { sample } = await exchange(ask, asker.now(), asker);
          if (sample.error !== undefined) throw new Error(`the warm start failed: ${sample.error} from ${plan.url}`);
          learn(sample);
        }
      }),
    );
  } finally {
    await pool.close();
  }
}
