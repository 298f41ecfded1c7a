/**
 * The limits' Durable Object, one a tenant: exact buckets, since every isolate takes from the same ones. Buckets live in memory:
 * an object is only put away after seconds without a call, and by then they are full again. The day's tokens are in its database.
 */
import { DurableObject } from 'cloudflare:workers';
import type { Take, Taken } from './authority.ts';
import { type Bucket, burstOf, fullBucket, lend, refill, secondsToOne } from './bucket.ts';

const DAYS_KEPT = 40;

export class LimitObject extends DurableObject {
  private readonly sql: SqlStorage;
  private generations: Bucket | undefined;
  private requests: Bucket | undefined;

  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    this.sql = state.storage.sql;
    this.sql.exec('CREATE TABLE IF NOT EXISTS spent (day TEXT PRIMARY KEY, tokens INTEGER NOT NULL)');
  }

  take({ want, rate }: Take): Taken {
    this.generations ??= fullBucket(rate, Date.now());
    const bucket = this.generations;
    refill(bucket, rate, Date.now());
    const granted = lend(bucket, want, rate);
    return { granted, left: Math.floor(bucket.tokens), retryAfter: secondsToOne(bucket, rate) };
  }

  /** What has passed has passed: the bucket may go below empty, at most by a burst, and is then refilled from there. */
  settle(requests: number, rate: number): number {
    this.requests ??= fullBucket(rate, Date.now());
    const bucket = this.requests;
    refill(bucket, rate, Date.now());
    bucket.tokens = Math.max(-burstOf(rate), bucket.tokens - requests);
    return bucket.tokens;
  }

  spend(tokens: number): number {
    const day = new Date().toISOString().slice(0, 10);
    if (tokens > 0) {
      const added = this.sql.exec(
        'INSERT INTO spent VALUES (?, ?) ON CONFLICT DO UPDATE SET tokens = tokens + excluded.tokens',
        day,
        Math.ceil(tokens),
      );
      if (added.rowsWritten > 0)
        this.sql.exec('DELETE FROM spent WHERE day < ?', new Date(Date.now() - DAYS_KEPT * 86_400_000).toISOString());
    }
    return Number(this.sql.exec('SELECT tokens FROM spent WHERE day = ?', day).toArray()[0]?.tokens ?? 0);
  }
}
