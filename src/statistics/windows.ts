/**
 * Windows: tallies of the last minute, hour, day and of all time, in few slots. What is counted falls into the slot of its
 * second; once a whole minute has left the last minute, its seconds become one slot, and so on with ten minutes and all time.
 * Each count is in exactly one slot, so a window is a plain sum, and the number of slots is bounded (some 350).
 */
import { createTally, merge, type Tally } from './tally.ts';

/** Milliseconds that a slot spans, and for how long its window needs it that fine. */
const LEVELS = [
  { span: 1_000, window: 60_000 },
  { span: 60_000, window: 3_600_000 },
  { span: 600_000, window: 86_400_000 },
  { span: Number.POSITIVE_INFINITY, window: Number.POSITIVE_INFINITY },
] as const;

export const WINDOWS = { minute: 60_000, hour: 3_600_000, day: 86_400_000, all: Number.POSITIVE_INFINITY } as const;
export type WindowName = keyof typeof WINDOWS;

export interface Slot {
  /** 0 a second, 1 a minute, 2 ten minutes, 3 all time. */
  readonly level: number;
  /** When it begins, milliseconds since the epoch. */
  readonly at: number;
}

export interface Windows {
  /** Adds what happened by now. */
  add(tally: Tally, now: number): void;
  /** The sum of a window that ends now. */
  sum(window: WindowName, now: number): Tally;
  /** All slots that end after `since` (milliseconds since the epoch, above 0), in the order of time. */
  slots(since: number, now: number): readonly (Slot & { readonly tally: Tally })[];
  /** What has changed since the last call: slots with their tally, or without one where they are no more. */
  changes(): readonly (Slot & { readonly tally: Tally | undefined })[];
}

/** @param kept what `changes` gave before a restart */
export function createWindows(kept: Iterable<Slot & { readonly tally: Tally }> = []): Windows {
  const levels = LEVELS.map(() => new Map<number, Tally>());
  const changed = new Map<string, Slot>();
  /** Slots that whoever asks for changes has heard of: of the others nobody needs to hear that they are no more. */
  const told = new Set<string>();
  for (const { level, at, tally } of kept) {
    levels[level]?.set(at, tally);
    told.add(nameOf(level, at));
  }

  function touch(level: number, at: number): void {
    changed.set(nameOf(level, at), { level, at });
  }

  function remove(level: number, at: number): void {
    levels[level]?.delete(at);
    if (told.has(nameOf(level, at))) touch(level, at);
    else changed.delete(nameOf(level, at));
  }

  function put(level: number, time: number, tally: Tally): void {
    const at = slotOf(level, time);
    const slots = levels[level] as Map<number, Tally>;
    slots.set(at, merge(slots.get(at) ?? createTally(), tally));
    touch(level, at);
  }

  /** Moves what no window needs that fine any more one level down. */
  function fold(now: number): void {
    for (let level = 0; level < LEVELS.length - 1; level++) {
      const { window } = LEVELS[level] as (typeof LEVELS)[number];
      const below = LEVELS[level + 1] as (typeof LEVELS)[number];
      for (const [at, tally] of levels[level] as Map<number, Tally>) {
        const over = below.span === Number.POSITIVE_INFINITY ? at + spanOf(level) : slotOf(level + 1, at) + below.span;
        if (over + window > now) continue;
        remove(level, at);
        put(level + 1, at, tally);
      }
    }
  }

  function newer(since: number): (Slot & { readonly tally: Tally })[] {
    return levels.flatMap((slots, level) =>
      [...slots].filter(([at]) => endOf(level, at) > since).map(([at, tally]) => ({ level, at, tally })),
    );
  }

  return {
    add(tally, now) {
      put(0, now, tally);
      fold(now);
    },
    sum(window, now) {
      fold(now);
      const total = createTally();
      for (const { tally } of newer(now - WINDOWS[window])) merge(total, tally);
      return total;
    },
    slots(since, now) {
      fold(now);
      return newer(since).sort((one, other) => one.at - other.at);
    },
    changes() {
      const all = [...changed.values()].map((slot) => ({ ...slot, tally: levels[slot.level]?.get(slot.at) }));
      for (const [name, { level, at }] of changed)
        if (levels[level]?.has(at)) told.add(name);
        else told.delete(name);
      changed.clear();
      return all;
    },
  };
}

const nameOf = (level: number, at: number): string => `${level} ${at}`;

/** All time has no end, and is in no window but its own. */
function endOf(level: number, at: number): number {
  const span = spanOf(level);
  return span === Number.POSITIVE_INFINITY ? 0 : at + span;
}

function spanOf(level: number): number {
  return LEVELS[level]?.span ?? Number.POSITIVE_INFINITY;
}

/** The begin of the slot that a time is in. */
function slotOf(level: number, time: number): number {
  const span = spanOf(level);
  return span === Number.POSITIVE_INFINITY ? 0 : Math.floor(time / span) * span;
}
