/** The purges' own places, in the Workers runtime: Durable Object, KV, Cache API. */
import { env, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { coloCopy, kvLog, objectLog } from '../../src/purge/purge-log.ts';
import type { PurgeObject } from '../../src/purge/purge-object.ts';
import { createPurges } from '../../src/purge/purges.ts';
import { answerOf, exchangeWith } from '../tiers/suite.ts';

const purgeOf = (tag: string, before = Date.now()) => ({ selector: { tag }, before });
const works: Promise<unknown>[] = [];
const later = (work: Promise<unknown>) => void works.push(work);

describe('the purges object', () => {
  it('keeps each selector’s latest purge, on disk', async () => {
    const log = objectLog(env.PURGES);
    const first = purgeOf('a', 1_800_000_000_000);
    await log.add(first, []);
    await log.add(purgeOf('a', 1_700_000_000_000), []);
    await log.add({ selector: { model: 'm:latest', tenant: 'x' }, before: 1_800_000_000_001 }, []);
    const expected = [first, { selector: { model: 'm:latest', tenant: 'x' }, before: 1_800_000_000_001 }];
    expect(await log.read()).toEqual(expected);
    const stub = env.PURGES.get(env.PURGES.idFromName('purges'));
    const rows = await runInDurableObject(stub, (object: PurgeObject, state) => {
      expect(object.list()).toEqual(expected);
      return state.storage.sql.exec('SELECT count(*) AS count FROM purges').one();
    });
    expect(rows).toEqual({ count: 2 });
  });
});

describe('KV’s copy', () => {
  it('holds the whole list', async () => {
    const log = kvLog(env.CACHE_KV);
    const list = [purgeOf('a'), purgeOf('b')];
    await log.add(list[1] as (typeof list)[1], list);
    expect(await log.read()).toEqual(list);
  });
});

describe('the data centre’s copy', () => {
  it('comes back as it was written, with its time', async () => {
    const copy = coloCopy();
    await copy.write([purgeOf('c', 5)], 7);
    expect(await copy.read()).toEqual({ list: [purgeOf('c', 5)], renewedAt: 7 });
  });

  it('tells another isolate of the purge without the object', async () => {
    const sources = { logs: [objectLog(env.PURGES), kvLog(env.CACHE_KV)], colo: coloCopy() };
    const exchange = exchangeWith(answerOf('x'), { storedAt: Date.now() - 10, tags: ['gone'] });
    expect(await createPurges(sources).add(purgeOf('gone'))).toEqual({ colo: true, object: true, kv: true });
    const deaf = { name: 'object', read: () => Promise.reject(new Error('down')), add: async () => [] } as const;
    const other = createPurges({ logs: [deaf], colo: coloCopy() });
    other.tend(later);
    await Promise.all(works);
    expect(other.covers(exchange)).toBe(true);
  });
});
