/** The operator's own Redis as the edge's second tier, through the sidecar's REST endpoint; and what happens without it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pair, startPair } from '../../scripts/lib/pair.ts';
import { type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { chatBody, freshQuestion, post } from './ask.ts';
import { cacheStatusOf } from './cache-status.ts';

let redis: RedisServer;
let pair: Pair;
let settings: Record<string, string>;

beforeAll(async () => {
  redis = await startRedisServer();
  pair = await startPair({
    ollama: { loadMs: 20, tokensPerSecond: 2_000, totalTokensPerSecond: 20_000 },
    origin: { REDIS_URL: redis.url },
  });
  settings = { UPSTASH_REDIS_REST_URL: `${pair.sidecarUrl}/redis`, UPSTASH_REDIS_REST_TOKEN: pair.secret };
  await pair.restartEdge(settings);
});
afterAll(async () => {
  await pair.close();
  await redis.close();
});

const ask = (body: object, headers: Record<string, string> = {}) => post(pair.url, '/api/chat', body, headers);

describe('Redis as a tier', () => {
  it('keeps answers for every isolate', async () => {
    const body = chatBody(freshQuestion());
    const miss = await ask(body);
    expect(cacheStatusOf(miss.headers).redis).toBe('redis; fwd=uri-miss; stored');
    await new Promise((resume) => setTimeout(resume, 300));
    await pair.restartEdge({ ...settings, CACHE_TIERS: 'memory,redis' });
    const hit = await ask(body);
    expect([hit.cache, hit.text]).toEqual(['HIT', miss.text]);
    expect(cacheStatusOf(hit.headers).redis).toMatch(/; hit/);
  });

  it('that is gone is a miss, not an error; and serves again by itself', async () => {
    await redis.kill();
    const body = chatBody(freshQuestion());
    const before = performance.now();
    expect((await ask(body)).status).toBe(200);
    expect(performance.now() - before).toBeLessThan(8_000);
    expect((await ask(body)).cache).toBe('HIT');
    await redis.start();
    await expect
      .poll(
        async () => {
          const next = chatBody(freshQuestion());
          await ask(next);
          await new Promise((resume) => setTimeout(resume, 200));
          await pair.restartEdge({ ...settings, CACHE_TIERS: 'redis' });
          return cacheStatusOf((await ask(next)).headers).redis;
        },
        { timeout: 30_000, interval: 500 },
      )
      .toMatch(/; hit/);
  });
});
