/**
 * Where the local index keeps its rows: a SQLite-backed Durable Object with exact search. For Vectorize, which deletes by id alone,
 * it is the ledger of what lies there: rows without a vector, by which entries are found that have expired or were purged.
 *
 * Vectors rest in SQLite as 8-bit integers and are searched in memory, a partition at a time, so that a query reads no rows.
 */
import { DurableObject } from 'cloudflare:workers';
import type { Purge } from '../exchange/purge.ts';
import { type Packed, packed } from './packed.ts';
import { quantise } from './quantised.ts';
import type { IndexEntry, Neighbour } from './vector-index.ts';
import { deleteVectors } from './vectorize-index.ts';

/** Partitions kept in memory, least recently used out first. */
const MAX_LOADED = 2_000;
/** Rows kept in memory, of all of them together and so of each; a row takes about half a KB. Of a larger partition the newest are found. */
const MAX_ROWS = 40_000;
const SWEEP_MS = 3_600_000;
/** Rows that one sweep takes of the ledger: a Worker may call out a thousand times at most. */
const SWEPT = 20_000;

type StoredRow = {
  key: string;
  question: string;
  added_at: number;
  expires_at: number;
  scale: number;
  codes: ArrayBuffer;
};

export class SemanticIndexObject extends DurableObject {
  private readonly loaded = new Map<string, Packed>();

  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    state.storage.sql.exec(`
      CREATE TABLE IF NOT EXISTS entries (
        key TEXT PRIMARY KEY, partition TEXT NOT NULL, tenant TEXT NOT NULL, namespace TEXT NOT NULL, model TEXT NOT NULL,
        tags TEXT NOT NULL, question TEXT NOT NULL, added_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
        scale REAL NOT NULL, codes BLOB NOT NULL
      ) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS entries_partition ON entries (partition);
      CREATE INDEX IF NOT EXISTS entries_expiry ON entries (expires_at);`);
  }

  nearest(partition: string, vector: Float32Array, count: number): Neighbour[] {
    return this.loadedOf(partition, vector.length).nearest(vector, count, Date.now());
  }

  async add(entries: readonly IndexEntry[]): Promise<void> {
    for (const entry of entries) {
      const { key, partition, question, addedAt, expiresAt } = entry;
      const vector = quantise(entry.vector);
      this.ctx.storage.sql.exec(
        `INSERT OR REPLACE INTO entries
           (key, partition, tenant, namespace, model, tags, question, added_at, expires_at, scale, codes)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        key,
        partition,
        entry.tenant,
        entry.namespace,
        entry.model,
        JSON.stringify(entry.tags),
        question,
        addedAt,
        expiresAt,
        vector.scale,
        vector.codes.buffer as ArrayBuffer,
      );
      this.loaded.get(partition)?.set({ key, question, addedAt, expiresAt, vector });
    }
    this.trim();
    await this.sweepLater();
  }

  remove(keys: readonly string[]): void {
    for (const key of keys) this.drop('key = ?', key);
  }

  /** @returns the keys that were removed */
  purge({ selector: { key, tenant, namespace, model, tag }, before }: Purge): string[] {
    const conditions: [string, string | number][] = [['added_at < ?', before]];
    if (key !== undefined) conditions.push(['key = ?', key]);
    if (tenant !== undefined) conditions.push(['tenant = ?', tenant]);
    if (namespace !== undefined) conditions.push(['namespace = ?', namespace]);
    if (model !== undefined) conditions.push(['model = ?', model]);
    if (tag !== undefined) conditions.push(['EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)', tag]);
    return this.drop(conditions.map(([sql]) => sql).join(' AND '), ...conditions.map(([, value]) => value));
  }

  /** Sweeps what has expired. */
  override async alarm(): Promise<void> {
    const { sql } = this.ctx.storage;
    const now = Date.now();
    const inVectorize = sql
      .exec<{ key: string }>('SELECT key FROM entries WHERE expires_at <= ? AND length(codes) = 0 LIMIT ?', now, SWEPT)
      .toArray()
      .map(({ key }) => key);
    // One that fails is told of by the platform, and the alarm comes again.
    if (this.env.VECTORIZE !== undefined) await deleteVectors(this.env.VECTORIZE, inVectorize);
    for (const key of inVectorize) this.drop('key = ?', key);
    this.drop('expires_at <= ? AND length(codes) > 0', now);
    await this.sweepLater();
  }

  private async sweepLater(): Promise<void> {
    const [any] = this.ctx.storage.sql.exec('SELECT 1 FROM entries LIMIT 1').toArray();
    if (any !== undefined && (await this.ctx.storage.getAlarm()) === null)
      await this.ctx.storage.setAlarm(Date.now() + SWEEP_MS);
  }

  private drop(condition: string, ...values: (string | number)[]): string[] {
    const gone = this.ctx.storage.sql
      .exec<{ key: string; partition: string }>(
        `DELETE FROM entries WHERE ${condition} RETURNING key, partition`,
        ...values,
      )
      .toArray();
    for (const { key, partition } of gone) this.loaded.get(partition)?.delete(key);
    return gone.map(({ key }) => key);
  }

  private loadedOf(partition: string, dimensions: number): Packed {
    let rows = this.loaded.get(partition);
    if (rows === undefined) {
      rows = packed(dimensions, MAX_ROWS);
      const stored = this.ctx.storage.sql.exec<StoredRow>(
        `SELECT key, question, added_at, expires_at, scale, codes FROM entries WHERE partition = ?
           ORDER BY added_at LIMIT -1 OFFSET max(0, (SELECT count(*) FROM entries WHERE partition = ?) - ?)`,
        partition,
        partition,
        MAX_ROWS,
      );
      for (const { key, question, added_at: addedAt, expires_at: expiresAt, scale, codes } of stored)
        rows.set({ key, question, addedAt, expiresAt, vector: { scale, codes: new Int8Array(codes) } });
    } else {
      this.loaded.delete(partition);
    }
    this.loaded.set(partition, rows);
    this.trim();
    return rows;
  }

  /** Lets go of the partitions that were not asked for the longest. */
  private trim(): void {
    let total = 0;
    for (const { size } of this.loaded.values()) total += size;
    for (const [partition, { size }] of this.loaded) {
      if (this.loaded.size <= MAX_LOADED && total <= MAX_ROWS) return;
      this.loaded.delete(partition);
      total -= size;
    }
  }
}
