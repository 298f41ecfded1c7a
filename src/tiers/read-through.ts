/**
 * Read-through: the tiers in their order, nearest first. A tier that fails or is too slow is a miss, and so is what has been
 * purged; a hit below fills the tiers above it.
 */
import type { Exchange } from '../exchange/exchange.ts';
import type { Observe } from '../observe.ts';
import { within } from '../within.ts';
import { roomOf } from './stored.ts';
import type { Tier, TierName } from './tier.ts';

export interface Lookup {
  /** The first fresh copy, else the freshest stale one. */
  readonly exchange: Exchange | undefined;
  /** Where it was. */
  readonly tier: TierName | undefined;
  /** Tiers that were asked and gave none, in order. */
  readonly passed: readonly TierName[];
  /** Those of them that failed, were too slow, or could not be trusted for want of the purges: whether they have one is not known. */
  readonly failed: readonly TierName[];
  /** Whether tiers above the hit lack it. */
  readonly above: boolean;
  /** Fills them. Never rejects. */
  fill(): Promise<void>;
}

export interface ReadThrough {
  readonly names: readonly TierName[];
  /** Never rejects. Synchronous when the nearest tier is, and has it. */
  lookup(key: string): Lookup | Promise<Lookup>;
  /** The same in the nearest tier alone. */
  nearest(key: string): Lookup | Promise<Lookup>;
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

/** Writes happen after the answer: they may take longer than a read, but not for ever. */
const WRITE_TIMEOUT_MS = 10_000;
const FAILED = Symbol('failed');
type Asked = Exchange | undefined | typeof FAILED;

const nothing = async () => {};

/** What was purged; see `purge/purges.ts`. */
export interface Purged {
  covers(exchange: Exchange): boolean;
  /** True, or resolves to whether `covers` can be trusted: without that nothing stored may be served. */
  ready(): true | Promise<boolean>;
}
const NEVER_PURGED: Purged = { covers: () => false, ready: () => true };

export function readThrough(
  tiers: readonly TimedTier[],
  observe: Observe,
  now: () => number = Date.now,
  purged: Purged = NEVER_PURGED,
): ReadThrough {
  const names = tiers.map(({ tier }) => tier.name);

  function failed(tier: Tier, operation: 'get' | 'put' | 'delete', error: unknown): typeof FAILED {
    const reason = error instanceof Error ? error.message : String(error);
    observe({ kind: 'tier_failed', tier: tier.name, operation, reason });
    return FAILED;
  }

  async function guarded<T>(tier: Tier, operation: 'get' | 'put' | 'delete', work: Promise<T>, limit: number) {
    try {
      return await within(limit, work);
    } catch (error) {
      return failed(tier, operation, error);
    }
  }

  function ask({ tier, timeoutMs }: TimedTier, key: string): Asked | Promise<Asked> {
    try {
      const answer = tier.get(key);
      return answer instanceof Promise ? guarded(tier, 'get', answer, timeoutMs).then(kept) : kept(answer);
    } catch (error) {
      return failed(tier, 'get', error);
    }
  }

  /** No tier's clock is trusted with what it gives. */
  function kept(answer: Asked): Asked {
    return typeof answer === 'object' && (answer.keepUntil <= now() || purged.covers(answer)) ? undefined : answer;
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

  /** Into one tier; those outside the isolate tell how much room it takes. */
  async function store(tier: Tier, exchange: Exchange): Promise<void> {
    const written = await write('put', tier, () => tier.put(exchange));
    const room = tier.name === 'memory' ? undefined : roomOf(exchange);
    if (written !== FAILED && room !== undefined) observe({ kind: 'stored', tier: tier.name, ...room });
  }

  /** @param first what the nearest tier gave */
  async function descend(
    key: string,
    first: Asked | Promise<Asked>,
    ready: true | Promise<boolean>,
    depth: number,
  ): Promise<Lookup> {
    const passed: TierName[] = [];
    const failures: TierName[] = [];
    let best: Exchange | undefined;
    let at = 0;
    for (const [index, timed] of tiers.slice(0, depth).entries()) {
      let found = await (index === 0 ? first : ask(timed, key));
      if (typeof found === 'object' && ready !== true) found = (await ready) ? kept(found) : FAILED;
      if (found === undefined || found === FAILED) {
        passed.push(timed.tier.name);
        if (found === FAILED) failures.push(timed.tier.name);
      } else if (best === undefined || found.freshUntil > best.freshUntil) {
        best = found;
        at = index;
      }
      if (best !== undefined && best.freshUntil > now()) break;
    }
    return lookupOf(best, at, passed, failures);
  }

  function lookupOf(
    exchange: Exchange | undefined,
    at: number,
    passed: readonly TierName[],
    failed: readonly TierName[],
  ): Lookup {
    if (exchange === undefined) return { exchange, tier: undefined, passed, failed, above: false, fill: nothing };
    const lacking = tiers.slice(0, at);
    return {
      exchange,
      tier: names[at],
      passed,
      failed,
      above: lacking.length > 0,
      async fill() {
        await Promise.all(lacking.map(({ tier }) => write('put', tier, () => tier.put(exchange))));
      },
    };
  }

  /** @param depth how many tiers */
  function lookup(key: string, depth: number): Lookup | Promise<Lookup> {
    const [nearest] = tiers;
    if (nearest === undefined) return lookupOf(undefined, 0, [], []);
    const first = ask(nearest, key);
    const ready = purged.ready();
    if (ready === true && typeof first === 'object' && !(first instanceof Promise) && first.freshUntil > now())
      return lookupOf(first, 0, [], []);
    return descend(key, first, ready, depth);
  }

  return {
    names,
    lookup: (key) => lookup(key, tiers.length),
    nearest: (key) => lookup(key, 1),
    async put(exchange) {
      // Its generation began before the purge: it landed too late.
      if (purged.covers(exchange)) return;
      await Promise.all(tiers.map(({ tier }) => store(tier, exchange)));
    },
    async delete(key) {
      await Promise.all(tiers.map(({ tier }) => write('delete', tier, () => tier.delete(key))));
    },
  };
}
