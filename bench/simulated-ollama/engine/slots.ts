/**
 * The slots of one loaded model. A job takes the idle slot that knows most of its prompt (more than a tenth of it), else the one that was idle
 * longest; past the slots jobs wait in the order of their coming, without a bound.
 */
export interface Job {
  /** What prefixes are compared by. */
  readonly prompt: string;
  readonly promptTokens: number;
  /** Makes one token; false when there was none left to make. */
  step(): boolean;
  /** Whether the token just made was the last. */
  ended(): boolean;
  /** All that was read and made: what the slot knows afterwards. */
  known(): string;
  /** Prompt tokens a second are an embedding model's. */
  readonly embedding: boolean;
}

export interface Timing {
  readonly promptMs: number;
  readonly evalMs: number;
}

export interface Slot {
  known: string;
  idleSince: number;
  run: Run | undefined;
}

export interface Run {
  readonly job: Job;
  /** Prompt tokens that a slot knew already. */
  readonly reused: number;
  readonly since: number;
  prefillLeft: number;
  credit: number;
  firstAt: number | undefined;
  made: number;
  readonly end: (outcome: Timing | 'cancelled') => void;
}

const LEAST_SHARE = 0.1;

export function commonPrefix(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  let at = 0;
  while (at < end && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return at;
}

export function createSlots(count: number): Slot[] {
  return Array.from({ length: count }, () => ({ known: '', idleSince: 0, run: undefined }));
}

/** @returns undefined when all are busy */
export function chooseSlot(slots: readonly Slot[], prompt: string): { slot: Slot; shared: number } | undefined {
  let longestIdle: Slot | undefined;
  let best: { slot: Slot; shared: number } | undefined;
  for (const slot of slots) {
    if (slot.run !== undefined) continue;
    if (longestIdle === undefined || slot.idleSince < longestIdle.idleSince) longestIdle = slot;
    const shared = commonPrefix(slot.known, prompt);
    if (best === undefined || shared > best.shared) best = { slot, shared };
  }
  if (best !== undefined && best.shared > prompt.length * LEAST_SHARE) return best;
  return longestIdle === undefined ? undefined : { slot: longestIdle, shared: commonPrefix(longestIdle.known, prompt) };
}
