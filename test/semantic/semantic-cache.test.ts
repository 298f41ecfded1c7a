/** The semantic cache: what it finds, and that no fault of its parts is more than a miss. */
import { describe, expect, it } from 'vitest';
import { staticTable } from '../../scripts/semantic/static-table.ts';
import { cosine, type Embedder } from '../../src/semantic/embedder.ts';
import { openGates } from '../../src/semantic/gate.ts';
import type { GuardName } from '../../src/semantic/guards/guard.ts';
import { receipts } from '../../src/semantic/receipt.ts';
import { semanticCache } from '../../src/semantic/semantic-cache.ts';
import { staticEmbedder } from '../../src/semantic/static/static-embedder.ts';
import type { IndexEntry, VectorIndex } from '../../src/semantic/vector-index.ts';

const table = staticTable();
const own = staticEmbedder(table);
const PLACE = { partition: 'a'.repeat(64), kind: 'question' } as const;

/** Exact, in this process. */
function plainIndex(): VectorIndex {
  const entries = new Map<string, IndexEntry>();
  return {
    name: 'local',
    async nearest(partition, vector, count) {
      const mine = [...entries.values()].filter((entry) => entry.partition === partition);
      const near = mine.map((entry) => ({ ...entry, cosine: cosine(vector, entry.vector) }));
      return near.sort((a, b) => b.cosine - a.cosine).slice(0, count);
    },
    async add(entry) {
      entries.set(entry.key, entry);
    },
    async remove(keys) {
      for (const key of keys) entries.delete(key);
    },
    async purge() {
      const { size } = entries;
      entries.clear();
      return size;
    },
  };
}

type Chaos = { readonly kind: 'failing' } | { readonly kind: 'slow'; readonly ms: number };

/** Faults around a real part: every one of its calls fails, or is slow. */
function chaotic<Part extends object>(part: Part, chaos: Chaos): Part {
  return new Proxy(part, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...given: unknown[]) => {
        if (chaos.kind === 'failing') throw new Error('chaos');
        await new Promise((resume) => setTimeout(resume, chaos.ms));
        return member.apply(target, given);
      };
    },
  });
}

interface Given {
  readonly embedder?: Embedder;
  readonly index?: VectorIndex;
  readonly without?: ReadonlySet<GuardName>;
}

function cacheOf({ embedder = own, index = plainIndex(), without = new Set() }: Given = {}) {
  const failures: string[] = [];
  const cache = semanticCache({
    embedder,
    index,
    gates: openGates(),
    receipts: receipts('secret'),
    comparison: { isWord: (word) => table.rows.has(word), vector: own.vector },
    without,
    timeoutMs: 30,
    failed: (operation, reason) => failures.push(`${operation}: ${reason}`),
  });
  const remember = (key: string, question: string) =>
    cache.remember(
      { ...PLACE, question },
      { key, tenant: 't', namespace: '', model: 'm', tags: [], addedAt: 1, expiresAt: Number.MAX_SAFE_INTEGER },
    );
  const search = (question: string, threshold = 0.85) => cache.search({ ...PLACE, question }, threshold);
  return { cache, failures, remember, search };
}

describe('a search', () => {
  it('gives what asks the same, the nearest first', async () => {
    const { remember, search } = cacheOf();
    await remember('k1', 'What is the way to reset my router?');
    await remember('k2', 'How do I reset my router?');
    await remember('k3', 'How do I sell my router?');
    const found = await search('how do I reset my router');
    expect(found).toMatchObject({ kind: 'searched', matches: [{ key: 'k2', similarity: 1 }, { key: 'k1' }] });
  });

  it('names the guard that refused the nearest, where nothing is left', async () => {
    const { remember, search } = cacheOf();
    await remember('k1', 'How many moons does Mars have in 2024?');
    const found = await search('How many moons does Mars have in 2025?', 0.5);
    expect(found).toMatchObject({ kind: 'searched', matches: [], refused: { by: 'numbers' } });
  });

  it('does not ask a guard that is left out', async () => {
    const { remember, search } = cacheOf({ without: new Set(['numbers']) });
    await remember('k1', 'How many moons does Mars have in 2024?');
    expect(await search('How many moons does Mars have in 2025?', 0.5)).not.toMatchObject({
      refused: { by: 'numbers' },
    });
  });

  it('does not find what was forgotten or purged', async () => {
    const { cache, remember, search } = cacheOf();
    await remember('k1', 'How do I reset my router?');
    await cache.forget(['k1']);
    expect(await search('how do I reset my router')).toMatchObject({ matches: [] });
    await remember('k1', 'How do I reset my router?');
    expect(await cache.purge({ selector: {}, before: 2 })).toBe(1);
    expect(await search('how do I reset my router')).toMatchObject({ matches: [] });
  });
});

describe('a part that fails', () => {
  const FAULTS: readonly Chaos[] = [{ kind: 'failing' }, { kind: 'slow', ms: 2_000 }];
  it.each(FAULTS)('the embedder, $kind: a miss within the time limit, and nothing thrown', async (chaos) => {
    const { search, failures } = cacheOf({ embedder: chaotic(own, chaos) });
    const startedAt = performance.now();
    expect(await search('how do I reset my router')).toMatchObject({ kind: 'failed' });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    expect(failures).toEqual([expect.stringMatching(/^search: (chaos|no answer within 30 ms)$/)]);
  });

  it.each(FAULTS)('the index, $kind: the same', async (chaos) => {
    const { search, failures } = cacheOf({ index: chaotic(plainIndex(), chaos) });
    const startedAt = performance.now();
    expect(await search('how do I reset my router')).toMatchObject({ kind: 'failed' });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    expect(failures).toHaveLength(1);
  });

  it('while it is written to: told of, and nothing else', async () => {
    const { cache, remember, failures } = cacheOf({ index: chaotic(plainIndex(), { kind: 'failing' }) });
    await remember('k1', 'How do I reset my router?');
    await cache.forget(['k1']);
    expect(await cache.purge({ selector: {}, before: 1 })).toBeUndefined();
    expect(failures).toEqual(['remember: chaos', 'forget: chaos', 'purge: chaos']);
  });

  it('an embedder whose vectors have another length: a miss, and nothing remembered', async () => {
    const broken: Embedder = { ...own, embed: async () => [new Float32Array(3)] };
    const { remember, search, failures } = cacheOf({ embedder: broken });
    await remember('k1', 'How do I reset my router?');
    expect(await search('how do I reset my router')).toMatchObject({ kind: 'failed' });
    expect(failures).toEqual([expect.stringMatching(/128 dimensions/), expect.stringMatching(/128 dimensions/)]);
  });
});
