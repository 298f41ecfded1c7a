/** The project's nginx.conf in a real nginx, before real sidecars. */
import { once } from 'node:events';
import http2 from 'node:http2';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Nginx, startNginx } from '../../support/nginx.ts';
import { type ScriptedOllama, startScriptedOllama } from '../support/scripted-ollama.ts';
import { chat, SECRET, startTestSidecar, type TestSidecar } from '../support/sidecar.ts';

const MANY_MODELS = ['m:latest', ...Array.from({ length: 100 }, (_, index) => `model-number-${index}:latest`)];
const agent = new Agent({ connections: 500, headersTimeout: 0, bodyTimeout: 0 });

const HALF = { OLLAMA_NUM_PARALLEL: '2' };

let ollama: ScriptedOllama;
let one: TestSidecar;
let other: TestSidecar;
let nginx: Nginx;
beforeAll(async () => {
  ollama = await startScriptedOllama(MANY_MODELS);
  // Two that know nothing of each other: each has half of what Ollama takes.
  [one, other] = [await startTestSidecar([ollama.url], HALF), await startTestSidecar([ollama.url], HALF)];
  nginx = await startNginx([new URL(one.url).host, new URL(other.url).host]);
}, 30_000);
afterEach(() => {
  ollama.script = {};
});
afterAll(async () => {
  await nginx.stop();
  await Promise.all([one.close(), other.close(), agent.destroy()]);
  await ollama.close();
});

let clients = 0;
/** As the edge asks for a client of its own. */
const asEdge = (client = `client-${clients++}`) => ({
  'x-edge-secret': SECRET,
  'x-edge-tenant': 'public',
  'x-edge-client': client,
  'content-type': 'application/json',
});

async function ask(path: string, body: object | undefined, headers: Record<string, string>, url = nginx.url) {
  const response = await request(`${url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers,
    dispatcher: agent,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return {
    status: response.statusCode,
    headers: response.headers,
    body: Buffer.from(await response.body.arrayBuffer()),
  };
}

/** When each piece of an answer came, ms from the first. */
async function arrivals(body: AsyncIterable<Uint8Array>): Promise<{ times: number[]; text: string }> {
  const times: number[] = [];
  let text = '';
  for await (const piece of body) {
    times.push(performance.now());
    text += Buffer.from(piece).toString();
  }
  return { times: times.map((time) => time - (times[0] ?? 0)), text };
}

describe('streams', () => {
  it.each([
    ['/api/chat', chat('x')],
    ['/v1/chat/completions', chat('x', { stream: true })],
    ['/v1/messages', chat('x', { stream: true, max_tokens: 50 })],
  ])('%s comes as it is written, and uncompressed', async (path, body) => {
    ollama.script = { gapMs: 60, words: 12 };
    const response = await request(`${nginx.url}${path}`, {
      method: 'POST',
      headers: { ...asEdge(), 'accept-encoding': 'gzip' },
      body: JSON.stringify(body),
      dispatcher: agent,
    });
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-encoding']).toBeUndefined();
    const { times } = await arrivals(response.body);
    expect(times.length).toBeGreaterThan(8);
    expect(times.at(-1)).toBeGreaterThan(400);
  });

  it('ends at Ollama when its client leaves', async () => {
    ollama.script = { gapMs: 50, words: 200 };
    const before = ollama.cancelled;
    const leaves = new AbortController();
    const response = await request(`${nginx.url}/api/chat`, {
      method: 'POST',
      headers: asEdge(),
      body: JSON.stringify(chat('x')),
      dispatcher: agent,
      signal: leaves.signal,
    });
    response.body.on('error', () => {});
    await once(response.body, 'readable');
    leaves.abort();
    for (let attempt = 0; attempt < 100 && ollama.cancelled === before; attempt += 1) await sleep(50);
    expect(ollama.cancelled).toBe(before + 1);
  });
});

describe('HTTP/2', () => {
  it('carries many streams on one connection, each as it is written', async () => {
    ollama.script = { gapMs: 40, words: 8 };
    const session = http2.connect(nginx.h2Url);
    const answered = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const stream = session.request({ ':method': 'POST', ':path': '/api/chat', ...asEdge() });
        stream.end(JSON.stringify(chat('x')));
        const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders];
        return { status: headers[':status'], ...(await arrivals(stream)) };
      }),
    );
    session.close();
    expect(answered.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(answered.every(({ text }) => text.includes('"done":true'))).toBe(true);
    expect(Math.max(...answered.map(({ times }) => times.at(-1) ?? 0))).toBeGreaterThan(150);
  });
});

describe('compression', () => {
  it('is for text, where it is asked for and worth it', async () => {
    const plain = await ask('/api/tags', undefined, asEdge());
    const gzipped = await ask('/api/tags', undefined, { ...asEdge(), 'accept-encoding': 'gzip' });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(gzipped.headers['content-encoding']).toBe('gzip');
    expect(gzipped.body.length).toBeLessThan(plain.body.length / 4);
    const short = await ask('/api/version', undefined, { ...asEdge(), 'accept-encoding': 'gzip' });
    expect(short.headers['content-encoding']).toBeUndefined();
  });
});

describe('limits', () => {
  it('ten generations a second for each client, with a burst; others go on', async () => {
    ollama.script = { words: 1 };
    const headers = asEdge();
    const since = performance.now();
    const answers = [];
    for (let index = 0; index < 60; index += 1) answers.push(ask('/api/chat', chat(`q ${index}`), headers));
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    const seconds = (performance.now() - since) / 1000;
    const passed = statuses.filter((status) => status === 200).length;
    expect(passed).toBeGreaterThanOrEqual(20);
    expect(passed).toBeLessThanOrEqual(22 + 10 * seconds);
    expect(statuses.filter((status) => status === 429)).toHaveLength(60 - passed);
    expect((await ask('/api/chat', chat('x'), asEdge())).status).toBe(200);
    await sleep(1_000);
    expect((await ask('/api/chat', chat('x'), headers)).status).toBe(200);
  });

  it('a hundred requests a second to the rest of the API', async () => {
    const headers = asEdge();
    const since = performance.now();
    const answers = await Promise.all(Array.from({ length: 400 }, () => ask('/api/version', undefined, headers)));
    const seconds = (performance.now() - since) / 1000;
    const passed = answers.filter(({ status }) => status === 200).length;
    expect(passed).toBeGreaterThanOrEqual(200);
    expect(passed).toBeLessThanOrEqual(202 + 100 * seconds);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 429]));
  });

  it('count strangers by their address, whatever they ask, and leave the edges’ Redis alone', async () => {
    const generations = await Promise.all(Array.from({ length: 40 }, () => ask('/v1/messages', {}, {})));
    expect(new Set(generations.map(({ status }) => status))).toEqual(new Set([401, 429]));
    const redis = await Promise.all(Array.from({ length: 300 }, () => ask('/redis/get/x', undefined, {})));
    expect(new Set(redis.map(({ status }) => status))).toEqual(new Set([404]));
  });
});

describe('errors of the ingress itself', () => {
  it.each([
    ['/api/generate', (body: unknown) => body, { error: expect.stringContaining('too many requests') }],
    [
      '/v1/chat/completions',
      (body: unknown) => body,
      { error: { message: expect.any(String), type: 'rate_limit_error', param: null, code: null } },
    ],
    [
      '/v1/messages',
      (body: unknown) => body,
      {
        type: 'error',
        error: { type: 'rate_limit_error', message: expect.any(String) },
        request_id: expect.stringMatching(/^req_/),
      },
    ],
  ])('have the shape of the API: %s', async (path, _, shape) => {
    const headers = asEdge();
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask(path, { model: '' }, headers)));
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.headers).toMatchObject({ 'content-type': 'application/json', 'retry-after': '1' });
    expect(JSON.parse(String(refused?.body))).toEqual(shape);
  });

  it('too large a body: 413', async () => {
    const large = await ask('/v1/completions', { prompt: 'x'.repeat(9_000_000) }, asEdge());
    expect(large.status).toBe(413);
    expect(JSON.parse(String(large.body)).error.type).toBe('invalid_request_error');
  });

  it('no sidecar at all: 502 with Retry-After', async () => {
    const alone = await startNginx(['127.0.0.1:9']);
    const gone = await ask('/api/chat?_token=secret', chat('x'), asEdge(), alone.url);
    for (let attempt = 0; attempt < 100 && alone.log() === ''; attempt += 1) await sleep(20);
    const log = alone.log();
    await alone.stop();
    expect([gone.status, gone.headers['retry-after']]).toEqual([502, '5']);
    expect(JSON.parse(String(gone.body))).toEqual({ error: 'the origin cannot be reached' });
    expect(log).toMatch(/ 502 POST \/api\/chat /);
    expect(log).not.toContain('secret');
  });

  it('what is not HTTP gets no page of HTML', async () => {
    const socket = net.connect(Number(new URL(nginx.url).port), '127.0.0.1');
    socket.end('NOT EVEN\r\n\r\n');
    let said = '';
    for await (const piece of socket) said += piece;
    expect(said).toMatch(/^HTTP\/1.1 400 /);
    expect(said).toContain('{"error":');
    expect(said).not.toContain('<html');
  });
});

describe('several sidecars', () => {
  it('a 503 of one is another’s request; of all, the client’s, as the sidecar said it', async () => {
    const env = { ...HALF, QUEUE_LIMIT: '1', FIRST_TOKEN_FLOOR_MS: '60000' };
    const small = [await startTestSidecar([ollama.url], env), await startTestSidecar([ollama.url], env)];
    const both = await startNginx(small.map(({ url }) => new URL(url).host));
    await ask('/api/chat', chat('warm'), asEdge(), both.url);
    ollama.script = { firstMs: 2_500, words: 1 };
    // Two slots and a place to wait each: six in all.
    const answers = await Promise.all(
      Array.from({ length: 9 }, (_, index) => ask('/api/chat', chat(`f ${index}`), asEdge(), both.url)),
    );
    await both.stop();
    await Promise.all(small.map((sidecar) => sidecar.close()));
    const refused = answers.filter(({ status }) => status === 503);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(6);
    expect(refused).toHaveLength(3);
    expect(Number(refused[0]?.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(JSON.parse(String(refused[0]?.body)).error).toContain('busy');
  });

  it('one that is gone is nobody’s loss', async () => {
    const short = await startTestSidecar([ollama.url], HALF);
    const both = await startNginx([new URL(short.url).host, new URL(other.url).host]);
    await ask('/api/chat', chat('x'), asEdge(), both.url);
    await short.close();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => ask('/api/chat', chat(`g ${index}`), asEdge(), both.url)),
    );
    await both.stop();
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
  });
});

describe('static files', () => {
  it('may be kept for 24 hours', async () => {
    for (const path of ['/robots.txt', '/static/robots.txt']) {
      const { status, headers, body } = await ask(path, undefined, {});
      expect([status, headers['content-type']]).toEqual([200, 'text/plain']);
      expect([headers['cache-control']].flat().join(', ')).toContain('max-age=86400');
      expect(String(body)).toContain('Disallow: /');
    }
    const missing = await ask('/static/none.txt', undefined, {});
    expect([missing.status, JSON.parse(String(missing.body))]).toEqual([404, { error: 'not found' }]);
  });
});
