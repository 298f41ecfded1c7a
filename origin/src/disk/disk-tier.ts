/**
 * The disk tier: every complete answer, in SQLite with a write-ahead log. What `put` has returned from survives a kill at any
 * moment; bounded in bytes, least recently used first out.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Exchange } from '../../../src/exchange/exchange.ts';
import type { Purge } from '../../../src/exchange/purge.ts';
import { decodeExchange, encodeExchange } from '../../../src/tiers/stored.ts';

export interface StoredExchange {
  /** The stored form; see `src/tiers/stored.ts`. */
  readonly bytes: Uint8Array;
  readonly digest: string;
  /** Milliseconds since the epoch. */
  readonly storedAt: number;
  readonly freshUntil: number;
}

export interface DiskStats {
  readonly entries: number;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly hits: number;
  readonly misses: number;
  readonly evicted: number;
}

export interface DiskTier {
  get(key: string): StoredExchange | undefined;
  put(exchange: Exchange): Promise<void>;
  delete(key: string): void;
  /** @returns how many are gone */
  purge(purge: Purge): number;
  stats(): DiskStats;
  close(): void;
}

const SCHEMA_VERSION = 1;
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS exchange (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    tenant TEXT NOT NULL,
    namespace TEXT NOT NULL,
    model TEXT NOT NULL,
    digest TEXT NOT NULL,
    tags TEXT NOT NULL,
    stored_at INTEGER NOT NULL,
    fresh_until INTEGER NOT NULL,
    keep_until INTEGER NOT NULL,
    used_at INTEGER NOT NULL,
    size INTEGER NOT NULL,
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS exchange_used ON exchange (used_at, size);
  CREATE INDEX IF NOT EXISTS exchange_kept ON exchange (keep_until);
`;
/** A row's cost beside its bytes. */
const ROW_BYTES = 256;
/** When full, so much is freed at once (part of the bound). */
const EVICT_PART = 0.02;
/** Uses are written together: losing the last few only makes the order of eviction a little wrong. */
const TOUCH_MS = 2_000;
const EXPIRE_MS = 60_000;

/**
 * @param folder made if it is missing
 * @param maxBytes bound on the stored bytes
 * @param now milliseconds since the epoch
 */
export function openDiskTier(folder: string, maxBytes: number, now: () => number = Date.now): DiskTier {
  const db = openDatabase(folder);
  const select = db.prepare('SELECT bytes, digest, stored_at, fresh_until, keep_until FROM exchange WHERE key = ?');
  const upsert = db.prepare(`
    INSERT INTO exchange (key, tenant, namespace, model, digest, tags, stored_at, fresh_until, keep_until, used_at, size, bytes)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET digest = excluded.digest, tags = excluded.tags, stored_at = excluded.stored_at,
      fresh_until = excluded.fresh_until, keep_until = excluded.keep_until, used_at = excluded.used_at,
      size = excluded.size, bytes = excluded.bytes`);
  const touch = db.prepare('UPDATE exchange SET used_at = ? WHERE key = ?');
  const remove = db.prepare('DELETE FROM exchange WHERE key = ? RETURNING size');
  const oldest = db.prepare('SELECT id, size FROM exchange ORDER BY used_at LIMIT 64');
  const removeId = db.prepare('DELETE FROM exchange WHERE id = ?');
  const expire = db.prepare('DELETE FROM exchange WHERE keep_until <= ? RETURNING size');
  const total = db.prepare('SELECT count(*) AS entries, coalesce(sum(size), 0) AS bytes FROM exchange');

  const touched = new Map<string, number>();
  let { entries, bytes } = total.get() as { entries: number; bytes: number };
  let closed = false;
  let hits = 0;
  let misses = 0;
  let evicted = 0;

  function forget(size: number): void {
    entries -= 1;
    bytes -= size;
  }

  function transaction(act: () => void): void {
    db.exec('BEGIN IMMEDIATE');
    try {
      act();
      db.exec('COMMIT');
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  }

  function writeTouches(): void {
    if (touched.size === 0) return;
    const all = [...touched];
    touched.clear();
    transaction(() => {
      for (const [key, at] of all) touch.run(at, key);
    });
  }

  function removeExpired(): void {
    for (const { size } of expire.all(now()) as { size: number }[]) forget(size);
  }

  /** Makes room for `size` more bytes. */
  function evict(size: number): void {
    if (bytes + size <= maxBytes) return;
    writeTouches();
    removeExpired();
    const goal = Math.max(0, maxBytes - size - Math.floor(maxBytes * EVICT_PART));
    transaction(() => {
      while (bytes > goal && entries > 0)
        for (const row of oldest.all() as { id: number; size: number }[]) {
          if (bytes <= goal) break;
          removeId.run(row.id);
          forget(row.size);
          evicted += 1;
        }
    });
    db.exec('PRAGMA incremental_vacuum');
  }

  const timers = [setInterval(writeTouches, TOUCH_MS), setInterval(removeExpired, EXPIRE_MS)];
  for (const timer of timers) timer.unref();
  removeExpired();

  return {
    get(key) {
      const row = select.get(key) as Row | undefined;
      if (row === undefined || row.keep_until <= now()) {
        misses += 1;
        return undefined;
      }
      hits += 1;
      touched.set(key, now());
      return { bytes: row.bytes, digest: row.digest, storedAt: row.stored_at, freshUntil: row.fresh_until };
    },
    async put(exchange) {
      const encoded = await encodeExchange(exchange);
      const size = encoded.byteLength + ROW_BYTES;
      if (closed || size > maxBytes) return;
      const { key, tenant, namespace, model, digest, storedAt, freshUntil, keepUntil } = exchange;
      const before = remove.get(key) as { size: number } | undefined;
      if (before !== undefined) forget(before.size);
      evict(size);
      const tags = JSON.stringify(exchange.tags);
      upsert.run(key, tenant, namespace, model, digest, tags, storedAt, freshUntil, keepUntil, now(), size, encoded);
      entries += 1;
      bytes += size;
    },
    delete(key) {
      touched.delete(key);
      const row = remove.get(key) as { size: number } | undefined;
      if (row !== undefined) forget(row.size);
    },
    purge({ selector: { key, tenant, namespace, model, tag }, before }) {
      const conditions = ['stored_at < ?'];
      const values: (string | number)[] = [before];
      for (const [column, value] of Object.entries({ key, tenant, namespace, model }))
        if (value !== undefined) {
          conditions.push(`${column} = ?`);
          values.push(value);
        }
      if (tag !== undefined) {
        conditions.push('EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)');
        values.push(tag);
      }
      const sql = `DELETE FROM exchange WHERE ${conditions.join(' AND ')} RETURNING size`;
      const gone = db.prepare(sql).all(...values) as { size: number }[];
      for (const { size } of gone) forget(size);
      return gone.length;
    },
    stats: () => ({ entries, bytes, maxBytes, hits, misses, evicted }),
    close() {
      closed = true;
      for (const timer of timers) clearInterval(timer);
      writeTouches();
      db.close();
    },
  };
}

interface Row {
  readonly bytes: Uint8Array;
  readonly digest: string;
  readonly stored_at: number;
  readonly fresh_until: number;
  readonly keep_until: number;
}

function openDatabase(folder: string): DatabaseSync {
  mkdirSync(folder, { recursive: true });
  const db = new DatabaseSync(join(folder, 'exchanges.sqlite'), { timeout: 2_000 });
  db.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  db.exec('PRAGMA journal_size_limit = 16777216; PRAGMA cache_size = -8192;');
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  // A cache of another version's making is worth less than the code that would convert it.
  if (version !== 0 && version !== SCHEMA_VERSION) db.exec('DROP TABLE IF EXISTS exchange');
  db.exec(SCHEMA);
  db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  return db;
}

/** The exchange itself, for those who do not take it as it is stored; undefined if it cannot be read. */
export function readStored(stored: StoredExchange): Promise<Exchange | undefined> {
  return decodeExchange(stored.bytes);
}
