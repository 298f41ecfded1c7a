/** The Redis tier as the Worker has it: Upstash's client in the Workers runtime, the sidecar's endpoint, a real Redis. */
import { Redis } from '@upstash/redis/cloudflare';
import { expect, inject, it } from 'vitest';
import { redisTier } from '../../src/tiers/redis.ts';
import { answerOf, describeTier, exchangeWith, someKey } from './suite.ts';

const { url, token } = inject('redisRest');
const client = new Redis({ url, token, automaticDeserialization: false, enableTelemetry: false });

describeTier('redis', (now) => redisTier({ url, token, now }), {
  plant: (key, bytes) => client.set(`x:${key}`, btoa(String.fromCharCode(...bytes))),
});

it('an entry that is not even base64 is none', async () => {
  const key = someKey();
  await client.set(`x:${key}`, 'not base64 🦙');
  expect(await redisTier({ url, token }).get(key)).toBeUndefined();
});

it('Redis drops an entry at its time', async () => {
  const exchange = exchangeWith(answerOf('for two hours'));
  await redisTier({ url, token }).put(exchange);
  const left = await client.pttl(`x:${exchange.key}`);
  expect(left).toBeGreaterThan(7_190_000);
  expect(left).toBeLessThanOrEqual(7_200_000);
});

it('a refusal tells nothing of what was to be stored', async () => {
  const exchange = exchangeWith(answerOf('secret'));
  const failure = await Promise.resolve(redisTier({ url, token: 'another' }).put(exchange)).catch(String);
  expect(failure).toBe('Error: Unauthorized');
});
