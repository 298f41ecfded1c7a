/**
 * StatsObject: a shard of the statistics, kept in SQLite. There are a few of them (STATS_SHARDS), so that none is a hot spot; an
 * isolate always hands on to the one of its data centre. The first of them is the hub: it holds the sockets of those who watch,
 * and asks the others once a second while there are any and something happens.
 */
import { DurableObject } from 'cloudflare:workers';
import { type Config, loadConfig } from '../config.ts';
import type { Batch } from './collector.ts';
import { readingOf } from './reading.ts';
import { reportOf } from './report.ts';
import { createShard, type Shard } from './shard.ts';
import { hubOf, type OwnShard, readShards, type StatsBindings } from './shards.ts';
import { createTicker, type Ticker } from './ticker.ts';

const PERSIST_MS = 1_000;
/** Shards that were still for so long wake the hub when something happens again. */
const STILL_MS = 5_000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS slot (level INTEGER, at INTEGER, body TEXT NOT NULL, PRIMARY KEY (level, at)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
`;

export class StatsObject extends DurableObject<StatsBindings> {
  readonly #shard: Shard;
  readonly #ticker: Ticker;
  #persisting = false;
  #addedAt = 0;

  constructor(context: DurableObjectState, env: StatsBindings) {
    super(context, env);
    const { sql } = context.storage;
    sql.exec(SCHEMA);
    const since = this.#note('since') ?? this.#keepNote('since', Date.now());
    const rows = sql.exec<{ level: number; at: number; body: string }>('SELECT level, at, body FROM slot').toArray();
    const slots = rows.map(({ level, at, body }) => ({ level, at, tally: JSON.parse(body) }));
    this.#shard = createShard({ since: since as number, recent: (this.#note('recent') ?? []) as [], slots });

    const config = settingsOf(env);
    this.#ticker = createTicker({
      read: async (from) =>
        env.STATS === undefined
          ? readingOf([this.#shard.read(from)], 'isolate', 0)
          : readShards(env.STATS, config.STATS_SHARDS, from, this.#own()),
      report: (reading) => reportOf(reading, config, Date.now()),
      watchers: () => context.getWebSockets(),
      wakeAt: (time) => context.storage.setAlarm(time),
    });
  }

  /** @param batch what an isolate counted: a `Batch` in JSON, which keeps the shape that the platform's own copies lose */
  async add(batch: string): Promise<void> {
    this.#shard.add(JSON.parse(batch) as Batch);
    this.#persistSoon();
    const wasStill = Date.now() - this.#addedAt > STILL_MS;
    this.#addedAt = Date.now();
    if (wasStill)
      this.ctx.waitUntil(
        hubOf(this.env.STATS)
          ?.wake()
          .catch(() => undefined) ?? Promise.resolve(),
      );
  }

  /**
   * @param since milliseconds since the epoch: points that end after it
   * @returns a `ShardReading` in JSON
   */
  read(since: number): string {
    return JSON.stringify(this.#shard.read(since));
  }

  /** Something happens again: whoever watches is told. */
  async wake(): Promise<void> {
    await this.#ticker.wake();
  }

  /** A WebSocket of someone who watches; who may, was decided before. */
  override async fetch(): Promise<Response> {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    await this.#ticker.greet(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  override async alarm(): Promise<void> {
    await this.#ticker.tick();
  }

  /** Nothing is expected of who watches but that it goes. */
  override webSocketMessage(): void {}

  override webSocketClose(socket: WebSocket, code: number): void {
    socket.close(code === 1006 ? 1001 : code);
  }

  /** A shard does not ask itself from outside. */
  #own(): OwnShard {
    return { id: this.ctx.id, read: (since) => this.#shard.read(since) };
  }

  /** Writing is put off for a second: however many isolates there are, a slot is written once. */
  #persistSoon(): void {
    if (this.#persisting) return;
    this.#persisting = true;
    setTimeout(() => {
      this.#persisting = false;
      this.#persist();
    }, PERSIST_MS);
  }

  #persist(): void {
    const { sql } = this.ctx.storage;
    this.ctx.storage.transactionSync(() => {
      for (const { level, at, tally } of this.#shard.changes())
        if (tally === undefined) sql.exec('DELETE FROM slot WHERE level = ? AND at = ?', level, at);
        else
          sql.exec('INSERT OR REPLACE INTO slot (level, at, body) VALUES (?, ?, ?)', level, at, JSON.stringify(tally));
      this.#keepNote('recent', this.#shard.recent);
    });
  }

  #note(name: string): unknown {
    const [row] = this.ctx.storage.sql.exec<{ body: string }>('SELECT body FROM note WHERE name = ?', name).toArray();
    return row === undefined ? undefined : JSON.parse(row.body);
  }

  #keepNote<T>(name: string, value: T): T {
    this.ctx.storage.sql.exec('INSERT OR REPLACE INTO note (name, body) VALUES (?, ?)', name, JSON.stringify(value));
    return value;
  }
}

/** A Worker with a wrong setting serves nothing, and counts nothing: the defaults do. */
function settingsOf(env: StatsBindings): Config {
  const loaded = loadConfig(env as unknown as Record<string, unknown>);
  if (loaded.ok) return loaded.config;
  const defaults = loadConfig({});
  if (defaults.ok) return defaults.config;
  throw new Error('the settings have defaults');
}
