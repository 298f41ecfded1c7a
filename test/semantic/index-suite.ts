/** What every vector index must do. A new index registers here with three lines. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { IndexEntry, VectorIndex } from '../../src/semantic/vector-index.ts';

let counter = 0;
const hex = (): string => (++counter * 0x9e3779b1).toString(16).slice(-8).padStart(64, '0');
/** Partitions begin with different digits, as hashes do. */
const somePartition = (): string =>
  `${(counter * 2_654_435_761).toString(16).slice(-8).padStart(8, '0')}${hex().slice(8)}`;

export const DIMENSIONS = 128;

/** A unit vector at this angle from the first axis, in radians. */
export function vectorAt(angle: number): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  vector[0] = Math.cos(angle);
  vector[1] = Math.sin(angle);
  return vector;
}

export function entryAt(angle: number, over: Partial<IndexEntry> = {}): IndexEntry {
  const now = Date.now();
  return {
    key: hex(),
    partition: 'f'.repeat(64),
    tenant: 'acme',
    namespace: '',
    model: 'm:latest',
    tags: [],
    vector: vectorAt(angle),
    question: 'Why?',
    addedAt: now,
    expiresAt: now + 3_600_000,
    ...over,
  };
}

export interface IndexTraits {
  /** Waits until what was written is found: for an index that is eventually consistent. */
  readonly settled: () => Promise<void>;
}

export function describeIndex(name: string, create: () => VectorIndex, { settled }: IndexTraits): void {
  describe(`the ${name} index`, () => {
    let index: VectorIndex;
    let partition: string;
    const nearest = (angle: number, count = 5, where = partition) => index.nearest(where, vectorAt(angle), count);
    const keys = (found: readonly { readonly key: string }[]) => found.map(({ key }) => key);
    async function added(...entries: IndexEntry[]): Promise<void> {
      await Promise.all(entries.map((entry) => index.add(entry)));
      await settled();
    }
    beforeEach(() => {
      index = create();
      partition = somePartition();
    });

    it('has its name, and nothing in a partition that nobody has used', async () => {
      expect(index.name).toBe(name);
      expect(await nearest(0)).toEqual([]);
    });

    it('gives the nearest first, with what was stored and their cosine', async () => {
      const entries = [1.2, 0.1, 0.6].map((angle) => entryAt(angle, { partition, question: `at ${angle}, naïve 🦙?` }));
      await added(...entries);
      const found = await nearest(0);
      expect(found.map(({ question }) => question)).toEqual([0.1, 0.6, 1.2].map((angle) => `at ${angle}, naïve 🦙?`));
      for (const [at, angle] of [0.1, 0.6, 1.2].entries()) expect(found[at]?.cosine).toBeCloseTo(Math.cos(angle), 1);
      expect(found[0]).toMatchObject({ key: entries[1]?.key, addedAt: entries[1]?.addedAt });
    });

    it('gives no more than it is asked for, those that are nearest', async () => {
      const entries = Array.from({ length: 30 }, (_, at) => entryAt(at / 20, { partition }));
      await added(...[...entries].reverse());
      expect(keys(await nearest(0, 4))).toEqual(keys(entries.slice(0, 4)));
    });

    it('never looks into another partition', async () => {
      const other = somePartition();
      const mine = entryAt(1, { partition });
      await added(mine, entryAt(0, { partition: other }));
      expect(keys(await nearest(0))).toEqual([mine.key]);
      expect(await nearest(0, 5, somePartition())).toEqual([]);
    });

    it('replaces by key', async () => {
      const entry = entryAt(0, { partition });
      await added(entry);
      await added({ ...entry, vector: vectorAt(1), question: 'again' });
      const found = await nearest(1);
      expect(keys(found)).toEqual([entry.key]);
      expect(found[0]).toMatchObject({ question: 'again', cosine: expect.closeTo(1, 1) });
    });

    it('finds nothing that has expired, and no less for it', async () => {
      const gone = entryAt(0, { partition, expiresAt: Date.now() - 1 });
      const present = entryAt(0.5, { partition });
      await added(gone, present);
      expect(keys(await nearest(0, 1))).toEqual([present.key]);
    });

    it.each([true, false])('removes by key, known partition: %s', async (known) => {
      const [one, other] = [entryAt(0, { partition }), entryAt(0.1, { partition })];
      await added(one, other);
      await index.remove([one.key, hex()], known ? partition : undefined);
      await settled();
      expect(keys(await nearest(0))).toEqual([other.key]);
    });

    it('removes what a purge covers, and nothing else', async () => {
      const own = { partition, tenant: `t-${partition.slice(0, 8)}` };
      const entries = {
        kept: entryAt(0, own),
        model: entryAt(0.1, { ...own, model: 'other:latest' }),
        tagged: entryAt(0.2, { ...own, tags: ['faq', 'b"c'] }),
        namespaced: entryAt(0.3, { ...own, namespace: 'n' }),
        young: entryAt(0.4, { ...own, tags: ['faq'], addedAt: Date.now() + 60_000 }),
      };
      await added(...Object.values(entries));
      const before = Date.now() + 1_000;
      const { tenant } = own;
      const purge = (selector: object) => index.purge({ selector: { tenant, ...selector }, before });
      expect(await purge({ model: 'other:latest' })).toBe(1);
      expect(await purge({ tag: 'faq' })).toBe(1);
      expect(await purge({ namespace: 'n', model: 'm:latest' })).toBe(1);
      expect(await purge({ key: hex() })).toBe(0);
      await settled();
      expect(keys(await nearest(0))).toEqual([entries.kept.key, entries.young.key]);
      expect(await purge({})).toBe(1);
      await settled();
      expect(keys(await nearest(0))).toEqual([entries.young.key]);
    });
  });
}
