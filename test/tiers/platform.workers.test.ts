/** The tiers of the platform, on its own implementations in the local runtime. */
import { env } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { coloTier } from '../../src/tiers/colo.ts';
import { kvTier } from '../../src/tiers/kv.ts';
import { answerOf, describeTier, exchangeWith } from './suite.ts';

describeTier('kv', (now) => kvTier(env.CACHE_KV, now), {
  plant: (key, bytes) => env.CACHE_KV.put(`x:${key}`, bytes),
});

describeTier('colo', (now) => coloTier(now), {
  plant: async (key, bytes) => {
    const headers = { 'cache-control': 'max-age=60' };
    await (await caches.open('exchanges')).put(`https://exchange.invalid/${key}`, new Response(bytes, { headers }));
  },
});

describe('the kv tier', () => {
  const expiryOf = async (key: string) => (await env.CACHE_KV.list({ prefix: `x:${key}` })).keys[0]?.expiration;

  it('has the platform drop an entry at its time', async () => {
    const exchange = exchangeWith(answerOf('for two hours'));
    await kvTier(env.CACHE_KV).put(exchange);
    const until = exchange.keepUntil / 1000;
    expect(await expiryOf(exchange.key)).toBeGreaterThan(until - 10);
    expect(await expiryOf(exchange.key)).toBeLessThanOrEqual(until + 1);
  });

  it('asks for no shorter life than KV gives, and keeps to its own', async () => {
    let later = 0;
    const tier = kvTier(env.CACHE_KV, () => Date.now() + later);
    const brief = exchangeWith(answerOf('brief'), { freshUntil: Date.now() + 5_000, keepUntil: Date.now() + 10_000 });
    await tier.put(brief);
    expect(await expiryOf(brief.key)).toBeGreaterThanOrEqual(Math.floor(Date.now() / 1000) + 59);
    expect(await tier.get(brief.key)).toEqual(brief);
    later = 10_001;
    expect(await tier.get(brief.key)).toBeUndefined();
  });

  it('says so when an entry is larger than KV takes', async () => {
    const noise = new Float32Array(7 * 1024 * 1024);
    for (let at = 0; at < noise.length; at += 16_384)
      crypto.getRandomValues(new Uint8Array(noise.buffer, at * 4, 65_536));
    const large = exchangeWith({ kind: 'vector', vector: noise, promptTokens: 1 });
    await expect(async () => kvTier(env.CACHE_KV).put(large)).rejects.toThrow(/more than KV takes/);
  });

  it('stores more than a kilobyte compressed', async () => {
    const long = exchangeWith(answerOf('the same words again and again '.repeat(1000)));
    await kvTier(env.CACHE_KV).put(long);
    const bytes = await env.CACHE_KV.get(`x:${long.key}`, 'arrayBuffer');
    expect(bytes?.byteLength).toBeLessThan(3_000);
  });
});

describe('the colo tier', () => {
  it('has the platform drop an entry at its time', async () => {
    const exchange = exchangeWith(answerOf('for two hours'));
    await coloTier().put(exchange);
    const found = await (await caches.open('exchanges')).match(`https://exchange.invalid/${exchange.key}`);
    const [, seconds] = /^max-age=(\d+)$/.exec(found?.headers.get('cache-control') ?? '') ?? [];
    expect(Number(seconds)).toBeGreaterThan(7_190);
    expect(Number(seconds)).toBeLessThanOrEqual(7_200);
    await found?.arrayBuffer();
  });
});
