/** What every pool of connections tells of itself. */

export interface PoolStats {
  readonly name: string;
  /** Most connections. */
  readonly max: number;
  /** How many are kept ready now: follows the load. */
  readonly target: number;
  readonly connected: number;
  readonly idle: number;
  readonly busy: number;
  /** Requests that wait for a connection. */
  readonly waiting: number;
  readonly requests: number;
  /** Requests that found a ready connection. */
  readonly hits: number;
}

export interface PoolReport {
  /** Over all pools; 100 before the first request. */
  readonly hit_rate_percent: number;
  readonly pools: readonly (PoolStats & { readonly hit_rate_percent: number })[];
}

const percent = (hits: number, requests: number) =>
  requests === 0 ? 100 : Math.round((10_000 * hits) / requests) / 100;

export function poolReport(pools: readonly PoolStats[]): PoolReport {
  const hits = pools.reduce((sum, pool) => sum + pool.hits, 0);
  const requests = pools.reduce((sum, pool) => sum + pool.requests, 0);
  return {
    hit_rate_percent: percent(hits, requests),
    pools: pools.map((pool) => ({ ...pool, hit_rate_percent: percent(pool.hits, pool.requests) })),
  };
}
