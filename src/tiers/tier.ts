/** Tier: one place that holds exchanges. A new tier is a new file with one of these, and three lines in the shared suite. */
import type { Exchange } from '../exchange/exchange.ts';

export type TierName = 'memory' | 'colo' | 'kv' | 'redis' | 'disk';

export interface Tier {
  readonly name: TierName;
  /** The exchange, stale ones included; undefined where there is none, or it is past `keepUntil` or unreadable. May reject. */
  get(key: string): Exchange | undefined | Promise<Exchange | undefined>;
  /** Keeps the exchange until its `keepUntil` or eviction; the last write of a key wins. May reject. */
  put(exchange: Exchange): void | Promise<void>;
  /** Removes the key; no error where there is none. May reject. */
  delete(key: string): void | Promise<void>;
}
