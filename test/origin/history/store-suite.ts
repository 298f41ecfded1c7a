/** What every history store must do. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { HistoryEntry, HistoryStore } from '../../../origin/src/history/history.ts';

const BASE = 1_700_000_000_000;

export function entry(
  key: string,
  at: number,
  of: Partial<HistoryEntry['prompt'] & HistoryEntry['visit']> = {},
): HistoryEntry {
  const { tenant = 'public', model = 'm:latest', question = `question ${key}`, session = '', source = 'lane' } = of;
  return {
    prompt: {
      key,
      tenant,
      namespace: '',
      model,
      path: '/api/chat',
      question,
      body: `{"ask":"${key}"}`,
      ttl: of.ttl ?? 60,
      tags: of.tags ?? '[]',
    },
    visit: {
      key,
      at: BASE + at,
      session,
      source,
      promptTokens: 1,
      completionTokens: 2,
      firstMs: 3,
      totalMs: of.totalMs ?? 100,
    },
  };
}

/** @param open an empty store */
export function historyStoreSuite(name: string, open: () => Promise<HistoryStore>): void {
  describe(`${name} as a history`, () => {
    let store: HistoryStore;
    beforeEach(async () => {
      store = await open();
    });

    it('tells what is asked most, what saves the most time first', async () => {
      await store.write([
        entry('often', 1),
        entry('often', 2, { source: 'disk', totalMs: 0 }),
        entry('often', 3, { source: 'disk', totalMs: 0 }),
        entry('costly', 4, { totalMs: 60_000 }),
        entry('rare', 5),
        entry('old', -1000),
      ]);
      const popular = await store.popular({ since: BASE, limit: 3 });
      expect(popular.map(({ key, visits }) => [key, visits])).toEqual([
        ['costly', 1],
        ['often', 3],
        ['rare', 1],
      ]);
      expect(popular[1]).toMatchObject({ body: '{"ask":"often"}', path: '/api/chat', lastAt: BASE + 3, costMs: 100 });
    });

    it('keeps tenants and models apart when asked', async () => {
      await store.write([entry('a', 1, { tenant: 'x' }), entry('b', 2, { model: 'n:latest' }), entry('c', 3)]);
      const keys = async (query: object) =>
        (await store.popular({ since: BASE, limit: 10, ...query })).map(({ key }) => key);
      expect(await keys({ tenant: 'x' })).toEqual(['a']);
      expect(await keys({ model: 'n:latest' })).toEqual(['b']);
      expect(await keys({ tenant: 'x', model: 'n:latest' })).toEqual([]);
    });

    it('tells what is asked at a time of day', async () => {
      const HOUR = 3_600_000;
      const midnight = -(BASE % 86_400_000);
      await store.write([
        entry('morning', midnight + 8 * HOUR),
        entry('morning', midnight + 32 * HOUR),
        entry('night', midnight + 23.5 * HOUR),
        entry('night', midnight + 48.2 * HOUR),
      ]);
      const at = async (from: number, length: number) =>
        (await store.popular({ since: 0, limit: 9, daily: { from, length } })).map(({ key, visits }) => [key, visits]);
      expect(await at(7 * HOUR, 2 * HOUR)).toEqual([['morning', 2]]);
      expect(await at(23 * HOUR, 2 * HOUR)).toEqual([['night', 2]]);
      expect(await at(12 * HOUR, 2 * HOUR)).toEqual([]);
    });

    it('keeps the last visit’s lifetime and tags', async () => {
      await store.write([entry('k', 1, { ttl: 5 }), entry('k', 2, { ttl: 0, tags: '["docs"]' })]);
      await store.write([entry('k', 3, { ttl: 7, tags: '["docs","v2"]' })]);
      expect((await store.popular({ since: 0, limit: 1 }))[0]).toMatchObject({ ttl: 7, tags: '["docs","v2"]' });
    });

    it('tells the last visits of sessions in their order', async () => {
      await store.write([
        entry('old', 0, { session: 's1' }),
        entry('hello', 1, { session: 's1' }),
        entry('hello', 2, { session: 's2' }),
        entry('alone', 3),
        entry('price', 3, { session: 's1' }),
      ]);
      const last = await store.sessions(BASE + 1, 10);
      expect(last.map(({ session, key, at }) => [session, key, at - BASE])).toEqual([
        ['s1', 'hello', 1],
        ['s2', 'hello', 2],
        ['s1', 'price', 3],
      ]);
      expect((await store.sessions(BASE, 2)).map(({ session }) => session)).toEqual(['s2', 's1']);
      expect(last[0]).toMatchObject({ path: '/api/chat', body: '{"ask":"hello"}', tenant: 'public' });
    });

    it('forgets what is too old, and prompts that nobody asked since', async () => {
      await store.write([entry('gone', 1), entry('kept', 1), entry('kept', 100)]);
      await store.prune(BASE + 50);
      const left = await store.popular({ since: 0, limit: 10 });
      expect(left.map(({ key, visits }) => [key, visits])).toEqual([['kept', 1]]);
    });

    it('takes any text', async () => {
      const question = 'quote \' " -- ; \0 𝕏 \ud83d';
      await store.write([entry('k', 1, { question })]);
      expect((await store.popular({ since: 0, limit: 1 }))[0]?.question.slice(0, 10)).toBe(question.slice(0, 10));
    });

    it('takes many at once', async () => {
      await store.write(Array.from({ length: 500 }, (_, index) => entry(`k${index % 50}`, index)));
      const popular = await store.popular({ since: 0, limit: 100 });
      expect(popular).toHaveLength(50);
      expect(popular.every(({ visits }) => visits === 10)).toBe(true);
    });
  });
}
