/** Which models a lane has in memory, and how another one comes in. */
import { type LaneView, running } from './lane-view.ts';
import type { Ticket } from './ticket.ts';

export type Standing =
  /** It can be sent. */
  | 'ready'
  /** It can be loaded beside the others. */
  | 'room'
  /** Another has to leave first. */
  | 'swap'
  /** It waits for what is under way. */
  | 'wait';

export function standing(lane: LaneView, { model, listed }: Pick<Ticket, 'model' | 'listed'>): Standing {
  if (lane.swap?.out === model) return 'wait';
  if (!listed || lane.resident.has(model) || lane.passable.has(model)) return 'ready';
  if (lane.loading !== undefined || lane.swap !== undefined) return 'wait';
  return lane.resident.size < lane.capacity ? 'room' : 'swap';
}

/** The model that makes room: one without running work before one with, then the one unused for longest. */
export function victimOf(lane: LaneView): string | undefined {
  let chosen: string | undefined;
  let rank: readonly [number, number] | undefined;
  for (const [model, usedAt] of lane.resident) {
    const candidate = [running(lane, model) > 0 ? 1 : 0, usedAt] as const;
    if (rank === undefined || candidate[0] < rank[0] || (candidate[0] === rank[0] && candidate[1] < rank[1])) {
      chosen = model;
      rank = candidate;
    }
  }
  return chosen;
}

/** Takes over what Ollama says it has in memory. */
export function observe(lane: LaneView, models: readonly string[], now: number, keptMs: number): void {
  const gone = [...lane.resident].filter(([model]) => !models.includes(model));
  // A model that went before its time was pushed out: no more than these fit.
  const pushedOut = gone.some(([model, usedAt]) => model !== lane.swap?.out && now - usedAt < keptMs / 2);
  if (pushedOut && models.length > 0) lane.capacity = Math.min(lane.capacity, models.length);
  for (const [model] of gone) if (running(lane, model) === 0) lane.resident.delete(model);
  for (const model of models)
    if (!lane.resident.has(model) && lane.loading?.model !== model) lane.resident.set(model, now);
  lane.passable.clear();
}
