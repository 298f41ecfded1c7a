import { once } from 'node:events';
import http2 from 'node:http2';
import { Redis } from '@upstash/redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { isThere } from '../support/servers.ts';
import { type ScriptedOllama, startScriptedOllama } from './support/scripted-ollama.ts';
import { chat, freshKey, SECRET, startTestSidecar, type TestSidecar, wordsOf } from './support/sidecar.ts';

let ollama: ScriptedOllama;
const sidecars: TestSidecar[] = [];
const start = async (env: Record<string, string> = {}, ollamas: readonly string[] = [ollama.url]) => {
  const sidecar = await startTestSidecar(ollamas, env);
  sidecars.push(sidecar);
  return sidecar;
};
const keep = (key = freshKey()) => ({ 'x-edge-key': key, 'x-edge-store': '1', 'x-edge-ttl': '100' });
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const range = (count: number) => Array.from({ length: count }, (_, index) => index);

beforeEach(async () => {
  ollama = await startScriptedOllama(['m:latest', 'n:latest', 'embed:latest']);
});
afterEach(async () => {
  await Promise.all(sidecars.splice(0).map((sidecar) => sidecar.close()));
  await ollama.close();
});

describe('entering', () => {
  it('takes nobody without the secret, and says so in the shape of each API', async () => {
    const sidecar = await start();
    const without = { 'x-edge-secret': 'wrong' };
    expect((await sidecar.ask('/api/chat', chat('x'), without)).text).toBe(
      '{"error":"only the edge may ask the sidecar"}',
    );
    const openai = await sidecar.ask('/v1/chat/completions', {}, without);
    expect([openai.status, JSON.parse(openai.text).error.type]).toEqual([401, 'authentication_error']);
    const anthropic = JSON.parse((await sidecar.ask('/v1/messages', {}, without)).text);
    expect([anthropic.type, anthropic.error.type]).toEqual(['error', 'authentication_error']);
    expect((await fetch(`${sidecar.url}/health`)).status).toBe(200);
    expect((await fetch(`${sidecar.url}/metrics`)).status).toBe(401);
    expect((await fetch(`${sidecar.url}/metrics`, { headers: { authorization: `Bearer ${SECRET}` } })).status).toBe(
      200,
    );
  });

  it('opens only what is listed', async () => {
    const sidecar = await start();
    for (const path of ['/api/pull', '/api/delete', '/api/blobs/sha256:0', '/api/chat/', '/v1/models', '/API/CHAT'])
      expect((await sidecar.ask(path, {})).status, path).toBe(403);
    expect((await sidecar.get('/api/tags')).status).toBe(200);
  });

  it('speaks HTTP/2 as well', async () => {
    const sidecar = await start();
    const session = http2.connect(sidecar.url);
    const stream = session.request({ ':method': 'POST', ':path': '/api/chat', 'x-edge-secret': SECRET });
    stream.end(JSON.stringify(chat('over h2')));
    const [headers] = await once(stream, 'response');
    let text = '';
    for await (const chunk of stream) text += chunk;
    session.close();
    expect(headers[':status']).toBe(200);
    expect(wordsOf(text)).toBe('w0 w1 w2 ');
  });
});

describe('joining', () => {
  it('a thousand who ask the same cost one generation', async () => {
    const sidecar = await start();
    ollama.script = { firstMs: 2500, gapMs: 5, words: 20 };
    const headers = keep();
    const answers = await Promise.all(range(1000).map(() => sidecar.ask('/api/chat', chat('same'), headers)));
    expect(ollama.generations).toHaveLength(1);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.filter((answer) => answer.headers['cache-status']?.includes('collapsed'))).toHaveLength(999);
    expect(wordsOf(answers[0]?.text ?? '')).toMatch(/^w0 w1 .* w19 $/);
  });

  it('each reads it in its own API, model name and form', async () => {
    const sidecar = await start();
    ollama.script = { firstMs: 100 };
    const headers = keep();
    const first = sidecar.ask('/api/chat', chat('hi'), headers);
    await sleep(30);
    const messages = [{ role: 'user', content: 'hi' }];
    const [sse, whole, named] = await Promise.all([
      sidecar.ask('/v1/chat/completions', { model: 'm', messages, stream: true }, headers),
      sidecar.ask('/v1/chat/completions', { model: 'm', messages }, headers),
      sidecar.ask('/api/chat', chat('hi', { model: 'M:latest' }), headers),
    ]);
    expect(ollama.generations).toHaveLength(1);
    expect(wordsOf((await first).text)).toBe('w0 w1 w2 ');
    expect(sse.headers['content-type']).toMatch(/^text\/event-stream/);
    expect(sse.text.trimEnd().endsWith('data: [DONE]')).toBe(true);
    expect(JSON.parse(whole.text).choices[0].message.content).toBe('w0 w1 w2 ');
    expect(
      named.text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line).model),
    ).toEqual(Array(4).fill('M:latest'));
  });

  it('who comes late gets what was written at once, then the rest live', async () => {
    const sidecar = await start();
    ollama.script = { gapMs: 100, words: 8 };
    const headers = keep();
    const first = sidecar.ask('/api/chat', chat('long'), headers);
    await sleep(350);
    const { body } = await sidecar.open('/api/chat', chat('long'), headers);
    const at: number[] = [];
    const since = performance.now();
    for await (const _ of body) at.push(performance.now() - since);
    await first;
    expect(at.length).toBeGreaterThan(3);
    expect(at[0]).toBeLessThan(60);
    expect(at.at(-1)).toBeGreaterThan(250);
  });

  it('one that leaves does not stop the others; when all have left, the work ends after a grace', async () => {
    const sidecar = await start({ ABANDON_GRACE_MS: '300' });
    ollama.script = { gapMs: 50, words: 100 };
    const headers = keep();
    const [first, second] = [new AbortController(), new AbortController()];
    const readers = [first, second].map(({ signal }) =>
      sidecar.ask('/api/chat', chat('x'), headers, signal).catch(() => 'left'),
    );
    await sleep(200);
    first.abort();
    await sleep(600);
    expect([ollama.inFlight, ollama.cancelled]).toEqual([1, 0]);
    second.abort();
    await sleep(100);
    expect(ollama.cancelled).toBe(0);
    await expect.poll(() => ollama.cancelled, { timeout: 2000 }).toBe(1);
    expect(await Promise.all(readers)).toEqual(['left', 'left']);
  });

  it('an edge that comes back within the grace reads on', async () => {
    const sidecar = await start({ ABANDON_GRACE_MS: '1000' });
    ollama.script = { gapMs: 30, words: 30 };
    const headers = keep();
    const abort = new AbortController();
    const lost = sidecar.ask('/api/chat', chat('x'), headers, abort.signal).catch(() => 'left');
    await sleep(200);
    abort.abort();
    await sleep(300);
    const again = await sidecar.ask('/api/chat', chat('x'), headers);
    expect(await lost).toBe('left');
    expect(again.text.startsWith('{"model":"m","created_at"')).toBe(true);
    expect(wordsOf(again.text).split(' ')).toHaveLength(31);
    expect(ollama.generations).toHaveLength(1);
  });

  it('what nobody can share ends at once when its client leaves, whether it runs or waits', async () => {
    const sidecar = await start({ OLLAMA_NUM_PARALLEL: '1' });
    ollama.script = { gapMs: 50, words: 100 };
    const [running, waiting] = [new AbortController(), new AbortController()];
    const asks = [running, waiting].map(({ signal }, index) =>
      sidecar.ask('/api/chat', chat(`${index}`), {}, signal).catch(() => 'left'),
    );
    await sleep(150);
    waiting.abort();
    await sleep(50);
    running.abort();
    await expect.poll(() => ollama.cancelled, { timeout: 500 }).toBe(1);
    await Promise.all(asks);
    await sleep(1200);
    expect(ollama.generations).toHaveLength(1);
  });

  it('a failure in mid-stream reaches every reader in its own shape, is not repeated and not stored', async () => {
    const sidecar = await start();
    ollama.script = { firstMs: 50, gapMs: 20, breakAfter: 2, words: 5 };
    const headers = keep();
    const messages = [{ role: 'user', content: 'x' }];
    const [native, sse] = await Promise.all([
      sidecar.ask('/api/chat', chat('x'), headers),
      sleep(20).then(() => sidecar.ask('/v1/chat/completions', { model: 'm', messages, stream: true }, headers)),
    ]);
    expect(wordsOf(native.text)).toBe('w0 w1 [the model server broke off in the middle of the answer]');
    expect(sse.text).toMatch(/data: \{"error":\{"message":/);
    expect(sse.text).not.toContain('[DONE]');
    expect(ollama.generations).toHaveLength(1);
    ollama.script = {};
    expect((await sidecar.ask('/api/chat', chat('x'), headers)).headers['cache-status']).toBe('disk; fwd=uri-miss');
  });

  it('goes at the pace of the fastest reader', async () => {
    const sidecar = await start();
    ollama.script = { words: 400, word: 'x'.repeat(100_000) };
    const { body } = await sidecar.open('/api/chat', chat('big'), keep());
    await sleep(1000);
    // Forty megabytes; what fits in sockets and the allowance is far less.
    expect(ollama.inFlight).toBe(1);
    expect((await body.text()).length).toBeGreaterThan(40_000_000);
    await expect.poll(() => ollama.inFlight).toBe(0);
  });
});

describe('the disk', () => {
  it('answers what was answered, in any API, after a restart too', async () => {
    const first = await start();
    const headers = keep();
    const miss = await first.ask('/api/chat', chat('remember'), headers);
    expect(miss.headers['cache-status']).toBe('disk; fwd=uri-miss');
    const hit = await first.ask('/api/chat', chat('remember'), headers);
    expect(hit.headers['cache-status']).toMatch(/^disk; hit; ttl=\d+$/);
    expect(wordsOf(hit.text)).toBe(wordsOf(miss.text));
    const sse = await first.ask('/v1/chat/completions', { model: 'm', messages: chat('remember').messages }, headers);
    expect(JSON.parse(sse.text).choices[0].message.content).toBe('w0 w1 w2 ');
    expect(ollama.generations).toHaveLength(1);

    const exchange = await first.ask('/api/chat', chat('remember'), { ...headers, 'x-edge-accept': 'exchange' });
    expect(exchange.headers['content-type']).toBe('application/x-edge-exchange');
    expect(
      (await first.ask('/api/chat', chat('remember'), { ...headers, 'x-edge-lookup': '0' })).headers['cache-status'],
    ).toBe('disk; fwd=request');
  });

  it('keeps only what may be kept: with a key, with leave, complete, and under the digest of now', async () => {
    const sidecar = await start();
    const twice = async (headers: Record<string, string>, body: object = chat('x')) => {
      await sidecar.ask('/api/chat', body, headers);
      return (await sidecar.ask('/api/chat', body, headers)).headers['cache-status'];
    };
    expect(await twice({})).toBe('disk; fwd=uri-miss');
    expect(await twice({ ...keep(), 'x-edge-store': '0' })).toBe('disk; fwd=uri-miss');
    expect(await twice({ ...keep(), 'x-edge-ttl': '0' })).toBe('disk; fwd=uri-miss');
    ollama.script = { words: 0 };
    expect(await twice(keep())).toBe('disk; fwd=uri-miss');
    ollama.script = {};
    // An unmodelled field: kept and replayed as it came.
    const opaque = keep();
    const body = chat('x', { future_field: 1 });
    const first = await sidecar.ask('/api/chat', body, opaque);
    const second = await sidecar.ask('/api/chat', body, opaque);
    expect(second.headers['cache-status']).toMatch(/hit/);
    expect(second.text).toBe(first.text);
  });

  it('purges on request, and never everything by mistake', async () => {
    const sidecar = await start();
    const headers = keep();
    await sidecar.ask('/api/chat', chat('x'), headers);
    expect((await sidecar.ask('/api/cache/purge', {})).status).toBe(400);
    expect((await sidecar.ask('/api/cache/purge', { modle: 'm' })).status).toBe(400);
    expect((await sidecar.ask('/api/cache/purge', { model: 'n' })).text).toBe('{"purged":0}');
    expect((await sidecar.ask('/api/cache/purge', { older_than_seconds: 60 })).text).toBe('{"purged":0}');
    expect((await sidecar.ask('/api/cache/purge', { model: 'M' })).text).toBe('{"purged":1}');
    expect((await sidecar.ask('/api/chat', chat('x'), headers)).headers['cache-status']).toBe('disk; fwd=uri-miss');
  });

  it('keeps nothing of what was being generated when it was purged, and nobody joins it after', async () => {
    const sidecar = await start();
    ollama.script = { gapMs: 60 };
    const headers = { ...keep(), 'x-edge-tags': 'docs' };
    const first = sidecar.ask('/api/chat', chat('x'), headers);
    while (ollama.generations.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 5));
    await sidecar.ask('/api/cache/purge', { tag: 'docs' });
    // Without the tag: what it would join has it.
    const second = await sidecar.ask('/api/chat', chat('x'), { ...headers, 'x-edge-tags': '' });
    expect((await first).status).toBe(200);
    expect(second.headers['cache-status']).toBe('disk; fwd=uri-miss');
    expect(ollama.generations).toHaveLength(2);
    const third = await sidecar.ask('/api/chat', chat('x'), headers);
    expect(third.headers['cache-status']).toMatch(/disk; hit/);
    expect(Number(third.headers['x-answer-age'])).toBeGreaterThan(100);
  });
});

describe('what reaches Ollama', () => {
  it('never loads a model again: placement and keep_alive are the sidecar’s', async () => {
    const sidecar = await start({ MODEL_SETTINGS: '{"m":{"num_ctx":2048,"num_predict":64}}' });
    await sidecar.ask(
      '/api/chat',
      chat('x', { keep_alive: 0, options: { num_gpu: 1, num_ctx: 9999, temperature: 0 } }),
    );
    expect(ollama.generations[0]).toMatchObject({
      keep_alive: '10m',
      options: { num_ctx: 2048, num_predict: 64, temperature: 0 },
    });
    expect(ollama.generations[0]?.options).not.toHaveProperty('num_gpu');
  });

  it('asks in Ollama’s own API where the client’s cannot say the context, and answers in the client’s', async () => {
    const sidecar = await start({ MODEL_SETTINGS: '{"m":{"num_ctx":2048}}' });
    const messages = [{ role: 'user', content: 'x' }];
    const headers = keep();
    const body = { model: 'm', messages, stream: true, stream_options: { include_usage: true } };
    const sse = await sidecar.ask('/v1/chat/completions', body, headers);
    expect(ollama.generations[0]).toMatchObject({
      messages,
      stream: true,
      keep_alive: '10m',
      options: { num_ctx: 2048 },
    });
    expect(sse.headers['content-type']).toMatch(/^text\/event-stream/);
    expect(sse.text).toMatch(/"content":"w0 "[\s\S]*"total_tokens":6[\s\S]*data: \[DONE\]/);
    const whole = await sidecar.ask('/v1/chat/completions', { model: 'm', messages }, keep());
    expect(JSON.parse(whole.text).choices[0].message.content).toBe('w0 w1 w2 ');
    expect((await sidecar.ask('/v1/chat/completions', body, headers)).headers['cache-status']).toMatch(/hit/);
    const completion = await sidecar.ask('/v1/completions', { model: 'm', prompt: 'once' }, keep());
    expect(JSON.parse(completion.text).choices[0].text).toBe('w0 w1 w2 ');
    expect(ollama.generations[2]).toMatchObject({ prompt: 'once', options: { num_ctx: 2048 } });
  });

  it('passes an unknown model’s 404 on in the shape of the API', async () => {
    const sidecar = await start();
    ollama.script = { missing: ['zzz:latest'] };
    const answer = await sidecar.ask(
      '/v1/chat/completions',
      { model: 'zzz', messages: [{ role: 'user', content: 'x' }] },
      keep(),
    );
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.text).error).toMatchObject({ type: 'not_found_error', message: "model 'zzz' not found" });
  });

  it('loads configured models at start, each by the route that suits it, and holds them', async () => {
    const sidecar = await start({ WARM_MODELS: 'm, embed' });
    await sidecar.warmed;
    expect([...ollama.loads].sort()).toEqual(['embed:latest', 'm:latest']);
    expect(JSON.parse((await sidecar.get('/api/pool/stats')).text).lanes[0].models).toContainEqual({
      model: 'm:latest',
      bytes: 100,
      processor: 'CPU',
      context: 4096,
    });
  });
});

describe.skipIf(!isThere('redis-server'))('several sidecars', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedisServer();
  });
  afterAll(() => redis.close());

  it('share one generation among a thousand readers, in each one’s own API', async () => {
    ollama.script = { firstMs: 3000, gapMs: 5, words: 10 };
    const all = [
      await start({ REDIS_URL: redis.url }),
      await start({ REDIS_URL: redis.url }),
      await start({ REDIS_URL: redis.url }),
    ];
    const headers = keep();
    const native = range(900).map((index) => all[index % 3]?.ask('/api/chat', chat('same'), headers));
    const openai = range(100).map((index) =>
      all[index % 3]?.ask('/v1/chat/completions', { model: 'm', messages: chat('same').messages }, headers),
    );
    const answers = await Promise.all(native);
    const others = await Promise.all(openai);
    expect(ollama.generations).toHaveLength(1);
    expect(new Set(answers.map((answer) => wordsOf(answer?.text ?? ''))).size).toBe(1);
    expect(new Set(others.map((answer) => JSON.parse(answer?.text ?? '').choices[0].message.content)).size).toBe(1);
    const pools = JSON.parse((await all[0]?.get('/api/pool/stats'))?.text ?? '').pools as {
      name: string;
      max: number;
    }[];
    expect(pools.map(({ name, max }) => `${name} ${max}`)).toEqual(
      expect.arrayContaining(['redis cache 100', 'redis session 50', 'redis queue 30']),
    );
  });

  it('together have no more in flight than one Ollama has slots', async () => {
    ollama.script = { firstMs: 5, words: 1 };
    const env = { REDIS_URL: redis.url };
    const all = [await start(env), await start(env), await start(env)];
    // One is asked more than the others: its share follows.
    const asked = range(400).map((index) => all[index % 4 === 3 ? 0 : index % 4]?.ask('/api/chat', chat(`q ${index}`)));
    expect((await Promise.all(asked)).map((answer) => answer?.status)).toEqual(Array(400).fill(200));
    expect(ollama.peak).toBe(4);
  });

  it('offer Redis to edges, under its own token', async () => {
    const sidecar = await start({ REDIS_URL: redis.url, REDIS_REST_TOKEN: 'a token of its own' });
    const client = new Redis({ url: `${sidecar.url}/redis`, token: 'a token of its own' });
    await client.set('k', { a: 1 });
    expect(await client.get('k')).toEqual({ a: 1 });
    expect((await fetch(`${sidecar.url}/redis/get/k`)).status).toBe(401);
    const without = await start();
    expect((await fetch(`${without.url}/redis/get/k`)).status).toBe(404);
  });
});

describe('embeddings', () => {
  it('singles that wait are merged into one call, and each gets its own', async () => {
    const sidecar = await start({ OLLAMA_NUM_PARALLEL: '1' });
    await sidecar.ask('/api/embed', { model: 'embed', input: 'warm' });
    ollama.script = { firstMs: 80 };
    const words = range(20).map((index) => 'x'.repeat(index + 1));
    const answers = await Promise.all([
      ...words.map((input) => sidecar.ask('/api/embed', { model: 'embed', input })),
      sidecar.ask('/v1/embeddings', { model: 'embed', input: 'openai' }),
    ]);
    expect(ollama.embedCalls.length).toBeLessThanOrEqual(4);
    for (const [index, { text }] of answers.slice(0, 20).entries())
      expect(JSON.parse(text).embeddings).toEqual([[index + 1, 1]]);
    expect(JSON.parse(answers[20]?.text ?? '').data[0].embedding).toEqual([6, 1]);
  });

  it('one that fails does not fail those that it was merged with', async () => {
    const sidecar = await start({ OLLAMA_NUM_PARALLEL: '1' });
    await sidecar.ask('/api/embed', { model: 'embed', input: 'warm' });
    ollama.script = { firstMs: 60, poison: 'bad' };
    const inputs = ['first', 'a', 'bad', 'bbb'];
    const answers = await Promise.all(inputs.map((input) => sidecar.ask('/api/embed', { model: 'embed', input })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 400, 200]);
    expect(JSON.parse(answers[3]?.text ?? '').embeddings).toEqual([[3, 1]]);
  });
});
