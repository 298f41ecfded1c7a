/** Which store keeps the history: PostgreSQL where there is one, else SQLite in the state folder. */
import type { Config } from '../config.ts';
import type { PoolStats } from '../pools/pool-stats.ts';
import type { HistoryStore } from './history.ts';
import { postgresHistory } from './postgres.ts';
import { openSqliteHistory } from './sqlite.ts';

export interface OpenedHistory {
  readonly history: HistoryStore;
  pools(): readonly PoolStats[];
}

type Settings = Pick<
  Config,
  'HISTORY' | 'STATE_DIR' | 'DATABASE_URL' | 'DATABASE_REPLICA_URL' | 'DATABASE_POOL_MIN' | 'DATABASE_POOL_MAX'
>;

/** Undefined when it is turned off. */
export async function openHistory(config: Settings): Promise<OpenedHistory | undefined> {
  if (config.HISTORY === 'off') return undefined;
  if (config.DATABASE_URL === undefined) return { history: openSqliteHistory(config.STATE_DIR), pools: () => [] };
  // Loaded only where it is used: memory is short here.
  const { connectPostgres } = await import('../pools/postgres.ts');
  const connect = (url: string, name: string) =>
    connectPostgres(url, name, config.DATABASE_POOL_MIN, Math.max(config.DATABASE_POOL_MIN, config.DATABASE_POOL_MAX));
  const primary = connect(config.DATABASE_URL, 'postgres');
  const replica = config.DATABASE_REPLICA_URL ? connect(config.DATABASE_REPLICA_URL, 'postgres replica') : undefined;
  return {
    history: postgresHistory(primary, replica),
    pools: () => [primary.stats(), ...(replica ? [replica.stats()] : [])],
  };
}
