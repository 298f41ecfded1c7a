/**
 * Recollections: what a search found a moment ago, so that a wording that many people use is not searched for each of them, nor
 * looked for in the tiers outside the isolate, which did not have it. Whether the answer may still be served is asked each time.
 */
import type { Search } from './semantic-cache.ts';

export type Searched = Extract<Search, { kind: 'searched' }>;

export interface Recollections {
  /** Whether this exact request was recalled a moment ago. @param key of the request, which names its tenant and partition too */
  has(key: string): boolean;
  /** @param threshold what was searched with, on the calibrated scale */
  get(key: string, threshold: number): Searched | undefined;
  keep(key: string, threshold: number, searched: Searched): void;
  forget(key: string): void;
}

const MOST = 2_000;
/** KV shows what others wrote within a minute: looking again sooner finds little. */
const KEPT_MS = 60_000;

/** @param now milliseconds since the epoch */
export function recollections(now: () => number = Date.now): Recollections {
  const kept = new Map<string, { readonly threshold: number; readonly searched: Searched; readonly until: number }>();
  const present = (key: string) => {
    const found = kept.get(key);
    if (found === undefined || found.until > now()) return found;
    kept.delete(key);
    return undefined;
  };
  return {
    has: (key) => present(key) !== undefined,
    get(key, threshold) {
      const found = present(key);
      return found?.threshold === threshold ? found.searched : undefined;
    },
    keep(key, threshold, searched) {
      if (present(key)?.threshold === threshold) return;
      kept.set(key, { threshold, searched, until: now() + KEPT_MS });
      if (kept.size > MOST) kept.delete(kept.keys().next().value as string);
    },
    forget: (key) => void kept.delete(key),
  };
}
