/** The tiers of the platform, on its own implementations in the local runtime. */
import { env } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { coloTier } from '../../src/tiers/colo.ts';
import { kvTier } from '../../src/tiers/kv.ts';
import { answerOf, describeTier, exchangeWith, someKey } from './suite.ts';

describeTier('kv', () => kvTier(env.CACHE_KV), { distributed: true });
describeTier('colo', () => coloTier(), { distributed: true });

describe('the kv tier', () => {
  it('takes an entry that it cannot read for none', async () => {
    const key = someKey();
    await env.CACHE_KV.put(`x:${key}`, new Uint8Array([1, 0, 9, 9, 9]));
    expect(await kvTier(env.CACHE_KV).get(key)).toBeUndefined();
  });

  it('asks for no shorter life than KV gives', async () => {
    const tier = kvTier(env.CACHE_KV);
    const brief = exchangeWith(answerOf('brief'), { freshUntil: Date.now() + 500, keepUntil: Date.now() + 1500 });
    await tier.put(brief);
    expect(await tier.get(brief.key)).toEqual(brief);
    const { metadata } = await env.CACHE_KV.getWithMetadata(`x:${brief.key}`, 'arrayBuffer');
    expect(metadata).toBeNull();
  });

  it('stores more than a kilobyte compressed', async () => {
    const long = exchangeWith(answerOf('the same words again and again '.repeat(1000)));
    await kvTier(env.CACHE_KV).put(long);
    const bytes = await env.CACHE_KV.get(`x:${long.key}`, 'arrayBuffer');
    expect(bytes?.byteLength).toBeLessThan(3_000);
  });
});
