/** History in SQLite: the default, beside the disk tier. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { HistoryStore, Popular } from './history.ts';

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
];

const POPULAR = `
  SELECT p.key, p.tenant, p.namespace, p.model, p.path, p.question, p.body,
    count(*) AS visits, max(v.at) AS lastAt, coalesce(avg(nullif(v.total_ms, 0)), 0) AS costMs
  FROM visit v JOIN prompt p ON p.key = v.key`;

export function openSqliteHistory(folder: string): HistoryStore {
  mkdirSync(folder, { recursive: true });
  const db = new DatabaseSync(join(folder, 'history.sqlite'), { timeout: 2_000 });
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
  migrate(db);
  const addPrompt = db.prepare(`
    INSERT INTO prompt (key, tenant, namespace, model, path, question, body) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (key) DO NOTHING`);
  const addVisit = db.prepare(`
    INSERT INTO visit (key, at, session, source, prompt_tokens, completion_tokens, first_ms, total_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  const popular = db.prepare(`${POPULAR}
    WHERE v.at >= :since AND (:tenant IS NULL OR p.tenant = :tenant) AND (:model IS NULL OR p.model = :model)
    GROUP BY p.key ORDER BY visits * (1 + costMs) DESC, lastAt DESC LIMIT :limit`);
  const following = db.prepare(`${POPULAR}
    WHERE v.id IN (
      SELECT (SELECT n.id FROM visit n WHERE n.session = a.session AND n.at > a.at ORDER BY n.at LIMIT 1)
      FROM visit a WHERE a.key = :key AND a.session <> '')
    GROUP BY p.key ORDER BY visits DESC, lastAt DESC LIMIT :limit`);

  return {
    async write(entries) {
      db.exec('BEGIN IMMEDIATE');
      try {
        for (const { prompt: p, visit: v } of entries) {
          addPrompt.run(p.key, p.tenant, p.namespace, p.model, p.path, p.question, p.body);
          addVisit.run(v.key, v.at, v.session, v.source, v.promptTokens, v.completionTokens, v.firstMs, v.totalMs);
        }
        db.exec('COMMIT');
      } catch (error) {
        db.exec('ROLLBACK');
        throw error;
      }
    },
    async popular({ tenant = null, model = null, since, limit }) {
      return popular.all({ tenant, model, since, limit }) as unknown as Popular[];
    },
    async following(key, limit) {
      return following.all({ key, limit }) as unknown as Popular[];
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
  const { user_version: done } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  for (const [index, sql] of MIGRATIONS.entries())
    if (index >= done) db.exec(`BEGIN; ${sql} PRAGMA user_version = ${index + 1}; COMMIT;`);
}
