/**
 * Vectorize as the index: for more questions than the local one holds. Eventually consistent: a new entry is found some seconds later.
 * It needs metadata indexes on `partition` (string) and `expiresAt` (number) that are made before the first entry; docs/semantic.md
 * has the commands. It deletes by id alone, so the local index's objects keep a ledger of what lies in it.
 *
 * Limits: https://developers.cloudflare.com/vectorize/platform/limits/
 */
import type { Shards } from './local-index.ts';
import type { IndexEntry, Neighbour, VectorIndex } from './vector-index.ts';

/** Most results of a query that returns metadata. */
const MOST_RESULTS = 20;
/** Most vectors of one upsert from a Worker. */
const MOST_UPSERTED = 1_000;
const MOST_DELETED = 100;
/** How long an isolate collects entries for one upsert: each is a mutation that the index has to work through. */
const WINDOW_MS = 500;

/**
 * @param ledger undefined: entries that expire or are purged are not found any more, but stay where they are
 * @param windowMs how long entries are collected for one upsert
 */
export function vectorizeIndex(vectorize: Vectorize, ledger: Shards | undefined, windowMs = WINDOW_MS): VectorIndex {
  let collected: IndexEntry[] = [];

  async function upsert(): Promise<void> {
    const batch = collected;
    collected = [];
    for (let from = 0; from < batch.length; from += MOST_UPSERTED) {
      const entries = batch.slice(from, from + MOST_UPSERTED);
      // In the ledger first: what is in the index is always in it.
      await ledger?.add(entries.map((entry) => ({ ...entry, question: '', vector: new Float32Array(0) })));
      await vectorize.upsert(entries.map(vectorOf));
    }
  }

  return {
    name: 'vectorize',
    async nearest(partition, vector, count) {
      const now = Date.now();
      const { matches } = await vectorize.query(vector, {
        topK: Math.min(count, MOST_RESULTS),
        returnMetadata: 'all',
        filter: { partition, expiresAt: { $gt: now } },
      });
      return matches.flatMap((match) => neighbourOf(match, partition, now) ?? []);
    },
    async add(entry) {
      collected.push(entry);
      // Whoever wakes first sends what all have brought; the others then find nothing to send.
      if (collected.length < MOST_UPSERTED) await new Promise((resume) => setTimeout(resume, windowMs));
      await upsert();
    },
    async remove(keys, partition) {
      collected = collected.filter(({ key }) => !keys.includes(key));
      await deleteVectors(vectorize, keys);
      await ledger?.remove(keys, partition);
    },
    async purge(purge) {
      const keys = (await ledger?.purge(purge)) ?? [];
      await deleteVectors(vectorize, keys);
      return keys.length;
    },
  };
}

/** The key, 64 characters, is just as long as an id may be. */
function vectorOf({ key, partition, question, addedAt, expiresAt, vector }: IndexEntry): VectorizeVector {
  return { id: key, values: vector, metadata: { partition, question, addedAt, expiresAt } };
}

/** Undefined for what the filter should have kept out. */
function neighbourOf({ id, score, metadata }: VectorizeMatch, partition: string, now: number): Neighbour | undefined {
  const { question, addedAt, expiresAt } = metadata ?? {};
  if (metadata?.partition !== partition || typeof question !== 'string') return undefined;
  if (typeof addedAt !== 'number' || typeof expiresAt !== 'number' || expiresAt <= now) return undefined;
  return { key: id, question, cosine: score, addedAt };
}

/** Those that are not there are no error. May reject. */
export async function deleteVectors(vectorize: Vectorize, ids: readonly string[]): Promise<void> {
  for (let from = 0; from < ids.length; from += MOST_DELETED)
    await vectorize.deleteByIds(ids.slice(from, from + MOST_DELETED));
}
