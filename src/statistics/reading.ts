/** Reading: what all shards hold together. */
import { inSteps, type Point } from './point.ts';
import type { Recent } from './recent.ts';
import type { ShardReading } from './shard.ts';
import { createTally, merge, type Tally, unpack } from './tally.ts';
import { WINDOWS, type WindowName } from './windows.ts';

export interface Reading {
  /** When counting began, milliseconds since the epoch. */
  readonly since: number;
  /** Whether it is all isolates' together, or only the one's that was asked. */
  readonly scope: 'all' | 'isolate';
  /** Shards that did not answer. */
  readonly missing: number;
  readonly windows: Readonly<Record<WindowName, Tally>>;
  /** Newest last. */
  readonly recent: readonly Recent[];
  /** In the order of time; the newest in steps of a second. */
  readonly points: readonly Point[];
}

const MOST_RECENT = 100;
const NAMES = Object.keys(WINDOWS) as WindowName[];

/** @param missing shards that did not answer */
export function readingOf(shards: readonly ShardReading[], scope: Reading['scope'], missing: number): Reading {
  const whole = (name: WindowName) =>
    shards.reduce((sum, shard) => merge(sum, unpack(shard.windows[name])), createTally());
  return {
    since: Math.min(...shards.map((shard) => shard.since)),
    scope,
    missing,
    windows: Object.fromEntries(NAMES.map((name) => [name, whole(name)])) as Record<WindowName, Tally>,
    recent: shards
      .flatMap((shard) => shard.recent)
      .sort((one, other) => one.at - other.at)
      .slice(-MOST_RECENT),
    points: inSteps(
      shards.flatMap((shard) => shard.points),
      1_000,
    ),
  };
}
