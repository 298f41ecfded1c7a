/** The experiment's Durable Object: adds up what all isolates have counted. One an experiment and its settings. */
import { DurableObject } from 'cloudflare:workers';
import type { Collected } from './recorder.ts';
import type { Counts, Tally } from './tally.ts';

export class ExperimentObject extends DurableObject {
  private readonly sql: SqlStorage;

  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    this.sql = state.storage.sql;
    this.sql.exec(`CREATE TABLE IF NOT EXISTS tally (arm TEXT, bucket INTEGER, requests INTEGER NOT NULL, hits INTEGER NOT NULL,
      errors INTEGER NOT NULL, log_ms REAL NOT NULL, checked INTEGER NOT NULL, wrong INTEGER NOT NULL,
      since INTEGER NOT NULL, PRIMARY KEY (arm, bucket))`);
  }

  add(counts: Counts): void {
    for (const [arm, buckets] of Object.entries(counts))
      for (const [bucket, { requests, hits, errors, logMs, checked, wrong }] of Object.entries(buckets))
        this.sql.exec(
          `INSERT INTO tally VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET requests = requests + excluded.requests,
           hits = hits + excluded.hits, errors = errors + excluded.errors, log_ms = log_ms + excluded.log_ms,
           checked = checked + excluded.checked, wrong = wrong + excluded.wrong`,
          ...[arm, Number(bucket), requests, hits, errors, logMs, checked, wrong, Date.now()],
        );
  }

  collected(): Collected {
    const counts: Record<string, Record<number, Tally>> = {};
    let since: number | undefined;
    for (const row of this.sql.exec('SELECT * FROM tally')) {
      counts[String(row.arm)] ??= {};
      const buckets = counts[String(row.arm)] as Record<number, Tally>;
      buckets[Number(row.bucket)] = {
        requests: Number(row.requests),
        hits: Number(row.hits),
        errors: Number(row.errors),
        logMs: Number(row.log_ms),
        checked: Number(row.checked),
        wrong: Number(row.wrong),
      };
      since = Math.min(since ?? Number(row.since), Number(row.since));
    }
    return { counts, since };
  }
}
