/** Recorder: counts an isolate's requests by arm, and hands what it has to the experiment's object about once a second. */
import type { Event } from '../observe.ts';
import { add, type Counts, NOTHING, type Tally, tallyOf } from './tally.ts';

export interface Collected {
  readonly counts: Counts;
  /** Milliseconds since the epoch; undefined before anything was counted. */
  readonly since: number | undefined;
}

/** Where the tallies of all isolates add up. May reject. */
export interface Ledger {
  add(counts: Counts): Promise<void>;
  collected(): Promise<Collected>;
}

export interface Recorder {
  /** @param later keeps work alive past the response (`waitUntil`) */
  count(arm: string, bucket: number, event: Event, later: (work: Promise<unknown>) => void): void;
}

const HAND_OVER_MS = 1_000;
/** A hand-over whose request was taken down with it never ends: after this time another one begins. */
const LOST_MS = 15_000;

export function createRecorder(ledger: Ledger, now: () => number = Date.now, pause = sleep): Recorder {
  let counts: Record<string, Record<number, Tally>> = {};
  let handingOverSince: number | undefined;

  async function handOver(): Promise<void> {
    await pause(HAND_OVER_MS);
    const handed = counts;
    counts = {};
    handingOverSince = undefined;
    await ledger.add(handed).catch(() => {
      // An experiment that loses a second of counts is still right: it loses it for every arm.
      console.warn('experiment: counts were lost');
    });
  }

  return {
    count(arm, bucket, event, later) {
      const tally = tallyOf(event);
      if (tally === undefined) return;
      counts[arm] ??= {};
      const buckets = counts[arm] as Record<number, Tally>;
      buckets[bucket] = add(buckets[bucket] ?? NOTHING, tally);
      if (handingOverSince !== undefined && now() - handingOverSince < LOST_MS) return;
      handingOverSince = now();
      later(handOver());
    },
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
