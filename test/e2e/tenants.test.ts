/** Keys, tenants, and what a client may not do; every refusal in the shape that its client understands. */
import { createHash } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pair, startPair } from '../../scripts/lib/pair.ts';
import { chatBody, freshQuestion, post } from './ask.ts';

const hash = (key: string) => createHash('sha256').update(key).digest('hex');
const KEYS = { acme: 'ek-acme', globex: 'ek-globex' };
const FAST = { loadMs: 20, tokensPerSecond: 2_000, totalTokensPerSecond: 20_000 };

let pair: Pair;
beforeAll(async () => {
  pair = await startPair({
    ollama: FAST,
    vars: {
      API_KEYS: JSON.stringify({ [hash(KEYS.acme)]: 'acme', [hash(KEYS.globex)]: 'globex' }),
      MAX_BODY_BYTES: '20000',
    },
  });
});
afterAll(() => pair.close());

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const acme = bearer(KEYS.acme);
const openaiBody = (content: string) => ({ model: 'tinyllama', messages: [{ role: 'user', content }] });

const SHAPES: readonly (readonly [string, object])[] = [
  ['/api/chat', { error: expect.any(String) }],
  ['/api/embed', { error: expect.any(String) }],
  [
    '/v1/chat/completions',
    { error: { message: expect.any(String), type: expect.any(String), param: null, code: null } },
  ],
  ['/v1/embeddings', { error: { message: expect.any(String), type: expect.any(String), param: null, code: null } }],
  [
    '/v1/messages',
    { type: 'error', error: { type: expect.any(String), message: expect.any(String) }, request_id: expect.any(String) },
  ],
];

describe('a key', () => {
  it.each(SHAPES)('is needed on %s', async (path, shape) => {
    for (const headers of [{}, bearer('not-a-key'), { 'x-api-key': 'not-a-key' }] as Record<string, string>[]) {
      const refused = await post(pair.url, path, openaiBody('hi'), headers);
      expect(refused.status).toBe(401);
      expect(JSON.parse(refused.text)).toEqual(shape);
    }
  });

  it('comes as a bearer or as x-api-key', async () => {
    const body = chatBody(freshQuestion());
    expect((await post(pair.url, '/api/chat', body, acme)).cache).toBe('MISS');
    expect((await post(pair.url, '/api/chat', body, { 'x-api-key': KEYS.acme })).cache).toBe('HIT');
  });

  it('is needed to see the models, and not for the health page', async () => {
    expect((await fetch(`${pair.url}/api/tags`)).status).toBe(401);
    expect((await fetch(`${pair.url}/api/tags`, { headers: acme })).status).toBe(200);
    expect((await fetch(`${pair.url}/health`)).status).toBe(200);
    expect(await (await fetch(pair.url)).text()).toBe('Ollama is running');
    expect((await fetch(pair.url, { method: 'HEAD' })).status).toBe(200);
  });
});

describe('a namespace', () => {
  it('parts a tenant’s own cache to its last letter, or is refused', async () => {
    const body = chatBody(freshQuestion());
    const within = (namespace: string) =>
      post(pair.url, '/api/chat', body, { ...acme, 'x-cache-namespace': namespace });
    const long = 'n'.repeat(255);
    expect((await within(`${long}a`)).cache).toBe('MISS');
    expect((await within(`${long}a`)).cache).toBe('HIT');
    expect((await within(`${long}b`)).cache).toBe('MISS');
    for (const more of ['aa', 'ab']) {
      const refused = await within(`${long}${more}`);
      expect(refused.status).toBe(400);
      expect(JSON.parse(refused.text)).toEqual({ error: expect.stringContaining('X-Cache-Namespace') });
    }
  });
});

describe('a tenant', () => {
  it('never sees another’s answers', async () => {
    const body = chatBody(freshQuestion());
    await post(pair.url, '/api/chat', body, acme);
    expect((await post(pair.url, '/api/chat', body, bearer(KEYS.globex))).cache).toBe('MISS');
    const key = { 'x-cache-key': 'the same for both' };
    await post(pair.url, '/api/chat', chatBody(freshQuestion()), { ...acme, ...key });
    expect(
      (await post(pair.url, '/api/chat', chatBody(freshQuestion()), { ...bearer(KEYS.globex), ...key })).cache,
    ).toBe('MISS');
  });

  it('nor joins another’s generation', async () => {
    const body = chatBody(freshQuestion());
    const before = pair.ollama.stats().started;
    const both = await Promise.all([
      post(pair.url, '/api/chat', body, acme),
      post(pair.url, '/api/chat', body, bearer(KEYS.globex)),
    ]);
    expect(both.map(({ cache }) => cache)).toEqual(['MISS', 'MISS']);
    expect(pair.ollama.stats().started).toBe(before + 2);
  });
});

describe('bad input', () => {
  it.each(SHAPES)('on %s is a 400 in its shape', async (path, shape) => {
    for (const body of ['', '{', '[]', '"text"', '{"model":3}', '{"model":"tinyllama","messages":"hi","input":5}']) {
      const refused = await post(pair.url, path, body, acme);
      expect(refused.status, `${path} ${body}`).toBeGreaterThanOrEqual(400);
      expect(refused.status, `${path} ${body}`).toBeLessThan(500);
      expect(JSON.parse(refused.text)).toEqual(shape);
      expect(refused.headers.get('content-type')).toMatch(/^application\/json/);
    }
  });

  it.each(SHAPES)('larger than the limit is a 413 on %s', async (path, shape) => {
    const refused = await post(pair.url, path, openaiBody('x'.repeat(30_000)), acme);
    expect(refused.status).toBe(413);
    expect(JSON.parse(refused.text)).toEqual(shape);
  });

  it('far larger than the limit is a 413 for clients that send it all before they look', async () => {
    for (let time = 0; time < 3; time++) {
      const refused = await post(pair.url, '/v1/chat/completions', openaiBody('x'.repeat(6_000_000)), acme);
      expect(refused.status).toBe(413);
    }
  });

  it.each([25_000, 6_000_000])('without a length is held to the limit too: %i bytes', async (bytes) => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('x'.repeat(bytes)));
        controller.close();
      },
    });
    const refused = await fetch(`${pair.url}/api/chat`, {
      method: 'POST',
      headers: acme,
      body,
      duplex: 'half',
    } as RequestInit);
    expect(refused.status).toBe(413);
  });

  it.each(SHAPES)('for an unknown model is the origin’s 404 on %s', async (path, shape) => {
    const body = { model: 'no-such-model', messages: [{ role: 'user', content: 'hi' }], max_tokens: 5, input: 'hi' };
    for (let time = 0; time < 2; time++) {
      const refused = await post(pair.url, path, body, acme);
      expect(refused.status).toBe(404);
      expect(JSON.parse(refused.text)).toEqual(shape);
    }
  });

  it('in another encoding is a 415, and gzip and zstd are understood on /v1', async () => {
    const send = (path: string, encoding: string, body: Uint8Array) =>
      fetch(pair.url + path, {
        method: 'POST',
        headers: { ...acme, 'content-encoding': encoding },
        body: body as Uint8Array<ArrayBuffer>,
      });
    const plain = Buffer.from(JSON.stringify(openaiBody(freshQuestion())));
    expect((await send('/v1/chat/completions', 'gzip', gzipSync(plain))).headers.get('x-cache')).toBe('MISS');
    expect((await send('/v1/chat/completions', 'zstd', zstdCompressSync(plain))).headers.get('x-cache')).toBe('HIT');
    expect((await send('/v1/chat/completions', 'br', plain)).status).toBe(415);
    expect((await send('/api/chat', 'gzip', gzipSync(plain))).status).toBe(415);
    expect((await send('/v1/chat/completions', 'gzip', plain)).status).toBe(400);
    expect((await send('/v1/chat/completions', 'zstd', plain)).status).toBe(400);
    const bomb = Buffer.from(JSON.stringify(openaiBody('x'.repeat(3_000_000))));
    expect((await send('/v1/chat/completions', 'gzip', gzipSync(bomb))).status).toBe(413);
    expect((await send('/v1/chat/completions', 'zstd', zstdCompressSync(bomb))).status).toBe(413);
  });
});

describe('what is not open', () => {
  it.each([
    ['POST', '/api/pull'],
    ['POST', '/api/push'],
    ['POST', '/api/create'],
    ['POST', '/api/copy'],
    ['DELETE', '/api/delete'],
    ['POST', '/api/blobs/sha256:0'],
    ['POST', '/api/me'],
    ['GET', '/api/status'],
    ['POST', '/api/experimental/anything'],
    ['POST', '/v1/audio/speech'],
  ])('%s %s is a 403 that never reaches the origin', async (method, path) => {
    const refused = await fetch(pair.url + path, { method, headers: acme, ...(method === 'POST' && { body: '{}' }) });
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ error: expect.anything() });
    expect(pair.ollama.stats().requests[path]).toBeUndefined();
  });

  it('is a model of somebody else’s machine', async () => {
    expect((await post(pair.url, '/api/chat', chatBody('hi', { model: 'big:cloud' }), acme)).status).toBe(403);
    expect(
      (await post(pair.url, '/v1/chat/completions', { ...openaiBody('hi'), model: 'big:70b-cloud' }, acme)).status,
    ).toBe(403);
  });

  it('is the wrong method, or no route at all', async () => {
    const wrong = await fetch(`${pair.url}/api/chat`, { headers: acme });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await fetch(`${pair.url}/nowhere`)).status).toBe(404);
  });

  it('is the sidecar, to anyone but the edge', async () => {
    const direct = await fetch(`${pair.sidecarUrl}/api/chat`, { method: 'POST', body: JSON.stringify(chatBody('hi')) });
    expect(direct.status).toBe(401);
    const wrong = await fetch(`${pair.sidecarUrl}/api/tags`, { headers: { 'x-edge-secret': 'a guess' } });
    expect(wrong.status).toBe(401);
  });

  it('is a web page of another site', async () => {
    const foreign = await post(pair.url, '/api/chat', chatBody('hi'), { ...acme, origin: 'https://evil.example' });
    expect(foreign.status).toBe(403);
    const local = await post(pair.url, '/api/chat', chatBody(freshQuestion()), {
      ...acme,
      origin: 'http://localhost:3000',
    });
    expect(local.headers.get('access-control-allow-origin')).toBe('http://localhost:3000');
  });
});
