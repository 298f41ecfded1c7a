/** History in SQLite: the default, beside the disk tier. */
import type { DatabaseSync } from 'node:sqlite';
import { openSqlite, versionOf } from '../disk/sqlite.ts';
import type { HistoryStore, Popular, SessionVisit } from './history.ts';

/** Each runs once, in order. */
const MIGRATIONS = [
  `CREATE TABLE prompt (
     key TEXT PRIMARY KEY, tenant TEXT NOT NULL, namespace TEXT NOT NULL, model TEXT NOT NULL,
     path TEXT NOT NULL, question TEXT NOT NULL, body TEXT NOT NULL
   ) STRICT;
   CREATE TABLE visit (
     id INTEGER PRIMARY KEY, key TEXT NOT NULL, at INTEGER NOT NULL, session TEXT NOT NULL, source TEXT NOT NULL,
     prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL, first_ms REAL NOT NULL, total_ms REAL NOT NULL
   ) STRICT;
   CREATE INDEX visit_at ON visit (at, key);
   CREATE INDEX visit_key ON visit (key);
   CREATE INDEX visit_session ON visit (session, at) WHERE session <> '';`,
  `ALTER TABLE prompt ADD COLUMN ttl INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE prompt ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';`,
];

const PROMPT = 'p.key, p.tenant, p.namespace, p.model, p.path, p.question, p.body, p.ttl, p.tags';

const POPULAR = `
  SELECT ${PROMPT},
    count(*) AS visits, max(v.at) AS lastAt, coalesce(avg(nullif(v.total_ms, 0)), 0) AS costMs
  FROM visit v JOIN prompt p ON p.key = v.key`;

export function openSqliteHistory(folder: string): HistoryStore {
  const db = openSqlite(folder, 'history.sqlite', migrate, 'set aside');
  const addPrompt = db.prepare(`
    INSERT INTO prompt (key, tenant, namespace, model, path, question, body, ttl, tags) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET ttl = excluded.ttl, tags = excluded.tags`);
  const addVisit = db.prepare(`
    INSERT INTO visit (key, at, session, source, prompt_tokens, completion_tokens, first_ms, total_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const popular = db.prepare(`${POPULAR}
    WHERE v.at >= :since AND (:tenant IS NULL OR p.tenant = :tenant) AND (:model IS NULL OR p.model = :model)
      AND (:length IS NULL OR (v.at - :from) % 86400000 < :length)
    GROUP BY p.key ORDER BY visits * (1 + costMs) DESC, lastAt DESC LIMIT :limit`);
  const sessions = db.prepare(`
    SELECT v.session, v.at, ${PROMPT} FROM visit v JOIN prompt p ON p.key = v.key
    WHERE v.session <> '' AND v.at >= :since ORDER BY v.at DESC, v.id DESC LIMIT :limit`);

  return {
    async write(entries) {
      db.exec('BEGIN IMMEDIATE');
      try {
        for (const { prompt: p, visit: v } of entries) {
          addPrompt.run(p.key, p.tenant, p.namespace, p.model, p.path, p.question, p.body, p.ttl, p.tags);
          addVisit.run(v.key, v.at, v.session, v.source, v.promptTokens, v.completionTokens, v.firstMs, v.totalMs);
        }
        db.exec('COMMIT');
      } catch (error) {
        db.exec('ROLLBACK');
        throw error;
      }
    },
    async popular({ tenant = null, model = null, since, limit, daily }) {
      const { from = 0, length = null } = daily ?? {};
      return popular.all({ tenant, model, since, limit, from, length }) as unknown as Popular[];
    },
    async sessions(since, limit) {
      return (sessions.all({ since, limit }) as unknown as SessionVisit[]).reverse();
    },
    async prune(before) {
      db.prepare('DELETE FROM visit WHERE at < ?').run(before);
      db.exec('DELETE FROM prompt WHERE NOT EXISTS (SELECT 1 FROM visit WHERE visit.key = prompt.key)');
    },
    async close() {
      db.close();
    },
  };
}

function migrate(db: DatabaseSync): void {
  const done = versionOf(db);
  for (const [index, sql] of MIGRATIONS.entries())
    if (index >= done) db.exec(`${sql} PRAGMA user_version = ${index + 1};`);
}
