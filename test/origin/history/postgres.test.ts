import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresHistory } from '../../../origin/src/history/postgres.ts';
import { connectPostgres, type Postgres } from '../../../origin/src/pools/postgres.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { entry, historyStoreSuite } from './store-suite.ts';

let server: TestPostgres;
let postgres: Postgres;
beforeAll(async () => {
  server = await startPostgres();
  postgres = connectPostgres(server.url, 'postgres', 4, 10);
}, 60_000);
afterAll(async () => {
  await postgres.close();
  await server.stop();
});
const empty = () => postgres.execute('DROP TABLE IF EXISTS prompt, visit, history_migration');

historyStoreSuite('PostgreSQL', async () => {
  await empty();
  return postgresHistory(postgres);
});

describe('PostgreSQL', () => {
  it('is migrated once by several that start together', async () => {
    await empty();
    await Promise.all(
      Array.from({ length: 6 }, (_, index) => postgresHistory(postgres).write([entry(`k${index}`, index)])),
    );
    expect(await postgresHistory(postgres).popular({ since: 0, limit: 10 })).toHaveLength(6);
  });

  it('uses named prepared statements', async () => {
    const one = connectPostgres(server.url, 'one', 0, 1);
    await postgresHistory(one).popular({ since: 0, limit: 1 });
    const { rows } = await one.withClient((client) =>
      client.query<{ name: string }>('SELECT name FROM pg_prepared_statements'),
    );
    await one.close();
    expect(rows.map(({ name }) => name)).toContain('history-popular');
  });

  it('reads reports from the replica, and writes to the primary', async () => {
    await empty();
    const asked: string[] = [];
    const replica: Postgres = {
      ...postgres,
      query: (name, text, values) => {
        asked.push(name);
        return postgres.query(name, text, values);
      },
    };
    const history = postgresHistory(postgres, replica);
    await history.write([entry('a', 1)]);
    await history.popular({ since: 0, limit: 1 });
    await history.sessions(0, 1);
    expect(asked).toEqual(['history-popular', 'history-sessions']);
  });

  it('keeps connections ready, and counts who found one', async () => {
    const stats = postgres.stats();
    expect(stats.connected).toBeGreaterThanOrEqual(4);
    expect(stats.connected).toBeLessThanOrEqual(10);
    expect(stats.hits / stats.requests).toBeGreaterThan(0.8);
  });

  it('migrates at the next write if the server was away', async () => {
    await empty();
    let away = true;
    const flaky: Postgres = {
      ...postgres,
      withClient: (act) => (away ? Promise.reject(new Error('away')) : postgres.withClient(act)),
    };
    const history = postgresHistory(flaky);
    await expect(history.write([entry('a', 1)])).rejects.toThrow('away');
    away = false;
    await history.write([entry('a', 1)]);
    expect(await history.popular({ since: 0, limit: 1 })).toHaveLength(1);
  });
});
