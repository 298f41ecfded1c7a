/** One Ollama over kept-alive connections. It sets no time limits: a cold model takes as long as it takes to load. */
import { Pool } from 'undici';

const CONNECTIONS = 50;
const KEEP_ALIVE_MS = 600_000;

export interface OllamaResponse {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | undefined;
  readonly body: AsyncIterable<Uint8Array> & { text(): Promise<string> };
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
    connect: { timeout: 5_000, keepAlive: true },
  });
  return {
    url: base.origin,
    async request(method, path, body, signal, headers) {
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
    close: () => pool.destroy(),
  };
}
