/** The indexes in the Workers runtime: the local one on real Durable Objects, Vectorize on a double of it with a real ledger. */
import { env, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { localIndex, shardsOf } from '../../src/semantic/local-index.ts';
import { vectorizeIndex } from '../../src/semantic/vectorize-index.ts';
import { DIMENSIONS, describeIndex, entryAt, vectorAt } from './index-suite.ts';
import { vectorizeDouble } from './vectorize-double.ts';

const double = vectorizeDouble({ dimensions: DIMENSIONS, indexed: ['partition', 'expiresAt'] });
const WINDOW_MS = 20;
const SETTLED = { settled: async () => double.settle() };

describeIndex('local', () => localIndex(env.SEMANTIC_INDEX), { settled: async () => {} });
describeIndex('vectorize', () => vectorizeIndex(double.binding, shardsOf(env.SEMANTIC_INDEX), WINDOW_MS), SETTLED);

const rowsOf = (partition: string) =>
  runInDurableObject(shardsOf(env.SEMANTIC_INDEX).of(partition), (_, state) =>
    state.storage.sql.exec('SELECT key FROM entries WHERE partition = ?', partition).toArray(),
  );

describe('the local index', () => {
  it('survives its object: rows are read again', async () => {
    const partition = `1${'a'.repeat(63)}`;
    const entry = entryAt(0.3, { partition });
    await localIndex(env.SEMANTIC_INDEX).add(entry);
    const stub = shardsOf(env.SEMANTIC_INDEX).of(partition);
    await runInDurableObject(stub, (object) => {
      (object as unknown as { loaded: Map<string, unknown> }).loaded.clear();
    });
    const [found] = await localIndex(env.SEMANTIC_INDEX).nearest(partition, vectorAt(0), 1);
    expect(found).toMatchObject({ key: entry.key, question: entry.question, cosine: expect.closeTo(Math.cos(0.3), 1) });
  });

  it('sweeps what has expired', async () => {
    const partition = `2${'b'.repeat(63)}`;
    const present = entryAt(0, { partition });
    const index = localIndex(env.SEMANTIC_INDEX);
    await index.add(entryAt(0, { partition, expiresAt: Date.now() - 1 }));
    await index.add(present);
    expect(await rowsOf(partition)).toHaveLength(2);
    expect(await runDurableObjectAlarm(shardsOf(env.SEMANTIC_INDEX).of(partition))).toBe(true);
    expect(await rowsOf(partition)).toEqual([{ key: present.key }]);
  });
});

describe('the vectorize index', () => {
  it('sends what comes at once in one upsert, and no more than it may', async () => {
    const partition = `3${'c'.repeat(63)}`;
    const own = vectorizeDouble({ dimensions: DIMENSIONS, indexed: ['partition', 'expiresAt'] });
    const index = vectorizeIndex(own.binding, undefined, WINDOW_MS);
    await Promise.all(Array.from({ length: 1_100 }, () => index.add(entryAt(0, { partition }))));
    own.settle();
    expect([own.size, Math.max(...own.upserts), own.upserts.length]).toEqual([1_100, 1_000, 2]);
    expect(await index.nearest(partition, vectorAt(0), 50)).toHaveLength(20);
  });

  it('finds nothing where its metadata indexes were not made, rather than the wrong thing', async () => {
    const partition = `4${'d'.repeat(63)}`;
    const own = vectorizeDouble({ dimensions: DIMENSIONS, indexed: [] });
    const index = vectorizeIndex(own.binding, undefined, WINDOW_MS);
    await index.add(entryAt(0, { partition }));
    own.settle();
    expect(await index.nearest(partition, vectorAt(0), 5)).toEqual([]);
  });

  it('keeps the longest question', async () => {
    const partition = `5${'e'.repeat(63)}`;
    const index = vectorizeIndex(double.binding, undefined, WINDOW_MS);
    const question = '漢'.repeat(2_000);
    await index.add(entryAt(0, { partition, question }));
    double.settle();
    expect((await index.nearest(partition, vectorAt(0), 1))[0]?.question).toBe(question);
  });
});
