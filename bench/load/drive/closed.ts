/** Closed loop: each person asks, reads, pauses, and asks again. */
import type { Sample } from '../measure/sample.ts';
import type { Workload } from '../workload/ask.ts';
import { random } from '../workload/random.ts';
import { type Asker, exchange } from './exchange.ts';
import type { Loop, Plan } from './plan.ts';
import { until } from './wait.ts';

export async function closedLoop(
  plan: Plan,
  loop: Extract<Loop, { kind: 'closed' }>,
  mine: (index: number) => boolean,
  workload: Workload,
  asker: Asker,
  report: (sample: Sample) => void,
  stopped: AbortSignal,
): Promise<void> {
  async function live(index: number): Promise<void> {
    const chance = random(`${plan.shape.seed} pauses ${index}`);
    const person = workload.person(index);
    let due = (loop.rampMs * index) / plan.users;
    let reply: string | undefined;
    for (let asked = 0; asked < loop.requests; asked += 1) {
      await until(due, asker.now, stopped);
      if (stopped.aborted) return;
      const { sample, reply: words } = await exchange(person.next(reply), due, asker);
      report(sample);
      reply = words;
      due = asker.now() + chance.exponential(loop.thinkMs);
    }
  }
  await Promise.all(
    Array.from({ length: plan.users }, (_, index) => index)
      .filter(mine)
      .map(live),
  );
}
