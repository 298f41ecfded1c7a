/** Purges, from outside: the real edge, its Durable Object, the sidecar and its disk. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pair, startPair } from '../../scripts/lib/pair.ts';
import { chatBody, freshQuestion, post } from './ask.ts';
import { cacheStatusOf } from './cache-status.ts';

const FAST = { loadMs: 20, tokensPerSecond: 2_000, totalTokensPerSecond: 20_000, prefillTokensPerSecond: 1e6 };

let pair: Pair;
beforeAll(async () => {
  pair = await startPair({ ollama: FAST });
});
afterAll(() => pair.close());

const chat = (body: object, headers: Record<string, string> = {}) => post(pair.url, '/api/chat', body, headers);
const settle = () => new Promise((resume) => setTimeout(resume, 300));

interface Purged {
  readonly purged: unknown;
  readonly reached: Readonly<Record<string, { readonly state: string; readonly removed?: number }>>;
}
async function purge(body: object, key = pair.edgeVars.ADMIN_KEY ?? ''): Promise<Purged & { readonly status: number }> {
  const { status, text } = await post(pair.url, '/api/cache/purge', body, { 'x-api-key': key });
  return { status, ...(JSON.parse(text) as Purged) };
}

/** Asks until it is a hit everywhere. */
async function cached(headers: Record<string, string> = {}, more: object = {}): Promise<object> {
  const body = chatBody(freshQuestion(), more);
  expect((await chat(body, headers)).cache).toBe('MISS');
  await settle();
  expect((await chat(body, headers)).cache).toBe('HIT');
  return body;
}
const outcome = async (body: object, headers: Record<string, string> = {}) => (await chat(body, headers)).cache;

describe('a purge', () => {
  it('by key: this answer is gone from every tier at once, the others stay', async () => {
    const [body, other] = [await cached(), await cached()];
    const key = /key="([0-9a-f]{64})"/.exec((await chat(body)).headers.get('cache-status') ?? '')?.[1];
    const told = await purge({ key });
    expect(told).toMatchObject({
      purged: { key },
      reached: {
        isolate: { state: 'done' },
        colo: { state: 'follows', within_seconds: 1 },
        everywhere: { state: 'follows' },
        kv: { state: 'done' },
        disk: { state: 'done', removed: 1 },
      },
    });
    const after = await chat(body);
    expect(after.cache).toBe('MISS');
    expect(cacheStatusOf(after.headers)).toMatchObject({
      memory: expect.stringContaining('uri-miss'),
      colo: expect.stringContaining('uri-miss'),
      kv: expect.stringContaining('uri-miss'),
      disk: expect.stringContaining('uri-miss'),
    });
    expect([await outcome(body), await outcome(other)]).toEqual(['HIT', 'HIT']);
  });

  it('by tag, namespace, model, time, and several together', async () => {
    const tagged = await cached({ 'x-cache-tags': 'docs, v1' });
    const spaced = { 'x-cache-namespace': 'one' };
    const inOne = await cached(spaced);
    const other = await cached();
    await purge({ tag: 'docs', namespace: 'one' });
    expect([await outcome(tagged), await outcome(inOne, spaced)]).toEqual(['HIT', 'HIT']);
    await purge({ tag: 'v1' });
    await purge({ namespace: 'one', tenant: 'public' });
    expect([await outcome(tagged), await outcome(inOne, spaced), await outcome(other)]).toEqual([
      'MISS',
      'MISS',
      'HIT',
    ]);
    const before = Date.now();
    await settle();
    const younger = await cached();
    await purge({ before });
    expect([await outcome(other), await outcome(younger)]).toEqual(['MISS', 'HIT']);
    await purge({ model: 'TinyLlama' });
    expect(await outcome(younger)).toBe('MISS');
  });

  it('holds in an isolate that never heard of it, and in one whose disk was not told', async () => {
    const body = await cached();
    await purge({ all: true });
    await pair.restartEdge();
    expect(await outcome(body)).toBe('MISS');

    const kept = await cached();
    await pair.killSidecar();
    expect((await purge({ all: true })).reached.disk).toMatchObject({ state: 'failed' });
    await pair.startSidecar();
    // The disk still has it, and is not believed.
    expect(await outcome(kept)).toBe('MISS');
    await settle();
    expect(await outcome(kept)).toBe('HIT');
  });

  it('covers what is being generated: it is not kept, and who asks then does not join it', async () => {
    pair.ollama.control({ tokensPerSecond: 40, totalTokensPerSecond: 400 });
    const body = chatBody(freshQuestion(), { options: { num_predict: 40 } });
    const first = chat(body);
    await settle();
    const joined = chat(body);
    await settle();
    await purge({ model: 'tinyllama' });
    const after = chat(body);
    expect([(await first).cache, (await joined).cache, (await after).cache]).toEqual(['MISS', 'JOINED', 'MISS']);
    pair.ollama.control(FAST);
    await settle();
    const again = await chat(body);
    expect(again.cache).toBe('HIT');
    expect(again.text).toBe((await after).text);
  });

  it('of embeddings and the catalog', async () => {
    const embed = () => post(pair.url, '/api/embed', { model: 'all-minilm', input: 'purge me' });
    const tags = async () => (await fetch(`${pair.url}/api/tags`)).headers.get('x-cache');
    await embed();
    await tags();
    await settle();
    expect([(await embed()).cache, await tags()]).toEqual(['HIT', 'HIT']);
    await purge({ all: true });
    expect([(await embed()).cache, await tags()]).toEqual(['MISS', 'MISS']);
    // An isolate that is asked for nothing else knows the purges as well, and so may use what is stored.
    await settle();
    await pair.restartEdge();
    expect(await tags()).toBe('HIT');
  });

  it('is for operators, and never of everything by mistake', async () => {
    const body = await cached();
    expect((await purge({ all: true }, 'not the admin key at all')).status).toBe(401);
    for (const wrong of [{}, { modle: 'tinyllama' }, { before: 'soon' }, { all: true, tag: 'x' }])
      expect((await purge(wrong)).status).toBe(400);
    expect(await outcome(body)).toBe('HIT');
  });
});
