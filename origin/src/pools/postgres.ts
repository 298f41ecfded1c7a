/** PostgreSQL connections: as many ready as the load asks for, within bounds. */
import pg from 'pg';
import { followLoad } from './load-follower.ts';
import type { PoolStats } from './pool-stats.ts';

export interface Postgres {
  /** A statement with a name is prepared once a connection. */
  query<Row>(name: string, text: string, values: readonly unknown[]): Promise<readonly Row[]>;
  /** Without preparation, several statements at once. */
  execute(text: string): Promise<void>;
  /** One connection for several statements. */
  withClient<T>(act: (client: pg.PoolClient) => Promise<T>): Promise<T>;
  stats(): PoolStats;
  close(): Promise<void>;
}

const WARM_EVERY_MS = 30_000;
const IDLE_MS = 600_000;
const CONNECT_MS = 5_000;
const STATEMENT_MS = 30_000;

/** @param name what the pool is called in statistics */
export function connectPostgres(url: string, name: string, min: number, max: number): Postgres {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    idleTimeoutMillis: IDLE_MS,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    application_name: 'edge-cache-sidecar',
    allowExitOnIdle: true,
  });
  // An idle connection that the server ends must not end the process; the next query opens another.
  pool.on('error', () => {});
  const load = followLoad(min, max);
  let requests = 0;
  let hits = 0;

  function count(): void {
    requests += 1;
    if (pool.idleCount > 0) hits += 1;
    load.saw(pool.totalCount - pool.idleCount + 1);
  }

  /** Takes as many connections at once as should be ready, and gives them back. */
  async function warm(): Promise<void> {
    const missing = load.next() - pool.totalCount;
    if (missing <= 0) return;
    const taken = await Promise.allSettled(Array.from({ length: missing + pool.idleCount }, () => pool.connect()));
    for (const one of taken) if (one.status === 'fulfilled') one.value.release();
  }
  const timer = setInterval(() => void warm(), WARM_EVERY_MS);
  timer.unref();
  void warm();

  return {
    async query<Row>(statement: string, text: string, values: readonly unknown[]) {
      count();
      const result = await pool.query({ name: statement, text, values: [...values] });
      return result.rows as Row[];
    },
    async execute(text) {
      count();
      await pool.query(text);
    },
    async withClient(act) {
      count();
      const client = await pool.connect();
      try {
        return await act(client);
      } finally {
        client.release();
      }
    },
    stats: () => ({
      name,
      max,
      target: load.target,
      connected: pool.totalCount,
      idle: pool.idleCount,
      busy: pool.totalCount - pool.idleCount,
      waiting: pool.waitingCount,
      requests,
      hits,
    }),
    async close() {
      clearInterval(timer);
      await pool.end();
    },
  };
}
