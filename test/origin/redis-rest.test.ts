/** Upstash's own client against the sidecar's REST endpoint over a real Redis. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from '@upstash/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRedisPool, type RedisPool } from '../../origin/src/pools/redis.ts';
import { redisRest } from '../../origin/src/redis-rest/rest.ts';
import { redisTier } from '../../src/tiers/redis.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { answerOf, describeTier, exchangeWith, someKey } from '../tiers/suite.ts';

const token = 'the token of these tests';
let redis: RedisServer;
let pool: RedisPool;
let server: Server;
let url = '';

beforeAll(async () => {
  redis = await startRedisServer();
  pool = openRedisPool(redis.url, 'cache');
  const rest = redisRest(pool, token, 2 ** 22);
  server = createServer(
    (request, response) => void rest.handle(request, response, (request.url ?? '/').slice('/redis'.length)),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/redis`;
});
afterAll(async () => {
  server.close();
  pool.close();
  await redis.close();
});

describeTier('redis', () => redisTier({ url, token }), { distributed: true });

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
  });

  it('pipelines, and runs transactions', async () => {
    const key = someKey();
    const pipeline = client().pipeline().set(key, 'a').get(key).exists(key);
    expect(await pipeline.exec()).toEqual(['OK', 'a', 1]);
    const transaction = client()
      .multi()
      .hset(key + 'h', { x: '1' })
      .hgetall(key + 'h');
    expect(await transaction.exec()).toEqual([1, { x: 1 }]);
  });

  it('gets Redis’s own errors', async () => {
    const key = someKey();
    await client().set(key, 'text');
    await expect(client().lpush(key, 'x')).rejects.toThrow(/WRONGTYPE/);
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

  it.each([
    ['what is no array', '', '{"not":"an array"}', 400],
    ['what is no JSON', '', '[', 400],
    ['nested arrays', '', '[["nested"]]', 400],
    ['a pipeline that is none', '/pipeline', '"x"', 400],
    ['a body over the limit', '', JSON.stringify(['SET', 'k', 'x'.repeat(2 ** 22)]), 413],
  ])('refuses %s', async (_, path, body, status) => {
    const response = await ask(path, { method: 'POST', body });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: expect.any(String) });
  });

  it('says 503 while Redis is gone, and comes back by itself', async () => {
    const tier = redisTier({ url, token });
    const exchange = exchangeWith(answerOf('after the fault'));
    await redis.kill();
    const response = await ask('/get/x');
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    await expect(tier.get(exchange.key)).rejects.toThrow();
    await redis.start();
    const restored = async () => {
      await tier.put(exchange);
      return tier.get(exchange.key);
    };
    await expect.poll(() => restored().catch(() => undefined), { timeout: 10_000 }).toEqual(exchange);
  });
});
