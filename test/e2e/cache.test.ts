/** What is looked up, served and stored, seen from outside. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pair, startPair } from '../../scripts/lib/pair.ts';
import { chatBody, freshQuestion, post } from './ask.ts';
import { cacheStatusOf } from './cache-status.ts';

const FAST = { loadMs: 20, tokensPerSecond: 2_000, totalTokensPerSecond: 20_000, prefillTokensPerSecond: 1e6 };
/** What is written after an answer is there a moment later. */
const settle = () => new Promise((resume) => setTimeout(resume, 300));

let pair: Pair;
beforeAll(async () => {
  pair = await startPair({
    ollama: FAST,
    vars: { STALE_WHILE_REVALIDATE: '60', STALE_IF_ERROR: '60', CATALOG_TTL: '1' },
  });
});
afterAll(() => pair.close());

const chat = (body: object, headers: Record<string, string> = {}) => post(pair.url, '/api/chat', body, headers);
const generations = () => pair.ollama.stats().started;

/** An answer but for when it was made. */
const said = (text: string) => ({ ...(JSON.parse(text) as object), created_at: undefined });

describe('the tiers', () => {
  it('say what they did: a miss from all of them, then a hit in memory', async () => {
    const body = chatBody(freshQuestion());
    const miss = await chat(body);
    expect(miss.headers.get('cache-status')).toMatch(
      /^disk; fwd=uri-miss, semantic; fwd=uri-miss; stored, kv; fwd=uri-miss; stored, colo; fwd=uri-miss; stored, memory; fwd=uri-miss; stored$/,
    );
    const hit = await chat(body);
    expect([miss.cache, hit.cache]).toEqual(['MISS', 'HIT']);
    expect(hit.headers.get('cache-status')).toMatch(/^memory; hit; ttl=604(800|7\d\d); key="[0-9a-f]{64}"$/);
    expect(Number(hit.headers.get('age'))).toBeLessThan(5);
    expect(hit.headers.get('server-timing')).toMatch(/tiers;dur=/);
    expect(hit.headers.get('traceparent')).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(hit.text).toBe(miss.text);
  });

  it('continue the client’s trace', async () => {
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const answer = await chat(chatBody(freshQuestion()), { traceparent: `00-${trace}-b7ad6b7169203331-01` });
    expect(answer.headers.get('traceparent')).toMatch(new RegExp(`^00-${trace}-(?!b7ad6b7169203331)[0-9a-f]{16}-01$`));
  });

  it('survive the isolate: the colo has it, or KV, or the origin’s disk, and memory is filled again', async () => {
    const body = chatBody(freshQuestion());
    const miss = await chat(body);
    await settle();
    for (const [tiers, cache] of [
      ['memory,colo', 'colo'],
      ['memory,kv', 'kv'],
      ['memory', 'disk'],
    ] as const) {
      await pair.restartEdge({ CACHE_TIERS: tiers });
      const below = await chat(body);
      expect(below.cache).toBe('HIT');
      expect(cacheStatusOf(below.headers)[cache]).toMatch(/; hit/);
      // The disk notes its own time of the answer.
      expect(said(below.text)).toEqual(said(miss.text));
      await settle();
      expect(cacheStatusOf((await chat(body)).headers).memory).toMatch(/; hit/);
    }
    await pair.restartEdge();
  });
});

describe('the request’s directives', () => {
  it('no-store: neither looked up nor kept', async () => {
    const body = chatBody(freshQuestion());
    expect((await chat(body, { 'cache-control': 'no-store' })).cache).toBe('BYPASS');
    expect((await chat(body)).cache).toBe('MISS');
    expect((await chat(body, { 'cache-control': 'no-store' })).cache).toBe('BYPASS');
  });

  it('no-cache: generated again, and the new answer kept', async () => {
    const body = chatBody(freshQuestion());
    await chat(body);
    const before = generations();
    const renewed = await chat(body, { 'cache-control': 'no-cache' });
    expect(renewed.cache).toBe('BYPASS');
    expect(cacheStatusOf(renewed.headers).memory).toMatch(/fwd=request; stored/);
    expect(generations()).toBe(before + 1);
    expect((await chat(body)).cache).toBe('HIT');
  });

  it('only-if-cached: 504 in the dialect’s shape where nothing is', async () => {
    const body = chatBody(freshQuestion());
    const nothing = await chat(body, { 'cache-control': 'only-if-cached' });
    expect(nothing.status).toBe(504);
    expect(JSON.parse(nothing.text)).toEqual({ error: expect.any(String) });
    await chat(body);
    expect((await chat(body, { 'cache-control': 'only-if-cached' })).cache).toBe('HIT');
  });

  it('max-age: a copy that is older is passed over, on the origin’s disk too', async () => {
    const body = chatBody(freshQuestion());
    await chat(body);
    await new Promise((resume) => setTimeout(resume, 1_100));
    const before = generations();
    const younger = await chat(body, { 'cache-control': 'max-age=1' });
    expect(younger.cache).toBe('MISS');
    expect(generations()).toBe(before + 1);
    expect((await chat(body, { 'cache-control': 'max-age=100' })).cache).toBe('HIT');
  });

  it('X-Cache-TTL: stale after it, served while a new one is fetched, then fresh again', async () => {
    const body = chatBody(freshQuestion());
    await chat(body, { 'x-cache-ttl': '1' });
    await new Promise((resume) => setTimeout(resume, 1_200));
    const before = generations();
    const stale = await chat(body);
    expect(stale.cache).toBe('STALE');
    expect(cacheStatusOf(stale.headers).memory).toMatch(/hit; ttl=-?\d/);
    await expect.poll(async () => (await chat(body)).cache, { timeout: 5_000 }).toBe('HIT');
    expect(generations()).toBe(before + 1);
  });

  it('X-Cache-TTL: 0 keeps nothing', async () => {
    const body = chatBody(freshQuestion());
    await chat(body, { 'x-cache-ttl': '0' });
    await settle();
    expect((await chat(body)).cache).toBe('MISS');
  });

  it('X-Cache-Namespace parts the cache', async () => {
    const body = chatBody(freshQuestion());
    await chat(body, { 'x-cache-namespace': 'one' });
    expect((await chat(body, { 'x-cache-namespace': 'two' })).cache).toBe('MISS');
    expect((await chat(body, { 'x-cache-namespace': 'one' })).cache).toBe('HIT');
    expect((await chat(body)).cache).toBe('MISS');
  });

  it('X-Cache-Key stands for the prompt, within a model', async () => {
    const key = { 'x-cache-key': freshQuestion() };
    const first = await chat(chatBody(freshQuestion()), key);
    const second = await chat(chatBody(freshQuestion()), key);
    expect(second.cache).toBe('HIT');
    expect(JSON.parse(second.text).message).toEqual(JSON.parse(first.text).message);
    expect((await chat(chatBody('x', { model: 'llama3.2:1b' }), key)).cache).toBe('MISS');
  });
});

describe('what makes two prompts one', () => {
  it('is not how they are written', async () => {
    const question = freshQuestion();
    await chat(chatBody(question, { options: { seed: 4, top_k: 9 } }));
    const same = [
      {
        Model: 'TinyLlama:latest',
        Messages: [{ ROLE: 'User', Content: question }],
        stream: false,
        options: { top_k: 9, seed: 4 },
      },
      { ...chatBody(question), options: { seed: 4, top_k: 9, num_gpu: 1, num_thread: 3 }, keep_alive: '1h' },
      { ...chatBody(question), options: { seed: 4, top_k: 9 }, stream: true, truncate: true, tools: [] },
    ];
    for (const body of same) expect((await chat(body)).cache).toBe('HIT');
    for (const options of [{ seed: 5, top_k: 9 }, { seed: 4 }, { seed: 4, top_k: 9, temperature: 0.8 }])
      expect((await chat(chatBody(question, { options }))).cache).toBe('MISS');
  });

  it('is the model’s digest: what is pulled again is asked again', async () => {
    const body = chatBody(freshQuestion());
    await chat(body);
    expect((await chat(body)).cache).toBe('HIT');
    pair.ollama.pull('tinyllama');
    await expect.poll(async () => (await chat(body)).cache, { timeout: 20_000, interval: 250 }).toBe('MISS');
    await expect.poll(async () => (await chat(body)).cache, { timeout: 5_000 }).toBe('HIT');
  });

  it('is never guessed: a field that is not known is asked apart, and replayed as it was', async () => {
    const body = chatBody(freshQuestion(), { brand_new_field: { a: 1 } });
    const miss = await chat(body);
    const hit = await chat(body);
    expect([miss.cache, hit.cache]).toEqual(['MISS', 'HIT']);
    expect(hit.text).toBe(miss.text);
    expect((await chat({ ...body, brand_new_field: { a: 2 } })).cache).toBe('MISS');
    expect((await chat({ ...body, stream: true })).cache).toBe('MISS');
    expect(pair.ollama.stats().bodies['/api/chat']).toMatchObject({ brand_new_field: { a: 1 } });
  });

  it('forwards what was keyed: the last of duplicate keys, once', async () => {
    const [first, last] = [freshQuestion(), freshQuestion()];
    const text = `{"model":"tinyllama","MESSAGES":[{"role":"user","content":"${first}"}],"messages":[{"role":"user","content":"${first}"}],"Messages":[{"role":"user","content":"${last}"}],"stream":false}`;
    await post(pair.url, '/api/chat', text);
    expect(pair.ollama.stats().bodies['/api/chat']).toMatchObject({ messages: [{ role: 'user', content: last }] });
    expect(Object.keys(pair.ollama.stats().bodies['/api/chat'] ?? {})).not.toContain('Messages');
    expect((await chat(chatBody(last))).cache).toBe('HIT');
    expect((await chat(chatBody(first))).cache).toBe('MISS');
  });
});

describe('what is never kept', () => {
  it('is an error of the origin', async () => {
    const body = chatBody(freshQuestion());
    pair.ollama.control({ status: 500 });
    expect((await chat(body)).status).toBe(500);
    pair.ollama.control({ status: undefined });
    expect((await chat(body)).cache).toBe('MISS');
  });

  it('is an answer that loads a model', async () => {
    const load = { model: 'tinyllama', messages: [] };
    expect((await chat(load)).cache).toBe('BYPASS');
    expect(JSON.parse((await chat(load)).text)).toMatchObject({ done: true, done_reason: 'load' });
  });
});

describe('embeddings', () => {
  const embed = (input: string | string[], headers: Record<string, string> = {}) =>
    post(pair.url, '/api/embed', { model: 'all-minilm', input }, headers);
  const vectorsIn = (text: string) => (JSON.parse(text) as { embeddings: number[][] }).embeddings;

  it('say of each tier what it had of what those nearer had not', async () => {
    const [one, other] = [freshQuestion(), freshQuestion()];
    const miss = await embed(one);
    expect([miss.cache, miss.headers.get('cache-status')]).toEqual([
      'MISS',
      'kv; fwd=uri-miss; stored, colo; fwd=uri-miss; stored, memory; fwd=uri-miss; stored',
    ]);
    await settle();
    const hit = await embed(one);
    expect([hit.cache, hit.headers.get('cache-status')]).toEqual(['HIT', 'memory; hit']);
    const part = await embed([one, other]);
    expect([part.cache, part.headers.get('cache-status')]).toEqual([
      'MISS',
      'kv; fwd=uri-miss; stored, colo; fwd=uri-miss; stored, memory; fwd=partial; stored; detail="1 of 2 inputs"',
    ]);
  });

  it('past their time are marked STALE, and renewed meanwhile', async () => {
    const input = freshQuestion();
    await embed(input, { 'x-cache-ttl': '1' });
    await new Promise((resume) => setTimeout(resume, 1_200));
    const stale = await embed(input);
    expect(stale.cache).toBe('STALE');
    expect(Number(stale.headers.get('age'))).toBeGreaterThanOrEqual(1);
    await expect.poll(async () => (await embed(input)).cache, { timeout: 5_000 }).toBe('HIT');
  });

  it('are served as they are while the origin is down, where all are there', async () => {
    const input = freshQuestion();
    const fresh = await embed(input, { 'x-cache-ttl': '1' });
    await new Promise((resume) => setTimeout(resume, 1_100));
    await pair.killSidecar();
    const stale = await embed(input, { 'cache-control': 'min-fresh=1' });
    expect([stale.status, stale.cache]).toEqual([200, 'STALE']);
    expect(vectorsIn(stale.text)).toEqual(vectorsIn(fresh.text));
    expect((await embed([input, freshQuestion()], { 'cache-control': 'min-fresh=1' })).status).toBe(502);
    await pair.startSidecar();
  });
});

describe('an origin that is down', () => {
  it('serves what is there, marked STALE; the rest is a 502 in the dialect’s shape; and it comes back by itself', async () => {
    const known = chatBody(freshQuestion());
    await chat(known, { 'x-cache-ttl': '1' });
    await new Promise((resume) => setTimeout(resume, 1_100));
    await pair.killSidecar();
    const stale = await chat(known, { 'cache-control': 'max-age=600, min-fresh=1' });
    expect([stale.status, stale.cache]).toEqual([200, 'STALE']);
    const unknown = await chat(chatBody(freshQuestion()));
    expect(unknown.status).toBe(502);
    expect(JSON.parse(unknown.text)).toEqual({ error: expect.any(String) });
    const health = (await (await fetch(`${pair.url}/health`)).json()) as { status: string; origin: string };
    expect(health).toMatchObject({ status: 'ok', origin: 'down' });
    await pair.startSidecar();
    expect((await chat(chatBody(freshQuestion()))).status).toBe(200);
  });
});
