/** Upstash's own client against the sidecar's REST endpoint over a real Redis. */
import { connect } from 'node:net';
import { Redis } from '@upstash/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisTier } from '../../src/tiers/redis.ts';
import { MAX_BODY_BYTES, type RedisRestServer, startRedisRest } from '../support/redis-rest.ts';
import { answerOf, exchangeWith, someKey } from '../tiers/suite.ts';

let server: RedisRestServer;
let url: string;
let token: string;

beforeAll(async () => {
  server = await startRedisRest({ bodyMs: 300 });
  ({ url, token } = server);
});
afterAll(() => server.close());

describe('Upstash’s client', () => {
  const client = () => new Redis({ url, token, enableTelemetry: false, retry: false });

  it('sets, gets, counts and deletes', async () => {
    const key = someKey();
    expect(await client().set(key, { some: 'json', and: ['naïve', '🦙'] })).toBe('OK');
    expect(await client().get(key)).toEqual({ some: 'json', and: ['naïve', '🦙'] });
    expect(await client().incr(`${key}n`)).toBe(1);
    expect(await client().del(key, `${key}n`)).toBe(2);
    expect(await client().get(key)).toBeNull();
  });

  it('keeps to times to live', async () => {
    const key = someKey();
    await client().set(key, 'brief', { px: 60_000 });
    expect(await client().pttl(key)).toBeGreaterThan(50_000);
    await client().set(key, 'gone at once', { px: 20 });
    await new Promise((resume) => setTimeout(resume, 40));
    expect(await client().get(key)).toBeNull();
  });

  it('keeps null, numbers and lists apart', async () => {
    const key = someKey();
    await client().set(key, 'OK');
    expect(await client().get(key)).toBe('OK');
    expect(await client().mget(key, someKey())).toEqual(['OK', null]);
    expect(await client().ping()).toBe('PONG');
    expect(await client().zadd(`${key}z`, { score: 1.5, member: 'm' })).toBe(1);
    expect(await client().zrange(`${key}z`, 0, -1, { withScores: true })).toEqual(['m', 1.5]);
    const transaction = client().multi().zrange(`${key}z`, 0, -1, { withScores: true });
    expect(await transaction.exec()).toEqual([['m', 1.5]]);
  });

  it('pipelines, and runs transactions', async () => {
    const key = someKey();
    const pipeline = client().pipeline().set(key, 'a').get(key).exists(key);
    expect(await pipeline.exec()).toEqual(['OK', 'a', 1]);
    const transaction = client().multi().hset(`${key}h`, { x: '1' }).hgetall(`${key}h`);
    expect(await transaction.exec()).toEqual([1, { x: 1 }]);
  });

  it('has a pipeline carried out in its order, under load too', async () => {
    const lists = Array.from({ length: 20 }, () => someKey());
    const numbers = Array.from({ length: 100 }, (_, at) => at);
    await Promise.all(
      lists.map((list) => {
        const pipeline = client().pipeline();
        for (const number of numbers) pipeline.rpush(list, number);
        return pipeline.exec();
      }),
    );
    for (const list of lists) expect(await client().lrange(list, 0, -1)).toEqual(numbers);
  });

  it('has a transaction carried out whole or not at all', async () => {
    const key = someKey();
    await expect(client().multi().set(key, 'x').flushall().exec()).rejects.toThrow(/not open/);
    expect(await client().exists(key)).toBe(0);
    const counts = await Promise.all(
      Array.from({ length: 50 }, () => client().multi().incr(key).incr(key).exec<[number, number]>()),
    );
    expect(counts.every(([first, second]) => second === first + 1)).toBe(true);
    expect(await client().get(key)).toBe(100);
  });

  it('gets Redis’s own errors', async () => {
    const key = someKey();
    await client().set(key, 'text');
    await expect(client().lpush(key, 'x')).rejects.toThrow(/WRONGTYPE/);
    const mixed = await client().pipeline().lpush(key, 'x').get(key).exec({ keepErrors: true });
    expect(mixed).toMatchObject([{ error: expect.stringMatching(/WRONGTYPE/) }, { result: 'text' }]);
  });

  it('is refused what a cache does not need', async () => {
    await expect(client().flushall()).rejects.toThrow(/not open/);
    await expect(client().eval('return 1', [], [])).rejects.toThrow(/not open/);
    await expect(client().keys('*')).rejects.toThrow(/not open/);
    await expect(client().pipeline().get('a').flushdb().exec()).rejects.toThrow(/not open/);
  });

  it('is refused with another token', async () => {
    await expect(new Redis({ url, token: 'another', retry: false }).get('x')).rejects.toThrow(/Unauthorized/);
  });
});

describe('the REST endpoint', () => {
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(url + path, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });

  it('takes a command in the path', async () => {
    const key = someKey();
    expect(await (await ask(`/set/${key}/a%20b%2Fc`)).json()).toEqual({ result: 'OK' });
    expect(await (await ask(`/get/${key}`)).json()).toEqual({ result: 'a b/c' });
    expect(await (await ask(`/set/${key}`, { method: 'POST', body: 'from the body' })).json()).toEqual({
      result: 'OK',
    });
    expect(await (await ask(`/get/${key}`)).json()).toEqual({ result: 'from the body' });
  });

  it('keeps every byte of a body, and gives it back in base64', async () => {
    const key = someKey();
    const bytes = Uint8Array.from({ length: 1024 }, (_, at) => at);
    await ask(`/set/${key}?EX=100`, { method: 'POST', body: bytes });
    const answer = await ask(`/get/${key}`, { headers: { 'upstash-encoding': 'base64' } });
    const { result } = (await answer.json()) as { result: string };
    expect(new Uint8Array(Buffer.from(result, 'base64'))).toEqual(bytes);
    const left = (await (await ask(`/ttl/${key}`)).json()) as { result: number };
    expect(left.result).toBeGreaterThan(90);
  });

  it('takes the token from the query, and keeps it out of the command', async () => {
    const key = someKey();
    const query = `?_token=${encodeURIComponent(token)}`;
    expect(await (await fetch(`${url}/set/${key}/v${query}&NX`)).json()).toEqual({ result: 'OK' });
    expect(await (await fetch(`${url}/set/${key}/w${query}&NX`)).json()).toEqual({ result: null });
    expect(await (await fetch(`${url}/get/${key}${query}`)).json()).toEqual({ result: 'v' });
  });

  it.each([
    ['no token', {}],
    ['an empty one', { authorization: 'Bearer ' }],
    ['the beginning of the right one', { authorization: 'Bearer the token' }],
    ['another scheme', { authorization: 'Basic the token of these tests' }],
  ])('refuses %s', async (_, headers: Record<string, string>) => {
    const response = await fetch(`${url}/ping`, { headers });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ error: 'Unauthorized' });
  });

  it('refuses other methods', async () => {
    expect((await ask('/get/x', { method: 'PUT', body: 'x' })).status).toBe(405);
    expect((await ask('/get/x', { method: 'DELETE' })).status).toBe(405);
  });

  it('refuses a body over the limit that did not say its length', async () => {
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
    });
    const streamed: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' };
    expect((await ask('/', streamed)).status).toBe(413);
  });

  it('gives up on a body that does not come', async () => {
    const { hostname, port } = new URL(url);
    const started = Date.now();
    const heard = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(port), hostname, () =>
        socket.write(
          `POST /redis HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-length: 99\r\n\r\n[`,
        ),
      );
      socket.on('data', (data) => {
        text += data;
      });
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(heard).toMatch(/^HTTP\/1.1 408 /);
    expect(Date.now() - started).toBeLessThan(5_000);
  });

  it('is open for other commands where that is configured', async () => {
    const open = await startRedisRest({ allowed: new Set(['dbsize']) });
    try {
      const as = (path: string) => fetch(open.url + path, { headers: { authorization: `Bearer ${open.token}` } });
      expect(await (await as('/dbsize')).json()).toEqual({ result: 0 });
      expect((await as('/get/x')).status).toBe(400);
    } finally {
      await open.close();
    }
  });

  it.each([
    ['what is no array', '', '{"not":"an array"}', 400],
    ['what is no JSON', '', '[', 400],
    ['nested arrays', '', '[["nested"]]', 400],
    ['an object for an argument', '', '["SET","k",{}]', 400],
    ['an empty command', '', '[]', 400],
    ['a path that is no text', '/get/%ff', '', 400],
    ['too many commands', '/pipeline', JSON.stringify(Array(1001).fill(['PING'])), 400],
    ['a pipeline that is none', '/pipeline', '"x"', 400],
    ['a body over the limit', '', JSON.stringify(['SET', 'k', 'x'.repeat(MAX_BODY_BYTES)]), 413],
  ])('refuses %s', async (_, path, body, status) => {
    const response = await ask(path, { method: 'POST', body });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: expect.any(String) });
  });

  it('takes an empty pipeline and an empty transaction', async () => {
    for (const path of ['/pipeline', '/multi-exec'])
      expect(await (await ask(path, { method: 'POST', body: '[]' })).json()).toEqual([]);
  });

  it('says 503 within its time while Redis hangs, on every route', async () => {
    await ask('/ping');
    server.redis.freeze();
    try {
      const commands = JSON.stringify(Array(50).fill(['GET', 'x']));
      const started = Date.now();
      const answers = await Promise.all([
        ask('/get/x'),
        ask('', { method: 'POST', body: '["GET","x"]' }),
        ask('/pipeline', { method: 'POST', body: commands }),
        ask('/multi-exec', { method: 'POST', body: commands }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
      expect(Date.now() - started).toBeLessThan(4_000);
    } finally {
      server.redis.thaw();
    }
    await expect.poll(async () => (await ask('/ping')).status, { timeout: 10_000 }).toBe(200);
  });

  it('says 503 while Redis is gone, and comes back by itself', async () => {
    const tier = redisTier({ url, token });
    const exchange = exchangeWith(answerOf('after the fault'));
    await server.redis.kill();
    const response = await ask('/get/x');
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    await expect(tier.get(exchange.key)).rejects.toThrow(/^ERR Redis cannot be reached$/);
    await expect(tier.put(exchange)).rejects.toThrow(/^ERR Redis cannot be reached$/);
    await server.redis.start();
    const restored = async () => {
      await tier.put(exchange);
      return tier.get(exchange.key);
    };
    await expect.poll(() => restored().catch(() => undefined), { timeout: 10_000 }).toEqual(exchange);
  });
});
