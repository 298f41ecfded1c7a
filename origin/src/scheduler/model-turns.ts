/**
 * Turns of models: a model in memory goes on as long as it has work, but once another has waited for a whole turn it gets its
 * place. So models are not swapped back and forth, and nobody starves.
 */
import type { FairQueue } from './fair-queue.ts';
import { freeSlots, type LaneView, running } from './lane-view.ts';
import { standing, victimOf } from './residency.ts';
import { PRIORITIES, type Ticket } from './ticket.ts';

export interface Load {
  readonly kind: 'load';
  readonly lane: string;
  readonly model: string;
  /** The first of those that wait for it. */
  readonly ticket: Ticket;
}

export interface ModelTurns {
  /** Loads to start now. */
  loads(now: number): readonly Load[];
  loaded(lane: LaneView, model: string, ok: boolean, now: number): void;
  /** When this ticket's model may push another out although that one has work. */
  overdueAt(lane: LaneView, ticket: Ticket): number;
}

interface Options {
  readonly turnMs: number;
  readonly windowMs: number;
}

/** Weight of a new sample in the mean duration of a load. */
const SMOOTHING = 0.3;
/** A turn lasts at least this many loads, so that loading never takes most of the time. */
const LOADS_A_TURN = 4;

export function createModelTurns(
  lanes: readonly LaneView[],
  queue: FairQueue,
  usable: (lane: LaneView, ticket: Ticket) => boolean,
  options: Options,
): ModelTurns {
  let meanLoadMs = 0;

  const overdueAt = (lane: LaneView, ticket: Ticket) =>
    Math.max(ticket.since, lane.turnSince) + Math.max(options.turnMs, LOADS_A_TURN * meanLoadMs);

  /** The first waiting ticket whose model should come into this lane's memory now. */
  function wanted(lane: LaneView, now: number): Ticket | undefined {
    let readyRank = Number.POSITIVE_INFINITY;
    for (const ticket of queue)
      if (usable(lane, ticket) && standing(lane, ticket) === 'ready')
        readyRank = Math.min(readyRank, PRIORITIES.indexOf(ticket.priority));
    for (const ticket of queue) {
      if (!usable(lane, ticket) || servedElsewhere(lane, ticket, now)) continue;
      const stands = standing(lane, ticket);
      if (stands === 'room') return ticket;
      const othersFirst = readyRank <= PRIORITIES.indexOf(ticket.priority);
      if (stands === 'swap' && (!othersFirst || now >= overdueAt(lane, ticket))) return ticket;
    }
    return undefined;
  }

  /** Another lane has this model, or is getting it, and will come to it sooner than a load would take. */
  function servedElsewhere(lane: LaneView, ticket: Ticket, now: number): boolean {
    const patience = Math.max(options.windowMs, meanLoadMs || options.turnMs / 2);
    return lanes.some((other) => {
      if (other === lane || !usable(other, ticket)) return false;
      if (other.loading?.model === ticket.model || other.swap?.for.model === ticket.model) return true;
      return other.resident.has(ticket.model) && (freeSlots(other) > 0 || now - ticket.since < patience);
    });
  }

  function waits(model: string): boolean {
    for (const ticket of queue) if (ticket.model === model) return true;
    return false;
  }

  function nextLoad(lane: LaneView, now: number): Ticket | undefined {
    if (lane.swap === undefined) {
      const ticket = wanted(lane, now);
      if (ticket === undefined || standing(lane, ticket) === 'room') return ticket;
      const out = victimOf(lane);
      if (out === undefined) return ticket;
      lane.swap = { out, for: ticket };
    }
    // Those who wanted the other model may have left while this one drained.
    if (!waits(lane.swap.for.model)) {
      lane.swap = undefined;
      return undefined;
    }
    if (running(lane, lane.swap.out) > 0) return undefined;
    const { out, for: ticket } = lane.swap;
    lane.resident.delete(out);
    lane.swap = undefined;
    return ticket;
  }

  return {
    loads(now) {
      const loads: Load[] = [];
      for (const lane of lanes) {
        if (lane.state.kind !== 'up' || lane.loading !== undefined) continue;
        const ticket = nextLoad(lane, now);
        if (ticket === undefined) continue;
        lane.loading = { model: ticket.model, since: now };
        loads.push({ kind: 'load', lane: lane.name, model: ticket.model, ticket });
      }
      return loads;
    },
    loaded(lane, model, ok, now) {
      if (lane.loading?.model !== model) return;
      const took = now - lane.loading.since;
      lane.loading = undefined;
      if (!ok) {
        lane.passable.add(model);
        return;
      }
      meanLoadMs = meanLoadMs === 0 ? took : meanLoadMs + SMOOTHING * (took - meanLoadMs);
      lane.resident.set(model, now);
      lane.turnSince = now;
    },
    overdueAt,
  };
}
