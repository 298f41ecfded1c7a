/** Everything that Redis adds to a sidecar. Loaded only where there is one: its client is a tenth of the memory. */

import type { Purge } from '../../../src/exchange/purge.ts';
import { type SharedFlights, shareFlights } from '../coalesce/shared.ts';
import type { Config } from '../config.ts';
import { type SlotShares, shareSlots } from '../lanes/slot-shares.ts';
import { type SharedPurges, sharePurges } from '../purge/shared.ts';
import { type RedisRest, redisRest } from '../redis-rest/rest.ts';
import type { PoolStats } from './pool-stats.ts';
import { openRedisPools } from './redis.ts';

export interface RedisParts {
  readonly shared: SharedFlights;
  readonly shares: SlotShares;
  readonly rest: RedisRest;
  /** Purges from and for the other sidecars. */
  purges(heard: (purge: Purge) => void): SharedPurges;
  stats(): readonly PoolStats[];
  close(): Promise<void>;
}

/** @param lanes names of the lanes that other sidecars may use too */
export function openRedisParts(
  url: string,
  lanes: readonly string[],
  {
    REDIS_REST_TOKEN,
    ORIGIN_SECRET,
    MAX_BODY_BYTES,
    OLLAMA_NUM_PARALLEL,
  }: Pick<Config, 'REDIS_REST_TOKEN' | 'ORIGIN_SECRET' | 'MAX_BODY_BYTES' | 'OLLAMA_NUM_PARALLEL'>,
): RedisParts {
  const pools = openRedisPools(url);
  const shared = shareFlights(pools.queue);
  const shares = shareSlots(pools.queue, lanes, OLLAMA_NUM_PARALLEL);
  return {
    shared,
    shares,
    rest: redisRest(pools.cache, REDIS_REST_TOKEN ?? ORIGIN_SECRET, MAX_BODY_BYTES),
    purges: (heard) => sharePurges(pools.queue, heard),
    stats: () => Object.values(pools).map((pool) => pool.stats()),
    async close() {
      shared.close();
      await shares.close();
      for (const pool of Object.values(pools)) pool.close();
    },
  };
}
