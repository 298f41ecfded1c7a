/**
 * Purges at the origin: the disk forgets at once, and what is being generated meanwhile is neither joined nor kept. The list is
 * in memory only: a generation does not outlive the process, and the disk has forgotten for good.
 */
import {
  type Coverage,
  coverageOf,
  MAX_PURGES,
  mergePurges,
  NOTHING_PURGED,
  type Purge,
  type PurgeList,
} from '../../../src/exchange/purge.ts';
import type { DiskTier } from '../disk/disk-tier.ts';

export interface Purges extends Coverage {
  /** @returns how many answers the disk has forgotten. May throw when the disk fails; then the list knows it all the same */
  apply(purge: Purge): number;
}

export function createPurges(disk: DiskTier | undefined, now: () => number = Date.now): Purges {
  let list: PurgeList = [];
  let coverage = NOTHING_PURGED;
  /** What the disk has done already, by selector. */
  const done = new Map<string, number>();
  return {
    covers: (dated) => coverage.covers(dated),
    since: (subject) => coverage.since(subject),
    apply(purge) {
      list = mergePurges(list, [purge], now());
      coverage = coverageOf(list);
      const selector = JSON.stringify(purge.selector);
      if (disk === undefined || (done.get(selector) ?? 0) >= purge.before) return 0;
      const gone = disk.purge(purge);
      if (done.size >= MAX_PURGES) done.clear();
      done.set(selector, purge.before);
      return gone;
    },
  };
}
