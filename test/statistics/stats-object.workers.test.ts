/** The shards of the statistics in the Workers runtime: added to, read together, kept. */
import { env, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/statistics/collector.ts';
import { recentOf } from '../../src/statistics/recent.ts';
import { readShards, shardFor } from '../../src/statistics/shards.ts';
import { count, createTally, pack } from '../../src/statistics/tally.ts';
import { servedWith } from './events.ts';

function batchOf(from: string, number: number, requests: number): string {
  const tally = createTally();
  for (let at = 0; at < requests; at++) count(tally, servedWith());
  const recent = [recentOf(servedWith(), `${from} ${number}`, Date.now(), false)];
  return JSON.stringify({ from, number, tally: pack(tally), recent } satisfies Batch);
}

const NO_POINTS = Number.MAX_SAFE_INTEGER;
const requestsIn = async (shards: number) => {
  const { windows } = await readShards(env.STATS, shards, NO_POINTS);
  return [...windows.all.cells.values()].reduce((sum, { sums }) => sum + sums.requests, 0);
};

describe('shards', () => {
  it('are read as one, wherever an isolate handed on to', async () => {
    const places = ['FRA', 'LHR', 'SIN', 'GRU', 'SYD', 'DFW', 'NRT', 'JNB'];
    for (const colo of places) await shardFor(env.STATS, colo, 4).add(batchOf(colo, 1, 3));
    expect(await requestsIn(4)).toBe(3 * places.length);
    const alone = await requestsIn(1);
    expect(alone).toBeGreaterThan(0);
    expect(alone).toBeLessThan(3 * places.length);
    const { recent } = await readShards(env.STATS, 4, NO_POINTS);
    expect(recent).toHaveLength(places.length);
  });

  it('count a batch once that comes twice, and one that comes late not at all', async () => {
    const shard = shardFor(env.STATS, 'twice', 1);
    const before = await requestsIn(1);
    for (const number of [1, 2, 2, 1]) await shard.add(batchOf('isolate', number, 5));
    expect(await requestsIn(1)).toBe(before + 10);
  });

  it('keep what they were told in few rows', async () => {
    const shard = shardFor(env.STATS, 'kept', 1);
    for (let number = 1; number <= 20; number++) await shard.add(batchOf('many', number, 1));
    await expect
      .poll(
        () =>
          runInDurableObject(shard, (_object, { storage }) => {
            const rows = storage.sql.exec<{ body: string }>('SELECT body FROM slot').toArray();
            const kept = rows.flatMap(({ body }) => (JSON.parse(body) as ReturnType<typeof pack>).cells);
            return { rows: rows.length <= 10, requests: kept.reduce((sum, [, sums]) => sum + (sums[0] ?? 0), 0) };
          }),
        { timeout: 10_000 },
      )
      .toEqual({ rows: true, requests: await requestsIn(1) });
  });
});
