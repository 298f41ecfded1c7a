/**
 * The dispatcher carries out what the scheduler decides: it starts work on lanes, loads models, notices a lane that hangs or
 * is gone, takes it out, and brings it back when it works again.
 */
import { type Fault, fault } from '../../../src/exchange/fault.ts';
import type { Observe } from '../observe.ts';
import { CLOSING, UNREACHABLE } from '../ollama/fault.ts';
import { running as runningOn } from '../scheduler/lane-view.ts';
import { createScheduler, type Scheduler, type SchedulerOptions } from '../scheduler/scheduler.ts';
import type { Priority, Ticket } from '../scheduler/ticket.ts';
import type { Lane, Use } from './lane.ts';
import { untilItWorks } from './recovery.ts';
import type { SlotShares } from './slot-shares.ts';
import { createWatchdog, type Watchdog } from './watchdog.ts';
import type { AbortCause, Outcome, Work } from './work.ts';

export interface Submitted {
  /** Milliseconds; 0 when it begins at once. */
  readonly expectedWait: number;
  /** Somebody more urgent waits for it too. */
  promote(priority: Priority): void;
}

export interface Dispatcher {
  readonly scheduler: Scheduler;
  readonly lanes: readonly Lane[];
  /** Runs and waiting tickets. */
  readonly busy: number;
  /** @param signal nobody waits for it any more */
  submit(work: Work, signal: AbortSignal): Submitted;
  /** What Ollama says it has in memory. */
  observed(lane: Lane, models: readonly string[]): void;
  /** A lane said nothing when asked: if it cannot be reached at all, it is taken out before a request finds out. */
  doubt(lane: Lane): Promise<void>;
  /** Aborts everything. */
  close(): void;
}

interface Waiting {
  readonly ticket: Ticket;
  readonly work: Work;
  readonly signal: AbortSignal;
  /** How often it has been sent to a lane. */
  readonly tries: number;
}

interface Running {
  readonly id: number;
  readonly lane: Lane;
  readonly work: Work;
  readonly abort: AbortController;
  readonly watchdog: Watchdog;
}

/** Ollama looks for a vanished client about once a second: until then the slot is still taken. */
const CANCEL_SETTLE_MS = 1_000;

export function createDispatcher(
  lanes: readonly Lane[],
  options: Omit<SchedulerOptions, 'lanes'> & { readonly ceilingMs: number },
  observe: Observe,
  now: () => number = () => performance.now(),
  shares?: SlotShares,
): Dispatcher {
  const scheduler = createScheduler({ ...options, lanes: lanes.map(({ name }) => name) });
  const waiting = new Map<number, Waiting>();
  const runs = new Map<number, Running>();
  const checks = new Map<Lane, Promise<boolean>>();
  const recovering = new Set<Lane>();
  let nextId = 1;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const laneOf = (name: string) => lanes.find((lane) => lane.name === name) as Lane;

  /** Says what this sidecar has of each lane and could use, where others use it too. */
  function reportUse(): void {
    for (const view of scheduler.lanes) {
      const inUse = runningOn(view);
      shares?.report(view.name, inUse, inUse + scheduler.waiting);
    }
  }

  function pump(): void {
    if (closed) return;
    const at = now();
    for (const ticket of scheduler.expire(at)) {
      const down = scheduler.lanes.every(({ state }) => state.kind === 'unreachable');
      refuse(ticket, down ? UNREACHABLE : overloaded('waited too long for a free slot'), 'expired');
    }
    for (const command of scheduler.dispatch(at)) {
      const lane = laneOf(command.lane);
      if (command.kind === 'load')
        void load(lane, command.model, waiting.get(command.ticket.id)?.work.use ?? 'generate');
      else void start(command.run, lane, command.tickets);
    }
    clearTimeout(timer);
    reportUse();
    const wake = scheduler.nextWake(now());
    if (wake !== undefined) timer = setTimeout(pump, Math.max(1, Math.ceil(wake - now())));
  }

  function overloaded(why: string): Fault {
    return fault('overloaded', `the model server is busy: ${why}`, scheduler.retryAfter());
  }

  function refuse(ticket: Ticket, reason: Fault, why: 'full' | 'expired' | 'displaced'): void {
    const entry = waiting.get(ticket.id);
    waiting.delete(ticket.id);
    observe({ kind: 'refused', why });
    entry?.work.refuse(reason);
  }

  async function load(lane: Lane, model: string, use: Use): Promise<void> {
    const since = now();
    const ok = await lane.load(model, use);
    observe({ kind: 'loaded', lane, model, ok, ms: now() - since });
    if (ok) lane.resident = (await lane.ps()) ?? lane.resident;
    scheduler.loaded(lane.name, model, ok, now());
    if (!ok) await checkReachable(lane);
    pump();
  }

  async function start(id: number, lane: Lane, tickets: readonly Ticket[]): Promise<void> {
    const entries = tickets.map((ticket) => waiting.get(ticket.id) as Waiting);
    for (const { ticket } of entries) waiting.delete(ticket.id);
    const [first, ...others] = entries as [Waiting, ...Waiting[]];
    const abort = new AbortController();
    const leave = () => {
      if (entries.every(({ signal }) => signal.aborted)) abort.abort('abandoned' satisfies AbortCause);
    };
    const watchdog = createWatchdog(lane, () => suspect(running), now);
    const running: Running = { id, lane, work: first.work, abort, watchdog };
    runs.set(id, running);
    for (const { signal, work, ticket } of entries) {
      signal.addEventListener('abort', leave, { once: true });
      observe({ kind: 'started', model: work.ticket.model, lane, waitMs: now() - ticket.since });
    }
    leave();

    lane.running += 1;
    const outcome = await first.work.run(
      lane,
      abort.signal,
      watchdog,
      others.map(({ work }) => work),
    );
    lane.running -= 1;
    watchdog.stop();
    runs.delete(id);
    for (const { signal } of entries) signal.removeEventListener('abort', leave);
    if (outcome.kind === 'again') await sendAgain(entries, lane, outcome);
    const cancelled = abort.signal.reason === 'abandoned' || abort.signal.reason === 'timeout';
    if (cancelled) await new Promise((resolve) => setTimeout(resolve, CANCEL_SETTLE_MS).unref());
    scheduler.finished(id, now(), outcome.kind === 'done' ? outcome.tokens : undefined);
    pump();
  }

  /** Work that had sent nothing goes to another lane, once. */
  async function sendAgain(
    entries: readonly Waiting[],
    lane: Lane,
    { fault: reason }: Extract<Outcome, { kind: 'again' }>,
  ): Promise<void> {
    // First, whether the lane is there at all: or it would get the work once more.
    await checkReachable(lane);
    for (const { ticket, work, signal, tries } of entries) {
      if (signal.aborted) {
        work.refuse(reason);
        continue;
      }
      if (tries >= 2 || closed) {
        work.refuse(reason);
        continue;
      }
      const again = { ...ticket, avoid: [...(ticket.avoid ?? []), lane.name] };
      waiting.set(ticket.id, { ticket: again, work, signal, tries: tries + 1 });
      scheduler.resubmit(again);
    }
  }

  /** A run is slower than its lane ever is: is it the lane? Resolves to whether the run may go on. */
  async function suspect(run: Running): Promise<boolean> {
    const { lane, abort, watchdog } = run;
    if (lane.progressAt > watchdog.quietSince) return withinCeiling(run);
    const under = checks.get(lane);
    if (under !== undefined) return (await under) && withinCeiling(run);
    const slot = scheduler.reserve(lane.name, run.work.ticket.model);
    if (slot === undefined) {
      // Every slot is taken and none of them moves: this one makes room for the check.
      observe({ kind: 'timed-out', lane, begun: watchdog.begun });
      abort.abort('timeout' satisfies AbortCause);
      await check(lane, run.work);
      return false;
    }
    const works = await check(lane, run.work);
    scheduler.finished(slot, now());
    pump();
    return works && withinCeiling(run);
  }

  function withinCeiling(run: Running): boolean {
    if (run.watchdog.whole || now() - run.watchdog.quietSince < options.ceilingMs) return true;
    observe({ kind: 'timed-out', lane: run.lane, begun: run.watchdog.begun });
    run.abort.abort('timeout' satisfies AbortCause);
    return false;
  }

  /** A lane that fails is taken out. */
  function check(lane: Lane, { ticket, use }: Work): Promise<boolean> {
    const checked = lane
      .canary(ticket.model, use, lane.first.limit() + CANCEL_SETTLE_MS)
      .then(async (works) => {
        if (!works) takeOut(lane, (await lane.reachable()) ? 'hung' : 'unreachable');
        return works;
      })
      .finally(() => checks.delete(lane));
    checks.set(lane, checked);
    return checked;
  }

  async function checkReachable(lane: Lane): Promise<void> {
    if (!(await lane.reachable())) takeOut(lane, 'unreachable');
  }

  function takeOut(lane: Lane, kind: 'hung' | 'unreachable'): void {
    if (recovering.has(lane) || closed) return;
    scheduler.setState(lane.name, { kind, since: now() });
    observe({ kind: 'lane', lane, state: kind });
    for (const run of runs.values()) if (run.lane === lane) run.abort.abort(kind satisfies AbortCause);
    void recover(lane);
    pump();
  }

  /** Gives the lane work again once it works. */
  async function recover(lane: Lane): Promise<void> {
    recovering.add(lane);
    const resident = await untilItWorks(lane, () => closed);
    recovering.delete(lane);
    if (resident === undefined || closed) return;
    scheduler.observed(
      lane.name,
      resident.map(({ model }) => model),
      now(),
    );
    scheduler.setState(lane.name, { kind: 'up' });
    observe({ kind: 'lane', lane, state: 'up' });
    pump();
  }

  shares?.onGrant((lane, slots) => {
    scheduler.setLimit(lane, slots);
    pump();
  });

  return {
    scheduler,
    lanes,
    get busy() {
      return waiting.size + runs.size;
    },
    submit(work, signal) {
      const at = now();
      const ticket: Ticket = { ...work.ticket, id: nextId++, since: at };
      const admission = scheduler.submit(ticket, at);
      if (admission.kind === 'full') {
        observe({ kind: 'refused', why: 'full' });
        work.refuse(overloaded('too many requests are waiting'));
        return { expectedWait: 1000 * admission.retryAfter, promote: () => {} };
      }
      waiting.set(ticket.id, { ticket, work, signal, tries: 1 });
      if (admission.displaced !== undefined)
        refuse(admission.displaced, overloaded('more urgent requests came'), 'displaced');
      signal.addEventListener(
        'abort',
        () => {
          if (!scheduler.withdraw(ticket.id)) return;
          waiting.delete(ticket.id);
          work.refuse(fault('cancelled', 'nobody waits for this answer any more'));
          pump();
        },
        { once: true },
      );
      pump();
      return {
        expectedWait: admission.expectedWait,
        promote(priority) {
          scheduler.promote(ticket.id, priority);
          pump();
        },
      };
    },
    observed(lane, models) {
      scheduler.observed(lane.name, models, now());
      pump();
    },
    doubt: checkReachable,
    close() {
      closed = true;
      clearTimeout(timer);
      for (const { work } of waiting.values()) work.refuse(CLOSING);
      waiting.clear();
      for (const run of runs.values()) run.abort.abort('closing' satisfies AbortCause);
    },
  };
}
