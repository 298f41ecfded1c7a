/** Drives a scheduler through virtual time, as the sidecar does through real time. */
import { createScheduler, type SchedulerOptions } from '../../../origin/src/scheduler/scheduler.ts';
import type { Ticket } from '../../../origin/src/scheduler/ticket.ts';

export const defaults: SchedulerOptions = {
  lanes: ['a'],
  slots: 4,
  capacity: 2,
  limit: 512,
  waitMs: 120_000,
  outageMs: 3_000,
  windowMs: 50,
  batchesAhead: 3,
  mergeLimit: 32,
  turnMs: 5_000,
  keepMs: 600_000,
};

let nextId = 1;
export function ticket(of: Partial<Ticket> = {}): Ticket {
  return {
    id: nextId++,
    tenant: 'public',
    model: 'm:latest',
    listed: true,
    priority: 'interactive',
    cost: 100,
    prefix: [],
    since: 0,
    ...of,
  };
}

export interface Started {
  readonly ticket: Ticket;
  readonly lane: string;
  readonly at: number;
  readonly run: number;
}

export interface DriveOptions extends Partial<SchedulerOptions> {
  readonly loadMs?: number;
  readonly runMs?: (ticket: Ticket) => number;
  /** What is in memory at first. */
  readonly resident?: readonly string[];
}

/** Plays arrivals (each at its `since`) to the end. */
export function drive(
  arrivals: readonly Ticket[],
  { loadMs = 0, runMs = () => 1000, resident, ...rest }: DriveOptions,
) {
  const options = { ...defaults, ...rest };
  const scheduler = createScheduler(options);
  for (const lane of options.lanes) scheduler.observed(lane, resident ?? ['m:latest'], 0);
  const events: { at: number; act: (now: number) => void }[] = [];
  const plan = (at: number, act: (now: number) => void) => {
    const index = events.findIndex((event) => event.at > at);
    events.splice(index < 0 ? events.length : index, 0, { at, act });
  };
  const started: Started[] = [];
  const runs: (readonly Ticket[])[] = [];
  const loads: { lane: string; model: string; at: number }[] = [];
  const expired: Ticket[] = [];
  const refused: Ticket[] = [];
  let inFlight = 0;
  let peak = 0;

  for (const arrival of arrivals)
    plan(arrival.since, (now) => {
      const admission = scheduler.submit(arrival, now);
      if (admission.kind === 'full') refused.push(arrival);
      else if (admission.displaced) refused.push(admission.displaced);
    });

  let now = 0;
  for (let steps = 0; events.length > 0; steps += 1) {
    if (steps > 100_000) throw new Error('the scheduler does not come to rest');
    const event = events.shift();
    if (event === undefined) break;
    now = event.at;
    event.act(now);
    while (events[0]?.at === now) events.shift()?.act(now);
    expired.push(...scheduler.expire(now));
    for (const command of scheduler.dispatch(now)) {
      if (command.kind === 'load') {
        loads.push({ lane: command.lane, model: command.model, at: now });
        plan(now + loadMs, (at) => scheduler.loaded(command.lane, command.model, true, at));
        continue;
      }
      runs.push(command.tickets);
      for (const each of command.tickets) started.push({ ticket: each, lane: command.lane, at: now, run: command.run });
      inFlight += 1;
      peak = Math.max(peak, inFlight);
      const [first] = command.tickets;
      plan(now + runMs(first as Ticket), (at) => {
        inFlight -= 1;
        scheduler.finished(command.run, at);
      });
    }
    const wake = scheduler.nextWake(now);
    if (wake !== undefined && !(events[0] !== undefined && events[0].at <= wake)) plan(wake, () => {});
  }
  return { scheduler, started, runs, loads, expired, refused, peak, end: now };
}
