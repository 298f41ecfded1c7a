/** History in PostgreSQL, for several sidecars together; reports go to a read replica where there is one. */
import type { Postgres } from '../pools/postgres.ts';
import type { HistoryStore, Popular, SessionVisit } from './history.ts';

/** Each runs once, in order. */
const MIGRATIONS = [
  `CREATE TABLE prompt (
     key text PRIMARY KEY, tenant text NOT NULL, namespace text NOT NULL, model text NOT NULL,
     path text NOT NULL, question text NOT NULL, body text NOT NULL
   );
   CREATE TABLE visit (
     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL, at bigint NOT NULL, session text NOT NULL,
     source text NOT NULL, prompt_tokens integer NOT NULL, completion_tokens integer NOT NULL,
     first_ms real NOT NULL, total_ms real NOT NULL
   );
   CREATE INDEX visit_at ON visit USING brin (at);
   CREATE INDEX visit_key ON visit (key, at);
   CREATE INDEX visit_session ON visit (session, at) WHERE session <> '';`,
  `ALTER TABLE prompt ADD COLUMN ttl integer NOT NULL DEFAULT 0;
   ALTER TABLE prompt ADD COLUMN tags text NOT NULL DEFAULT '[]';`,
];
const PROMPT = 'p.key, p.tenant, p.namespace, p.model, p.path, p.question, p.body, p.ttl, p.tags';
/** Any number, but the same in every sidecar. */
const MIGRATION_LOCK = 7_164_002;

const POPULAR = `
  SELECT ${PROMPT}, count(*)::int AS visits,
    max(v.at)::float8 AS "lastAt", coalesce(avg(nullif(v.total_ms, 0)), 0)::float8 AS "costMs"
  FROM visit v JOIN prompt p ON p.key = v.key`;

const WRITE_PROMPTS = `
  INSERT INTO prompt (key, tenant, namespace, model, path, question, body, ttl, tags)
  SELECT DISTINCT ON (key) key, tenant, namespace, model, path, question, body, ttl, tags
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int[], $9::text[])
    WITH ORDINALITY AS given (key, tenant, namespace, model, path, question, body, ttl, tags, place)
  ORDER BY key, place DESC
  ON CONFLICT (key) DO UPDATE SET ttl = excluded.ttl, tags = excluded.tags`;
const WRITE_VISITS = `
  INSERT INTO visit (key, at, session, source, prompt_tokens, completion_tokens, first_ms, total_ms)
  SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::int[], $6::int[], $7::real[], $8::real[])`;
const READ_POPULAR = `${POPULAR}
  WHERE v.at >= $1 AND ($2::text IS NULL OR p.tenant = $2) AND ($3::text IS NULL OR p.model = $3)
    AND ($6::bigint IS NULL OR (v.at - $5::bigint) % 86400000 < $6::bigint)
  GROUP BY p.key ORDER BY count(*) * (1 + coalesce(avg(nullif(v.total_ms, 0)), 0)) DESC, max(v.at) DESC LIMIT $4`;
const READ_SESSIONS = `
  SELECT v.session, v.at::float8 AS at, ${PROMPT} FROM visit v JOIN prompt p ON p.key = v.key
  WHERE v.session <> '' AND v.at >= $1 ORDER BY v.at DESC, v.id DESC LIMIT $2`;

/** PostgreSQL's text holds no NUL. */
const clean = (text: string) => text.replaceAll('\0', '\ufffd');

/** Usable at once; the first write brings the schema up to date. */
export function postgresHistory(primary: Postgres, replica: Postgres = primary): HistoryStore {
  let migrated: Promise<void> | undefined;
  const ready = () => {
    migrated ??= migrate(primary).catch((error: unknown) => {
      migrated = undefined;
      throw error;
    });
    return migrated;
  };

  return {
    async write(entries) {
      await ready();
      const prompts = entries.map(({ prompt }) => prompt);
      const texts = (name: Exclude<keyof (typeof prompts)[number], 'ttl'>) =>
        prompts.map((prompt) => clean(prompt[name]));
      await primary.query('history-prompts', WRITE_PROMPTS, [
        texts('key'),
        texts('tenant'),
        texts('namespace'),
        texts('model'),
        texts('path'),
        texts('question'),
        texts('body'),
        prompts.map(({ ttl }) => ttl),
        texts('tags'),
      ]);
      const visits = entries.map(({ visit }) => visit);
      await primary.query('history-visits', WRITE_VISITS, [
        visits.map(({ key }) => key),
        visits.map(({ at }) => at),
        visits.map(({ session }) => clean(session)),
        visits.map(({ source }) => source),
        visits.map(({ promptTokens }) => promptTokens),
        visits.map(({ completionTokens }) => completionTokens),
        visits.map(({ firstMs }) => firstMs),
        visits.map(({ totalMs }) => totalMs),
      ]);
    },
    async popular({ tenant = null, model = null, since, limit, daily }) {
      await ready();
      const { from = 0, length = null } = daily ?? {};
      return replica.query<Popular>('history-popular', READ_POPULAR, [since, tenant, model, limit, from, length]);
    },
    async sessions(since, limit) {
      await ready();
      const last = await replica.query<SessionVisit>('history-sessions', READ_SESSIONS, [since, limit]);
      return [...last].reverse();
    },
    async prune(before) {
      await ready();
      await primary.query('history-prune', 'DELETE FROM visit WHERE at < $1', [before]);
      await primary.query(
        'history-prune-prompts',
        'DELETE FROM prompt WHERE NOT EXISTS (SELECT 1 FROM visit WHERE visit.key = prompt.key)',
        [],
      );
    },
    async close() {
      await primary.close();
      if (replica !== primary) await replica.close();
    },
  };
}

/** Several sidecars may start at once: one migrates, the others wait and find it done. */
function migrate(postgres: Postgres): Promise<void> {
  return postgres.withClient(async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    try {
      await client.query('CREATE TABLE IF NOT EXISTS history_migration (version integer PRIMARY KEY)');
      const { rows } = await client.query<{ done: number }>(
        'SELECT coalesce(max(version), 0) AS done FROM history_migration',
      );
      const done = rows[0]?.done ?? 0;
      for (const [index, sql] of MIGRATIONS.entries())
        if (index >= done)
          await client.query(`BEGIN; ${sql} INSERT INTO history_migration VALUES (${index + 1}); COMMIT;`);
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    }
  });
}
