/**
 * Where the local index keeps its rows: a SQLite-backed Durable Object with exact search.
 *
 * Vectors rest in SQLite as 8-bit integers and are searched in memory, a partition at a time, so that a query reads no rows.
 */
import { DurableObject } from 'cloudflare:workers';
import type { IndexEntry, Neighbour } from './vector-index.ts';

/** Partitions kept in memory, least recently used out first. */
const MAX_LOADED = 2_000;
const SWEEP_MS = 3_600_000;

interface Row {
  readonly key: string;
  readonly question: string;
  readonly addedAt: number;
  readonly expiresAt: number;
  readonly vector: Quantised;
}

type StoredRow = {
  key: string;
  question: string;
  added_at: number;
  expires_at: number;
  scale: number;
  codes: ArrayBuffer;
};

type Loaded = Map<string, Row>;

export class SemanticIndexObject extends DurableObject {
  private readonly loaded = new Map<string, Loaded>();

  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    state.storage.sql.exec(`
      CREATE TABLE IF NOT EXISTS entries (
        key TEXT PRIMARY KEY, partition TEXT NOT NULL, tenant TEXT NOT NULL,
        question TEXT NOT NULL, added_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, scale REAL NOT NULL, codes BLOB NOT NULL
      ) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS entries_partition ON entries (partition);
      CREATE INDEX IF NOT EXISTS entries_expiry ON entries (expires_at);`);
  }

  nearest(partition: string, vector: Float32Array, count: number): Neighbour[] {
    const now = Date.now();
    const query = quantise(vector);
    const best: Neighbour[] = [];
    for (const row of this.rows(partition).values()) {
      if (row.expiresAt <= now) continue;
      const cosine = cosineOf(query, row.vector);
      const worst = best.at(-1);
      if (best.length === count && worst !== undefined && cosine <= worst.cosine) continue;
      const at = best.findIndex((other) => cosine > other.cosine);
      best.splice(at < 0 ? best.length : at, 0, { key: row.key, question: row.question, cosine, addedAt: row.addedAt });
      if (best.length > count) best.pop();
    }
    return best;
  }

  async add(entry: IndexEntry): Promise<void> {
    const { key, partition, tenant, question, addedAt, expiresAt } = entry;
    const vector = quantise(entry.vector);
    this.ctx.storage.sql.exec(
      `INSERT OR REPLACE INTO entries (key, partition, tenant, question, added_at, expires_at, scale, codes)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      key,
      partition,
      tenant,
      question,
      addedAt,
      expiresAt,
      vector.scale,
      vector.codes.buffer as ArrayBuffer,
    );
    this.loaded.get(partition)?.set(key, { key, question, addedAt, expiresAt, vector });
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + SWEEP_MS);
  }

  remove(keys: readonly string[]): void {
    for (const key of keys) {
      const gone = this.ctx.storage.sql.exec<{ partition: string }>(
        'DELETE FROM entries WHERE key = ? RETURNING partition',
        key,
      );
      for (const { partition } of gone) this.loaded.get(partition)?.delete(key);
    }
  }

  /** Sweeps what has expired. */
  override async alarm(): Promise<void> {
    this.ctx.storage.sql.exec('DELETE FROM entries WHERE expires_at <= ?', Date.now());
    this.loaded.clear();
    const [left] = this.ctx.storage.sql.exec<{ count: number }>('SELECT count(*) AS count FROM entries').toArray();
    if ((left?.count ?? 0) > 0) await this.ctx.storage.setAlarm(Date.now() + SWEEP_MS);
  }

  private rows(partition: string): Loaded {
    let rows = this.loaded.get(partition);
    if (rows === undefined) {
      rows = new Map();
      const stored = this.ctx.storage.sql.exec<StoredRow>(
        'SELECT key, question, added_at, expires_at, scale, codes FROM entries WHERE partition = ?',
        partition,
      );
      for (const { key, question, added_at: addedAt, expires_at: expiresAt, scale, codes } of stored)
        rows.set(key, { key, question, addedAt, expiresAt, vector: { scale, codes: new Int8Array(codes) } });
      if (this.loaded.size >= MAX_LOADED) this.loaded.delete(this.loaded.keys().next().value as string);
    } else {
      this.loaded.delete(partition);
    }
    this.loaded.set(partition, rows);
    return rows;
  }
}

/** A vector in 8 bits a component: `codes × scale` is within half a `scale` of it. */
interface Quantised {
  readonly scale: number;
  readonly codes: Int8Array;
}

function quantise(vector: Float32Array): Quantised {
  let largest = 0;
  for (const component of vector) largest = Math.max(largest, Math.abs(component));
  const scale = largest / 127 || 1;
  const codes = new Int8Array(vector.length);
  for (let at = 0; at < vector.length; at++) codes[at] = Math.round((vector[at] as number) / scale);
  return { scale, codes };
}

function cosineOf(a: Quantised, b: Quantised): number {
  let sum = 0;
  const [left, right] = [a.codes, b.codes];
  for (let at = 0; at < left.length; at++) sum += (left[at] as number) * (right[at] as number);
  return sum * a.scale * b.scale;
}
