/** The ledger: what became of what was asked ahead. Precision, recall and waste are counted here and nowhere else. */

export interface PredictStats {
  /** Prefetches begun, and how they ended. */
  readonly begun: number;
  readonly completed: number;
  readonly cancelled: number;
  readonly failed: number;
  /** Prefetches that were asked for: from disk, or joined while they were being generated. */
  readonly used: number;
  /** Completed, and not asked for in time. */
  readonly unused: number;
  /** Completed, and still waiting to be asked for. */
  readonly open: number;
  /** Requests that followed another in their session and had to be generated. */
  readonly missed: number;
  /** used / (used + unused + cancelled + failed); 0 while nothing is known. */
  readonly precision: number;
  /** used / (used + missed): of what sessions asked next and nobody had, how much was there. */
  readonly recall: number;
  /** Tokens written ahead, and those of them that nobody wanted. */
  readonly tokens: number;
  readonly wasted_tokens: number;
  /** Milliseconds of generation that people did not wait for. */
  readonly saved_ms: number;
}

export interface Ledger {
  begun(key: string): void;
  /** @param tokens that it wrote; @param ms that it took */
  ended(key: string, end: 'completed' | 'cancelled' | 'failed', tokens: number, ms: number): void;
  /** A session asked for this key. @returns whether it had been asked ahead */
  asked(key: string): boolean;
  /** A session's next request had to be generated. */
  missed(): void;
  /** Closes what nobody asked for in time. */
  sweep(now: number): void;
  stats(): PredictStats;
}

interface Entry {
  readonly at: number;
  used: boolean;
  tokens: number;
  ms: number;
  completed: boolean;
}

/** @param patienceMs how long a prefetch may wait to be asked for before it counts as wasted */
export function createLedger(patienceMs: number, now: () => number = Date.now): Ledger {
  const open = new Map<string, Entry>();
  const counts = { begun: 0, completed: 0, cancelled: 0, failed: 0, used: 0, unused: 0, missed: 0 };
  let tokens = 0;
  let wasted = 0;
  let savedMs = 0;

  return {
    begun(key) {
      counts.begun += 1;
      open.set(key, { at: now(), used: false, tokens: 0, ms: 0, completed: false });
    },
    ended(key, end, written, ms) {
      const entry = open.get(key);
      if (entry === undefined) return;
      counts[end] += 1;
      tokens += written;
      if (end !== 'completed') {
        wasted += written;
        open.delete(key);
      } else if (entry.used) {
        savedMs += ms;
        open.delete(key);
      } else {
        entry.completed = true;
        entry.tokens = written;
        entry.ms = ms;
      }
    },
    asked(key) {
      const entry = open.get(key);
      if (entry === undefined || entry.used) return false;
      entry.used = true;
      counts.used += 1;
      if (entry.completed) {
        savedMs += entry.ms;
        open.delete(key);
      }
      return true;
    },
    missed() {
      counts.missed += 1;
    },
    sweep(at) {
      for (const [key, entry] of open) {
        if (at - entry.at <= patienceMs) break;
        if (!entry.completed) continue;
        open.delete(key);
        counts.unused += 1;
        wasted += entry.tokens;
      }
    },
    stats() {
      const { used, unused, cancelled, failed, missed } = counts;
      const ratio = (part: number, rest: number) => (part + rest === 0 ? 0 : part / (part + rest));
      return {
        ...counts,
        open: [...open.values()].filter(({ completed }) => completed).length,
        precision: ratio(used, unused + cancelled + failed),
        recall: ratio(used, missed),
        tokens,
        wasted_tokens: wasted,
        saved_ms: Math.round(savedMs),
      };
    },
  };
}
