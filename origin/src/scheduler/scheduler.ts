/**
 * The scheduler decides what each Ollama does next. It is plain data and arithmetic: time comes in, decisions go out, and the
 * same calls give the same decisions. Whoever drives it calls `dispatch` after every change and whenever `nextWake` has come.
 */
import { createFairQueue } from './fair-queue.ts';
import { createLaneView, freeSlots, type LaneState, type LaneView, occupy, vacate, warmth } from './lane-view.ts';
import { createModelTurns, type Load } from './model-turns.ts';
import { observe, standing } from './residency.ts';
import { moreUrgent, type Priority, type Ticket } from './ticket.ts';

export interface SchedulerOptions {
  readonly lanes: readonly string[];
  /** Slots of each lane. */
  readonly slots: number;
  /** Models that a lane holds in memory at once, until it shows that it holds fewer. */
  readonly capacity: number;
  /** Most tickets that wait. */
  readonly limit: number;
  /** Longest wait, ms. */
  readonly waitMs: number;
  /** Longest wait while no lane can be reached, ms. */
  readonly outageMs: number;
  /** How long single embeddings are collected, ms; only ever while no slot is free. */
  readonly windowMs: number;
  /** How many batches (a slot-full each) ahead of a tenant's turn a better fit may be taken from. */
  readonly batchesAhead: number;
  /** Most inputs of one merged call. */
  readonly mergeLimit: number;
  /** Shortest turn of a model against others that wait, ms. */
  readonly turnMs: number;
  /** How long Ollama keeps an unused model, ms. */
  readonly keepMs: number;
}

export type Command =
  | { readonly kind: 'run'; readonly run: number; readonly lane: string; readonly tickets: readonly Ticket[] }
  | Load;

export type Admission =
  | {
      readonly kind: 'waiting';
      /** Milliseconds. */
      readonly expectedWait: number;
      /** A ticket of lower priority that had to give way. */
      readonly displaced: Ticket | undefined;
    }
  /** @property retryAfter seconds */
  | { readonly kind: 'full'; readonly retryAfter: number };

export interface Scheduler {
  readonly waiting: number;
  readonly lanes: readonly LaneView[];
  submit(ticket: Ticket, now: number): Admission;
  /** A ticket whose lane failed before it had sent anything: it goes before the others of its tenant, past the limit. */
  resubmit(ticket: Ticket): void;
  /** Somebody more urgent waits for a waiting ticket too: it goes to that priority's line. */
  promote(id: number, priority: Priority): void;
  /** Takes a waiting ticket out; false if it is not waiting. */
  withdraw(id: number): boolean;
  dispatch(now: number): readonly Command[];
  /** @param tokens what the run really took, if known */
  finished(run: number, now: number, tokens?: number): void;
  /** A load has ended. After one that failed, requests are sent all the same and get Ollama's own words. */
  loaded(lane: string, model: string, ok: boolean, now: number): void;
  observed(lane: string, models: readonly string[], now: number): void;
  setState(lane: string, state: LaneState): void;
  /** How many of a lane's slots may be in use from now on; what runs already runs on. */
  setLimit(lane: string, slots: number): void;
  /** Takes a free slot of this lane for a check; undefined when none is free. Ends with `finished`. */
  reserve(lane: string, model: string): number | undefined;
  /** Tickets that have waited too long, taken out. */
  expire(now: number): readonly Ticket[];
  /** Milliseconds until a ticket of this priority that came now would begin. */
  expectedWait(priority: Priority): number;
  /** Seconds after which a place should be free, from the measured drain rate: 1 to 300. */
  retryAfter(): number;
  /** When the next decision may be due without any other change; undefined when none is. */
  nextWake(now: number): number | undefined;
}

interface Run {
  readonly lane: LaneView;
  readonly tickets: readonly Ticket[];
  readonly startedAt: number;
}

/** Weight of a new sample in the mean duration of a run. */
const SMOOTHING = 0.1;
/** Before the first run has ended. */
const FIRST_GUESS_MS = 3_000;

export function createScheduler(options: SchedulerOptions): Scheduler {
  const lanes = options.lanes.map((name) => createLaneView(name, options.slots, options.capacity));
  const queue = createFairQueue();
  const runs = new Map<number, Run>();
  /** When each merge group's collection window closes. */
  const windows = new Map<string, number>();
  let nextRun = 1;
  let meanRunMs: number | undefined;

  const laneOf = (name: string) => lanes.find((lane) => lane.name === name);
  const up = () => lanes.filter((lane) => lane.state.kind === 'up');
  const free = () => up().reduce((count, lane) => count + freeSlots(lane), 0);

  function msPerTicket(): number {
    const slots = Math.max(1, up().reduce((sum, { limit }) => sum + limit, 0) || options.slots);
    return (meanRunMs ?? FIRST_GUESS_MS) / slots;
  }

  function expectedWait(priority: Priority): number {
    const ahead = queue.ahead(priority);
    const places = free();
    return ahead < places ? 0 : Math.round((ahead - places + 1) * msPerTicket());
  }

  const retryAfter = () => Math.min(300, Math.max(1, Math.ceil((queue.size * msPerTicket()) / 1000)));

  /** Opens a collection window for work that can be merged, but only while nothing is free. */
  function collect(ticket: Ticket, now: number): void {
    if (ticket.group === undefined || windows.has(ticket.group) || free() > 0) return;
    windows.set(ticket.group, now + options.windowMs);
  }

  function collecting(ticket: Ticket, now: number): boolean {
    if (ticket.group === undefined) return false;
    const closes = windows.get(ticket.group);
    if (closes === undefined || closes <= now) return false;
    let inputs = 0;
    for (const other of queue) if (other.group === ticket.group) inputs += other.inputs ?? 1;
    return inputs < options.mergeLimit;
  }

  const turns = createModelTurns(lanes, queue, usable, options);

  function usable(lane: LaneView, ticket: Ticket): boolean {
    if (lane.state.kind !== 'up') return false;
    if (!ticket.avoid?.includes(lane.name)) return true;
    // With nowhere else to go, the lane that failed it is better than none.
    return !lanes.some((other) => other.state.kind === 'up' && !ticket.avoid?.includes(other.name));
  }

  function placeFor(ticket: Ticket): { lane: LaneView; fit: number } | undefined {
    let place: { lane: LaneView; fit: number } | undefined;
    for (const lane of lanes) {
      if (!usable(lane, ticket) || freeSlots(lane) === 0 || standing(lane, ticket) !== 'ready') continue;
      const { idle, busy } = warmth(lane, ticket.model, ticket.prefix);
      const fit = (idle > 0 ? 2 + idle : busy > 0 ? 0 : 1) + freeSlots(lane) / 1000;
      if (place === undefined || fit > place.fit) place = { lane, fit };
    }
    return place;
  }

  function start(ticket: Ticket, lane: LaneView, now: number): Command {
    const run = nextRun++;
    const tickets = [ticket];
    if (ticket.group !== undefined) {
      let room = options.mergeLimit - (ticket.inputs ?? 1);
      tickets.push(
        ...queue.removeWhere((other) => {
          if (other.group !== ticket.group || (other.inputs ?? 1) > room || !usable(lane, other)) return false;
          room -= other.inputs ?? 1;
          return true;
        }),
      );
      windows.delete(ticket.group);
    }
    const inputs = tickets.reduce((sum, each) => sum + (each.inputs ?? 1), 0);
    occupy(lane, run, ticket.model, ticket.prefix, inputs - 1);
    if (lane.resident.has(ticket.model)) lane.resident.set(ticket.model, now);
    runs.set(run, { lane, tickets, startedAt: now });
    return { kind: 'run', run, lane: lane.name, tickets };
  }

  return {
    get waiting() {
      return queue.size;
    },
    lanes,
    submit(ticket, now) {
      let displaced: Ticket | undefined;
      if (queue.size >= options.limit) {
        displaced = queue.newestBelow(ticket.priority);
        if (displaced === undefined) return { kind: 'full', retryAfter: retryAfter() };
        queue.remove(displaced.id);
      }
      const wait = expectedWait(ticket.priority);
      queue.add(ticket);
      collect(ticket, now);
      return { kind: 'waiting', expectedWait: wait, displaced };
    },
    resubmit: (ticket) => queue.add(ticket, true),
    promote(id, priority) {
      const ticket = [...queue].find((waiting) => waiting.id === id);
      if (ticket === undefined || !moreUrgent(priority, ticket.priority)) return;
      queue.remove(id);
      queue.add({ ...ticket, priority });
    },
    withdraw: (id) => queue.remove(id) !== undefined,
    dispatch(now) {
      const commands: Command[] = [...turns.loads(now)];
      const horizon = options.batchesAhead * options.slots;
      while (free() > 0) {
        const ticket = queue.take((each) => (collecting(each, now) ? undefined : placeFor(each)?.fit), horizon);
        if (ticket === undefined) break;
        const place = placeFor(ticket);
        if (place === undefined) break;
        commands.push(start(ticket, place.lane, now));
      }
      commands.push(...turns.loads(now));
      return commands;
    },
    finished(id, now, tokens) {
      const run = runs.get(id);
      for (const lane of lanes) vacate(lane, id, now);
      if (run === undefined) return;
      runs.delete(id);
      const took = (now - run.startedAt) / run.tickets.length;
      meanRunMs = meanRunMs === undefined ? took : meanRunMs + SMOOTHING * (took - meanRunMs);
      const [ticket] = run.tickets;
      if (tokens !== undefined && ticket !== undefined && run.tickets.length === 1)
        queue.charge(ticket.tenant, ticket.priority, tokens - ticket.cost);
    },
    loaded(name, model, ok, now) {
      const lane = laneOf(name);
      if (lane !== undefined) turns.loaded(lane, model, ok, now);
    },
    observed(name, models, now) {
      const lane = laneOf(name);
      if (lane !== undefined) observe(lane, models, now, options.keepMs);
    },
    setState(name, state) {
      const lane = laneOf(name);
      if (lane === undefined) return;
      lane.state = state;
      if (state.kind === 'unreachable') {
        lane.resident.clear();
        lane.passable.clear();
        lane.swap = undefined;
      }
    },
    setLimit(name, slots) {
      const lane = laneOf(name);
      if (lane !== undefined) lane.limit = slots;
    },
    reserve(name, model) {
      const lane = laneOf(name);
      if (lane === undefined || freeSlots(lane) === 0) return undefined;
      const run = nextRun++;
      occupy(lane, run, model, []);
      return run;
    },
    expire(now) {
      const states = lanes.map(({ state }) => state);
      const downSince = states.every((state) => state.kind === 'unreachable')
        ? Math.max(...states.map((state) => (state.kind === 'unreachable' ? state.since : 0)))
        : undefined;
      return queue.removeWhere(
        (ticket) =>
          now - ticket.since >= options.waitMs || (downSince !== undefined && now - downSince >= options.outageMs),
      );
    },
    expectedWait,
    retryAfter,
    nextWake(now) {
      let wake: number | undefined;
      const at = (time: number) => {
        if (time > now && (wake === undefined || time < wake)) wake = time;
      };
      for (const ticket of queue) {
        at(ticket.since + options.waitMs);
        if (ticket.group !== undefined) at(windows.get(ticket.group) ?? 0);
        for (const lane of lanes) {
          if (lane.state.kind === 'unreachable') at(lane.state.since + options.outageMs);
          if (standing(lane, ticket) === 'swap') at(turns.overdueAt(lane, ticket));
        }
      }
      return wake;
    },
  };
}
