/**
 * The disk tier: every complete answer, in SQLite with a write-ahead log. What `put` has returned from survives a kill at any
 * moment; bounded in bytes, least recently used first out. Several sidecars may share one folder: what one has stored the
 * others serve, what one purges is gone for all.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Exchange } from '../../../src/exchange/exchange.ts';
import type { Purge } from '../../../src/exchange/purge.ts';
import { decodeExchange, encodeExchange } from '../../../src/tiers/stored.ts';
import { openSqlite, versionOf } from './sqlite.ts';

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
  /** Until when the answer is fresh (ms since the epoch); 0 where there is none. Counts as no use of it. */
  freshUntil(key: string): number;
  put(exchange: Exchange): Promise<void>;
  delete(key: string): void;
  /** @returns how many are gone */
  purge(purge: Purge): number;
  stats(): DiskStats;
  close(): void;
}

const SCHEMA_VERSION = 2;
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
  CREATE TABLE IF NOT EXISTS total (id INTEGER PRIMARY KEY, entries INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT;
  INSERT OR IGNORE INTO total VALUES (1, 0, 0);
  CREATE TRIGGER IF NOT EXISTS exchange_added AFTER INSERT ON exchange
    BEGIN UPDATE total SET entries = entries + 1, bytes = bytes + new.size; END;
  CREATE TRIGGER IF NOT EXISTS exchange_changed AFTER UPDATE OF size ON exchange
    BEGIN UPDATE total SET bytes = bytes + new.size - old.size; END;
  CREATE TRIGGER IF NOT EXISTS exchange_removed AFTER DELETE ON exchange
    BEGIN UPDATE total SET entries = entries - 1, bytes = bytes - old.size; END;
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
  const db = openSqlite(folder, 'exchanges.sqlite', prepare, 'drop');
  db.exec('PRAGMA journal_size_limit = 16777216; PRAGMA cache_size = -8192;');
  const select = db.prepare('SELECT bytes, digest, stored_at, fresh_until, keep_until FROM exchange WHERE key = ?');
  const lookAt = db.prepare('SELECT fresh_until FROM exchange WHERE key = ?');
  const upsert = db.prepare(`
    INSERT INTO exchange (key, tenant, namespace, model, digest, tags, stored_at, fresh_until, keep_until, used_at, size, bytes)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET digest = excluded.digest, tags = excluded.tags, stored_at = excluded.stored_at,
      fresh_until = excluded.fresh_until, keep_until = excluded.keep_until, used_at = excluded.used_at,
      size = excluded.size, bytes = excluded.bytes`);
  const touch = db.prepare('UPDATE exchange SET used_at = ? WHERE key = ?');
  const remove = db.prepare('DELETE FROM exchange WHERE key = ?');
  const oldest = db.prepare('SELECT id, size FROM exchange ORDER BY used_at LIMIT 64');
  const removeId = db.prepare('DELETE FROM exchange WHERE id = ?');
  const expire = db.prepare('DELETE FROM exchange WHERE keep_until <= ?');
  const total = db.prepare('SELECT entries, bytes FROM total');

  const touched = new Map<string, number>();
  let closed = false;
  let hits = 0;
  let misses = 0;
  let evicted = 0;

  const totals = () => total.get() as { entries: number; bytes: number };

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

  function touchAll(): void {
    for (const [key, at] of touched) touch.run(at, key);
    touched.clear();
  }

  function writeTouches(): void {
    if (touched.size > 0) transaction(touchAll);
  }

  const removeExpired = () => void expire.run(now());

  /** Within a transaction: brings the stored bytes back under their bound. */
  function evict(): void {
    if (totals().bytes <= maxBytes) return;
    touchAll();
    removeExpired();
    let { bytes } = totals();
    const goal = maxBytes - Math.floor(maxBytes * EVICT_PART);
    while (bytes > goal)
      for (const { id, size } of oldest.all() as { id: number; size: number }[]) {
        if (bytes <= goal) break;
        removeId.run(id);
        bytes -= size;
        evicted += 1;
      }
  }

  /** Nobody waits for it, and it comes again: a disk that is full or locked costs nothing but the order of eviction. */
  const quietly = (act: () => void) => () => {
    try {
      act();
    } catch {}
  };
  const timers = [setInterval(quietly(writeTouches), TOUCH_MS), setInterval(quietly(removeExpired), EXPIRE_MS)];
  for (const timer of timers) timer.unref();
  quietly(removeExpired)();

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
    freshUntil: (key) => (lookAt.get(key) as { fresh_until: number } | undefined)?.fresh_until ?? 0,
    async put(exchange) {
      const encoded = await encodeExchange(exchange);
      const size = encoded.byteLength + ROW_BYTES;
      if (closed || size > maxBytes) return;
      const { key, tenant, namespace, model, digest, storedAt, freshUntil, keepUntil } = exchange;
      const tags = JSON.stringify(exchange.tags);
      const evictedBefore = evicted;
      transaction(() => {
        upsert.run(key, tenant, namespace, model, digest, tags, storedAt, freshUntil, keepUntil, now(), size, encoded);
        evict();
      });
      if (evicted > evictedBefore) db.exec('PRAGMA incremental_vacuum');
    },
    delete(key) {
      touched.delete(key);
      remove.run(key);
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
      const sql = `DELETE FROM exchange WHERE ${conditions.join(' AND ')}`;
      return Number(db.prepare(sql).run(...values).changes);
    },
    stats: () => ({ ...totals(), maxBytes, hits, misses, evicted }),
    close() {
      closed = true;
      for (const timer of timers) clearInterval(timer);
      quietly(writeTouches)();
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

function prepare(db: DatabaseSync): void {
  // A cache of another version's making is worth less than the code that would convert it.
  if (versionOf(db) !== SCHEMA_VERSION) db.exec('DROP TABLE IF EXISTS exchange; DROP TABLE IF EXISTS total;');
  db.exec(`${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION};`);
}

/** The exchange itself, for those who do not take it as it is stored; undefined if it cannot be read. */
export function readStored(stored: StoredExchange): Promise<Exchange | undefined> {
  return decodeExchange(stored.bytes);
}
