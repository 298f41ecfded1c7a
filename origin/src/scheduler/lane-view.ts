/**
 * What the scheduler knows of a lane: its slots and what each of them last read, the models that are in memory, and whether
 * it works at all. Slots are chosen as llama-server chooses them: the idle one that holds most of the prompt, else the one
 * that has been idle longest.
 */
import { sharedPart } from './prefix.ts';
import type { Ticket } from './ticket.ts';

export type LaneState =
  | { readonly kind: 'up' }
  /** It answers, but generates nothing. */
  | { readonly kind: 'hung'; readonly since: number }
  | { readonly kind: 'unreachable'; readonly since: number };

interface Slot {
  /** The run that is on it. */
  run: number | undefined;
  model: string;
  prefix: readonly number[];
  freeSince: number;
}

export interface LaneView {
  readonly name: string;
  state: LaneState;
  readonly slots: readonly Slot[];
  /** How many of the slots may be in use at once: fewer than all where several sidecars share them. */
  limit: number;
  /** Models in memory, with when each was last given work. */
  readonly resident: Map<string, number>;
  /** How many models fit; lowered when one is seen to push another out. */
  capacity: number;
  /** The model that is being loaded; nothing that waits for it is sent before. */
  loading: { readonly model: string; readonly since: number } | undefined;
  /** A model that must make room for another: it gets no more work until it is gone. */
  swap: { readonly out: string; readonly for: Ticket } | undefined;
  /** Models that could not be loaded: their requests are sent all the same, and get Ollama's own words. */
  readonly passable: Set<string>;
  /** When a model last came into memory. */
  turnSince: number;
}

/** A slot's cache counts as the prompt's own from this part on (llama-server's similarity threshold). */
const HOLDS = 0.1;

export function createLaneView(name: string, slots: number, capacity: number): LaneView {
  return {
    name,
    state: { kind: 'up' },
    slots: Array.from({ length: slots }, () => ({
      run: undefined,
      model: '',
      prefix: [],
      freeSince: Number.NEGATIVE_INFINITY,
    })),
    limit: slots,
    resident: new Map(),
    capacity,
    loading: undefined,
    swap: undefined,
    passable: new Set(),
    turnSince: Number.NEGATIVE_INFINITY,
  };
}

export function freeSlots(lane: LaneView): number {
  return Math.max(0, Math.min(lane.limit, lane.slots.length) - running(lane));
}

export function running(lane: LaneView, model?: string): number {
  return lane.slots.reduce(
    (count, slot) => count + (slot.run !== undefined && (model === undefined || slot.model === model) ? 1 : 0),
    0,
  );
}

export interface Warmth {
  /** Part of the prompt that an idle slot holds already. */
  readonly idle: number;
  /** Part that a busy slot holds: better to wait for that one, if something else can go first. */
  readonly busy: number;
}

export function warmth(lane: LaneView, model: string, prefix: readonly number[]): Warmth {
  let idle = 0;
  let busy = 0;
  for (const slot of lane.slots) {
    if (slot.model !== model) continue;
    const shared = sharedPart(prefix, slot.prefix);
    if (slot.run === undefined) idle = Math.max(idle, shared);
    else busy = Math.max(busy, shared);
  }
  return { idle: idle > HOLDS ? idle : 0, busy: busy > HOLDS ? busy : 0 };
}

/** Puts a run on the slot that Ollama would choose, and on up to `more` other free ones. */
export function occupy(lane: LaneView, run: number, model: string, prefix: readonly number[], more = 0): void {
  const free = lane.slots.filter((slot) => slot.run === undefined);
  const shared = (slot: Slot) => (slot.model === model ? sharedPart(prefix, slot.prefix) : 0);
  free.sort((a, b) => {
    const [ofA, ofB] = [shared(a), shared(b)];
    if (Math.max(ofA, ofB) > HOLDS && ofA !== ofB) return ofB - ofA;
    return a.freeSince - b.freeSince;
  });
  // Slots that another sidecar's share may take meanwhile are not counted on.
  for (const slot of free.slice(0, Math.max(1, Math.min(1 + more, freeSlots(lane))))) {
    slot.run = run;
    slot.model = model;
    slot.prefix = prefix;
  }
}

export function vacate(lane: LaneView, run: number, now: number): void {
  for (const slot of lane.slots) {
    if (slot.run !== run) continue;
    slot.run = undefined;
    slot.freeSince = now;
  }
}
