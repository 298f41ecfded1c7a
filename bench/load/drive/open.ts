/**
 * Open loop: requests are sent when they are due, whatever the server does, and their latency counts from then. A server that
 * stops for a second is seen by all who would have asked in that second.
 */
import type { Sample } from '../measure/sample.ts';
import type { Person, Workload } from '../workload/ask.ts';
import { random } from '../workload/random.ts';
import { type Asker, exchange } from './exchange.ts';
import type { Loop, Plan } from './plan.ts';
import { until } from './wait.ts';

interface Visitor {
  readonly person: Person;
  /** What the last answered request was answered with; a person who still waits for one begins something new. */
  reply: string | undefined;
}

export async function openLoop(
  plan: Plan,
  loop: Extract<Loop, { kind: 'open' }>,
  mine: (index: number) => boolean,
  workload: Workload,
  asker: Asker,
  report: (sample: Sample) => void,
  stopped: AbortSignal,
): Promise<void> {
  const visitors = new Map<number, Visitor>();
  const underWay = new Set<Promise<void>>();
  const gaps = random(`${plan.shape.seed} arrivals`);
  const meanGap = 1000 / loop.rate;

  async function ask(index: number, due: number): Promise<void> {
    const visitor = visitors.get(index) ?? { person: workload.person(index), reply: undefined };
    visitors.set(index, visitor);
    const said = visitor.reply;
    visitor.reply = undefined;
    const { sample, reply } = await exchange(visitor.person.next(said), due, asker);
    visitor.reply = reply;
    report(sample);
  }

  let due = 0;
  for (let number = 0; number < loop.requests; number += 1) {
    if (number > 0) due += loop.arrivals === 'even' ? meanGap : gaps.exponential(meanGap);
    const index = number % plan.users;
    if (!mine(index)) continue;
    if (due > asker.now()) await until(due, asker.now, stopped);
    if (stopped.aborted) break;
    const asked = ask(index, due).finally(() => underWay.delete(asked));
    underWay.add(asked);
  }
  await Promise.all(underWay);
}
