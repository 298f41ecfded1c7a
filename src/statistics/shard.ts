/** Shard: adds up batches and tells what it holds. In a Durable Object it is one of a few; without one, the isolate's own. */
import type { Batch } from './collector.ts';
import { type Point, pointOf } from './point.ts';
import type { Recent } from './recent.ts';
import { type PackedTally, pack, unpack } from './tally.ts';
import { createWindows, type Slot, WINDOWS, type WindowName } from './windows.ts';

/** What a shard holds, as it is sent. */
export interface ShardReading {
  /** When it began to count, milliseconds since the epoch. */
  readonly since: number;
  readonly windows: Readonly<Record<WindowName, PackedTally>>;
  /** Newest last. */
  readonly recent: readonly Recent[];
  /** Steps that end after the time that was asked for: seconds where there are such, else longer ones. */
  readonly points: readonly Point[];
}

/** What a restart needs. */
export interface Kept {
  readonly since: number;
  readonly recent: readonly Recent[];
  readonly slots: readonly (Slot & { readonly tally: PackedTally })[];
}

export interface Shard {
  /** A batch that has come before is ignored. */
  add(batch: Batch): void;
  /** @param since milliseconds since the epoch: points that end after it */
  read(since: number): ShardReading;
  readonly recent: readonly Recent[];
  /** Slots that have changed since the last call; those without a tally are no more. */
  changes(): readonly (Slot & { readonly tally: PackedTally | undefined })[];
}

const MOST_RECENT = 100;
const MOST_ISOLATES = 2_000;
const NAMES = Object.keys(WINDOWS) as WindowName[];

export function createShard(kept: Kept, now: () => number = Date.now): Shard {
  const windows = createWindows(kept.slots.map((slot) => ({ ...slot, tally: unpack(slot.tally) })));
  /** The last number of each isolate, newest last. */
  const numbers = new Map<string, number>();
  let recent = kept.recent;

  return {
    add(batch) {
      const { from, number } = batch;
      if ((numbers.get(from) ?? 0) >= number) return;
      numbers.delete(from);
      numbers.set(from, number);
      if (numbers.size > MOST_ISOLATES) numbers.delete(numbers.keys().next().value as string);
      const at = now();
      windows.add(unpack(batch.tally), at);
      const added = batch.recent.map((one) => ({ ...one, addedAt: at }));
      recent = [...recent, ...added].slice(-MOST_RECENT);
    },
    read(since) {
      const at = now();
      const sums = NAMES.map((name) => [name, pack(windows.sum(name, at))] as const);
      return {
        since: kept.since,
        windows: Object.fromEntries(sums) as Record<WindowName, PackedTally>,
        recent,
        points: windows.slots(Math.max(1, since), at).map((slot) => pointOf(slot.at, slot.tally)),
      };
    },
    get recent() {
      return recent;
    },
    changes: () => windows.changes().map(({ tally, ...slot }) => ({ ...slot, tally: tally && pack(tally) })),
  };
}
