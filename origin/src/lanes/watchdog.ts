/**
 * The watchdog of one run: measures its first byte and the gaps after it, and raises a suspicion when one takes longer than
 * this lane ever does.
 */
import type { Lane } from './lane.ts';
import type { Watch } from './work.ts';

export interface Watchdog extends Watch {
  /** Whether anything has come. */
  readonly begun: boolean;
  /** Nothing comes before the end, so that silence means nothing. */
  readonly whole: boolean;
  /** When something last happened, ms. */
  readonly quietSince: number;
  stop(): void;
}

/**
 * @param suspect called when the limit has passed; resolves to whether to go on waiting
 * @param now monotonic milliseconds
 */
export function createWatchdog(lane: Lane, suspect: () => Promise<boolean>, now = () => performance.now()): Watchdog {
  let timer: NodeJS.Timeout | undefined;
  let begun = false;
  let sentAt = 0;
  let quietSince = now();
  let patience: Parameters<Watch['sent']>[1] = 'normal';
  let stopped = false;

  function arm(limit: number): void {
    clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(() => void bark(limit), limit);
  }

  async function bark(limit: number): Promise<void> {
    const before = quietSince;
    const goOn = await suspect();
    // Twice as long before the next suspicion: the lane has just shown that it is only slow.
    if (goOn && !stopped && quietSince === before) arm(2 * limit);
  }

  return {
    get begun() {
      return begun;
    },
    get quietSince() {
      return quietSince;
    },
    get whole() {
      return patience === 'whole';
    },
    sent(load, kind) {
      sentAt = now();
      quietSince = sentAt;
      patience = kind;
      if (patience !== 'cold') arm(lane.first.limit(load));
    },
    progress() {
      const at = now();
      if (begun) lane.gap.record(at - quietSince);
      else if (patience === 'normal') lane.first.record(at - sentAt);
      begun = true;
      quietSince = at;
      lane.progressAt = at;
      arm(lane.gap.limit());
    },
    pause: () => clearTimeout(timer),
    resume() {
      quietSince = now();
      arm(lane.gap.limit());
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
