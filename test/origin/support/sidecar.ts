/** A sidecar of a test's own, with the edge's side of the contract. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, type Dispatcher, request } from 'undici';
import { loadConfig } from '../../../origin/src/config.ts';
import { type Sidecar, startSidecar } from '../../../origin/src/sidecar.ts';

export const SECRET = '0123456789abcdef';

export interface Answered {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly text: string;
}

export interface TestSidecar extends Sidecar {
  /** Asks as the edge does. */
  ask(path: string, body: object, headers?: Record<string, string>, signal?: AbortSignal): Promise<Answered>;
  /** The same, without reading the body. */
  open(
    path: string,
    body: object,
    headers?: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<Dispatcher.ResponseData>;
  get(path: string): Promise<Answered>;
  readonly folder: string;
}

let keys = 0;
/** A key of its own: 64 hex digits. */
export const freshKey = () => (keys++).toString(16).padStart(64, 'a');

export async function startTestSidecar(
  ollamas: readonly string[],
  env: Record<string, string> = {},
): Promise<TestSidecar> {
  const folder = env.STATE_DIR ?? mkdtempSync(join(tmpdir(), 'sidecar-'));
  const loaded = loadConfig({
    ORIGIN_PORT: '0',
    ORIGIN_SECRET: SECRET,
    OLLAMA_URL: ollamas.join(','),
    STATE_DIR: folder,
    ...env,
  });
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  const sidecar = await startSidecar(loaded.config);
  const agent = new Agent({ connections: 2000, headersTimeout: 0, bodyTimeout: 0 });
  const open = (path: string, body: object, headers: Record<string, string> = {}, signal?: AbortSignal) =>
    request(`${sidecar.url}${path}`, {
      method: 'POST',
      headers: { 'x-edge-secret': SECRET, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      dispatcher: agent,
      ...(signal && { signal }),
    });
  const read = async ({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<Answered> => ({
    status: statusCode,
    headers: headers as Record<string, string>,
    text: await body.text(),
  });
  const end = async (how: () => Promise<void>) => {
    await how();
    await agent.destroy();
    if (env.STATE_DIR === undefined) rmSync(folder, { recursive: true, force: true });
  };
  return {
    ...sidecar,
    folder,
    open,
    ask: async (...args) => read(await open(...args)),
    get: async (path) =>
      read(await request(`${sidecar.url}${path}`, { headers: { 'x-edge-secret': SECRET }, dispatcher: agent })),
    drain: () => end(sidecar.drain),
    close: () => end(sidecar.close),
  };
}

export const chat = (content: string, of: object = {}) => ({
  model: 'm',
  messages: [{ role: 'user', content }],
  ...of,
});

/** The words of an NDJSON answer. */
export function wordsOf(text: string): string {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { message?: { content: string }; response?: string; error?: string })
    .map(({ message, response, error }) => message?.content ?? response ?? (error ? `[${error}]` : ''))
    .join('');
}
