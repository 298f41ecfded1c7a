/** One Ollama over kept-alive connections. It sets no time limits: a cold model takes as long as it takes to load. */
import { Pool } from 'undici';
import { followLoad } from '../pools/load-follower.ts';
import type { PoolStats } from '../pools/pool-stats.ts';

const CONNECTIONS = 50;
const KEEP_ALIVE_MS = 600_000;
const CONNECT_MS = 5_000;
/** Connections are kept ready for the load that there was; looked at this often. */
const WARM_EVERY_MS = 30_000;
const FEWEST_READY = 2;

export interface OllamaResponse {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | undefined;
  readonly body: AsyncIterable<Uint8Array> & { text(): Promise<string>; bytes(): Promise<Uint8Array> };
}

export interface Ollama {
  /** Without credentials or path. */
  readonly url: string;
  /** Rejects when the connection fails or the signal aborts. The body must be read to its end, or aborted. */
  request(
    method: 'GET' | 'HEAD' | 'POST',
    path: string,
    body?: string,
    signal?: AbortSignal,
    headers?: Readonly<Record<string, string>>,
  ): Promise<OllamaResponse>;
  stats(): PoolStats;
  close(): Promise<void>;
}

export function connectOllama(url: string): Ollama {
  const base = new URL(url);
  const prefix = base.pathname.replace(/\/+$/, '');
  const pool = new Pool(base.origin, {
    connections: CONNECTIONS,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: CONNECT_MS, keepAlive: true },
  });
  const load = followLoad(FEWEST_READY, CONNECTIONS);
  let requests = 0;
  let hits = 0;

  async function touch(): Promise<void> {
    const response = await pool.request({
      method: 'HEAD',
      path: `${prefix}/`,
      signal: AbortSignal.timeout(CONNECT_MS),
    });
    await response.body.dump();
  }

  /** As many requests at once as connections are missing open just those. */
  function warm(): void {
    const missing = load.next() - pool.stats.free;
    if (missing > 0) void Promise.allSettled(Array.from({ length: missing + pool.stats.free }, touch));
  }
  const timer = setInterval(warm, WARM_EVERY_MS);
  timer.unref();
  warm();

  return {
    url: base.origin,
    async request(method, path, body, signal, headers) {
      requests += 1;
      if (pool.stats.free > 0) hits += 1;
      load.saw(pool.stats.running + 1);
      const response = await pool.request({
        method,
        path: `${prefix}${path}`,
        headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body }),
        ...(signal && { signal }),
      });
      const header = (name: string) => {
        const value = response.headers[name];
        return Array.isArray(value) ? value[0] : value;
      };
      return {
        status: response.statusCode,
        contentType: header('content-type') ?? 'application/octet-stream',
        retryAfter: header('retry-after'),
        body: response.body,
      };
    },
    stats() {
      const { connected, free, running, queued, pending } = pool.stats;
      return {
        name: `ollama ${base.host}`,
        max: CONNECTIONS,
        target: load.target,
        connected,
        idle: free,
        busy: running,
        waiting: queued + pending,
        requests,
        hits,
      };
    },
    async close() {
      clearInterval(timer);
      await pool.destroy();
    },
  };
}
