/**
 * Records what a real Ollama answers, exchange by exchange, as the golden transcripts that the dialects are held to.
 *
 *     node scripts/record-golden.ts http://127.0.0.1:21434 --plain tiny --tools tiny-tools --thinking tiny-think \
 *       --embedding all-minilm [--only v1-chat/] [--break 'kill -9 <pid of the runner>'] [--out test/golden/ollama]
 *
 * `--break` is a shell command that kills the model's runner: without it the failures in mid-stream are not recorded.
 */
import { exec } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { catalogCases } from './golden/catalog-cases.ts';
import { chatCases } from './golden/chat-cases.ts';
import { embedCases, generateCases } from './golden/generate-cases.ts';
import type { GoldenCase, GoldenModels } from './golden/golden-case.ts';
import { chatCompletionCases, completionCases, embeddingCases } from './golden/openai-cases.ts';
import { messagesCases, responsesCases } from './golden/responses-cases.ts';

/** The answer's bytes: NDJSON is kept as `lines`, SSE as `events`, each without its line ends, the rest as `body`. */
type Content =
  | { readonly body: string }
  | { readonly lines: readonly string[] }
  | { readonly events: readonly string[] };

/** What was said on the wire. */
type Recorded = Content & {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The connection was cut before the answer's end. */
  readonly aborted?: true;
};

/** An answer that is not streamed has no first chunk to wait for before the runner is killed. */
const UNSTREAMED_BREAK_MS = 300;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    plain: { type: 'string', default: 'tiny' },
    tools: { type: 'string', default: 'tiny-tools' },
    thinking: { type: 'string', default: 'tiny-think' },
    embedding: { type: 'string', default: 'all-minilm' },
    only: { type: 'string', default: '' },
    break: { type: 'string' },
    out: { type: 'string', default: join(import.meta.dirname, '../test/golden/ollama') },
  },
});

const [base] = positionals;
if (base === undefined) {
  console.error('usage: node scripts/record-golden.ts <base URL> [--plain MODEL] [--tools MODEL] …');
  process.exit(2);
}

const models: GoldenModels = values;
const cases = [
  ...chatCases(models),
  ...generateCases(models),
  ...embedCases(models),
  ...chatCompletionCases(models),
  ...completionCases(models),
  ...responsesCases(models),
  ...messagesCases(models),
  ...embeddingCases(models),
  ...catalogCases(models),
]
  .filter(({ name, breaks }) => name.startsWith(values.only) && (breaks === undefined || values.break !== undefined))
  // The runner's death comes last: what follows it would wait for a new one.
  .toSorted((a, b) => Number(a.breaks ?? false) - Number(b.breaks ?? false));

/** Kept open, so that `Connection: close` in an answer is the server's own word. */
const agent = new Agent({ keepAlive: true });

for (const golden of cases) {
  const response = await record(base, golden);
  const file = join(values.out, `${golden.name}.json`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify({ request: described(golden), response }, null, 2)}\n`);
  console.log(`${response.status} ${golden.name}${response.aborted ? ' (aborted)' : ''}`);
}
agent.destroy();

/** The request as it is kept: its meaning, with `text` in place of `body` where the bytes themselves are the point. */
function described(golden: GoldenCase): object {
  const { method = 'POST', path, headers = {}, body, text, encoding } = golden;
  const coding = encoding === undefined ? {} : { 'content-encoding': encoding };
  return { method, path, headers: { ...contentType(golden), ...headers, ...coding }, body, text };
}

function contentType(golden: GoldenCase): Readonly<Record<string, string>> {
  return golden.body === undefined && golden.text === undefined ? {} : { 'content-type': 'application/json' };
}

/** The bytes that are sent. */
function payload(golden: GoldenCase): Buffer | undefined {
  if (golden.body === undefined && golden.text === undefined) return undefined;
  const plain = Buffer.from(golden.text ?? JSON.stringify(golden.body));
  if (golden.encoding === 'gzip') return gzipSync(plain);
  return golden.encoding === 'zstd' ? zstdCompressSync(plain) : plain;
}

/** Sends one request and keeps all that comes back, also when the connection is cut before the end. */
async function record(baseUrl: string, golden: GoldenCase): Promise<Recorded> {
  if (golden.breaks) await load(baseUrl, golden);
  const { method = 'POST', headers, encoding } = golden;
  const coding = encoding === undefined ? {} : { 'content-encoding': encoding };
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(golden.path, baseUrl), {
      method,
      agent,
      headers: { ...contentType(golden), ...headers, ...coding },
      timeout: 60_000,
    });
    outgoing.on('error', reject);
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${golden.name}: silent for a minute`)));
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      const settle = (aborted: boolean): void => {
        clearTimeout(unstreamed);
        const { date: _, ...kept } = incoming.headers as Record<string, string>;
        const cut = aborted ? { aborted: true as const } : {};
        const text = Buffer.concat(chunks).toString();
        resolve({
          status: incoming.statusCode ?? 0,
          headers: kept,
          ...cut,
          ...framed(kept['content-type'] ?? '', text),
        });
      };
      incoming.on('data', (chunk: Buffer) => {
        if (golden.breaks && chunks.length === 0) void breakRunner();
        chunks.push(chunk);
      });
      incoming.on('end', () => settle(false));
      incoming.on('error', () => settle(true));
    });
    outgoing.end(payload(golden));
    const unstreamed = golden.breaks && globalThis.setTimeout(breakRunner, UNSTREAMED_BREAK_MS);
  });
}

/**
 * Loads the model of a case, so that the failure falls into its generation and not into its loading. The runner that
 * the case before it killed may still be noticed missing, hence the few tries.
 */
async function load(baseUrl: string, { body }: GoldenCase): Promise<void> {
  const { model } = body as { readonly model: string };
  for (let tries = 0; tries < 5; tries++) {
    await setTimeout(UNSTREAMED_BREAK_MS);
    const loaded = await fetch(new URL('/api/generate', baseUrl), { method: 'POST', body: JSON.stringify({ model }) });
    await loaded.body?.cancel();
    if (loaded.ok) return;
  }
}

async function breakRunner(): Promise<void> {
  if (values.break !== undefined) await promisify(exec)(values.break).catch(() => undefined);
}

/** Takes a stream apart where its framing is whole; anything else is kept as one text. */
function framed(contentType: string, text: string): Content {
  if (contentType.startsWith('application/x-ndjson') && text.endsWith('\n')) {
    return { lines: text.slice(0, -1).split('\n') };
  }
  if (contentType.startsWith('text/event-stream') && text.endsWith('\n\n')) {
    return { events: text.slice(0, -2).split('\n\n') };
  }
  return { body: text };
}
