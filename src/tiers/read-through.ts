/**
 * Read-through: the tiers in their order, nearest first. A tier that fails or is too slow is a miss; a hit below fills the tiers
 * above it.
 */
import type { Exchange } from '../exchange/exchange.ts';
import type { Observe } from '../observe.ts';
import type { Tier, TierName } from './tier.ts';

export interface Lookup {
  /** The first fresh copy, else the freshest stale one. */
  readonly exchange: Exchange | undefined;
  /** Where it was. */
  readonly tier: TierName | undefined;
  /** Tiers that were asked and had none, in order. */
  readonly passed: readonly TierName[];
  /** Whether tiers above the hit lack it. */
  readonly above: boolean;
  /** Fills them. Never rejects. */
  fill(): Promise<void>;
}

export interface ReadThrough {
  readonly names: readonly TierName[];
  /** Never rejects. Synchronous when the nearest tier is, and has it. */
  lookup(key: string): Lookup | Promise<Lookup>;
  /** Into every tier; the synchronous ones before it returns. Never rejects. */
  put(exchange: Exchange): Promise<void>;
  /** Never rejects. */
  delete(key: string): Promise<void>;
}

/** A tier with the longest that it may take to answer, in milliseconds. */
export interface TimedTier {
  readonly tier: Tier;
  readonly timeoutMs: number;
}

const nothing = async () => {};

export function readThrough(tiers: readonly TimedTier[], observe: Observe, now: () => number = Date.now): ReadThrough {
  const names = tiers.map(({ tier }) => tier.name);

  function failed(tier: Tier, operation: 'get' | 'put' | 'delete', error: unknown): undefined {
    observe({
      kind: 'tier_failed',
      tier: tier.name,
      operation,
      reason: error instanceof Error ? error.message : String(error),
    });
  }

  async function guarded<T>(tier: Tier, operation: 'get' | 'put' | 'delete', work: Promise<T>, limit: number) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const slow = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${limit} ms`)), limit);
    });
    try {
      return await Promise.race([work, slow]);
    } catch (error) {
      return failed(tier, operation, error);
    } finally {
      clearTimeout(timer ?? 0);
    }
  }

  function ask({ tier, timeoutMs }: TimedTier, key: string): Exchange | undefined | Promise<Exchange | undefined> {
    try {
      const answer = tier.get(key);
      return answer instanceof Promise ? guarded(tier, 'get', answer, timeoutMs) : answer;
    } catch (error) {
      return failed(tier, 'get', error);
    }
  }

  function write(operation: 'put' | 'delete', tier: Tier, work: () => void | Promise<void>): Promise<unknown> {
    try {
      const done = work();
      return done instanceof Promise ? guarded(tier, operation, done, WRITE_TIMEOUT_MS) : nothing();
    } catch (error) {
      failed(tier, operation, error);
      return nothing();
    }
  }

  const usable = (exchange: Exchange | undefined) =>
    exchange !== undefined && exchange.keepUntil > now() ? exchange : undefined;

  async function descend(key: string, from: number, stale: Exchange | undefined, staleTier: number): Promise<Lookup> {
    const passed: TierName[] = names.slice(0, from);
    let best = stale;
    let at = staleTier;
    for (let index = from; index < tiers.length; index++) {
      const found = usable(await ask(tiers[index] as TimedTier, key));
      if (found === undefined) {
        passed.push(names[index] as TierName);
      } else if (best === undefined || found.freshUntil > best.freshUntil) {
        best = found;
        at = index;
      }
      if (best !== undefined && best.freshUntil > now()) break;
    }
    return lookupOf(best, at, passed);
  }

  function lookupOf(exchange: Exchange | undefined, at: number, passed: readonly TierName[]): Lookup {
    if (exchange === undefined) return { exchange, tier: undefined, passed, above: false, fill: nothing };
    const lacking = tiers.slice(0, at);
    return {
      exchange,
      tier: names[at],
      passed: passed.filter((name) => name !== names[at]),
      above: lacking.length > 0,
      async fill() {
        await Promise.all(lacking.map(({ tier }) => write('put', tier, () => tier.put(exchange))));
      },
    };
  }

  return {
    names,
    lookup(key) {
      const [nearest] = tiers;
      if (nearest === undefined) return lookupOf(undefined, 0, []);
      const answer = ask(nearest, key);
      if (answer instanceof Promise) return descend(key, 0, undefined, 0);
      const found = usable(answer);
      if (found !== undefined && found.freshUntil > now()) return lookupOf(found, 0, []);
      return descend(key, 1, found, 0);
    },
    async put(exchange) {
      await Promise.all(tiers.map(({ tier }) => write('put', tier, () => tier.put(exchange))));
    },
    async delete(key) {
      await Promise.all(tiers.map(({ tier }) => write('delete', tier, () => tier.delete(key))));
    },
  };
}

/** Writes happen after the answer: they may take longer than a read, but not for ever. */
const WRITE_TIMEOUT_MS = 10_000;
