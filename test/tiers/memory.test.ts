import { describe, expect, it } from 'vitest';
import { memoryTier, sizeOf } from '../../src/tiers/memory.ts';
import { answerOf, describeTier, exchangeWith } from './suite.ts';

describeTier('memory', (now) => memoryTier({ entries: 500, bytes: 1e8, now }), { plant: undefined });

describe('the memory tier’s bounds', () => {
  const many = (count: number) => Array.from({ length: count }, (_, at) => exchangeWith(answerOf(`answer ${at}`)));

  it('keep the most recently used entries', () => {
    const tier = memoryTier({ entries: 3, bytes: 1e6 });
    const [a, b, c, d] = many(4);
    if (!a || !b || !c || !d) throw new Error('four are needed');
    for (const exchange of [a, b, c]) tier.put(exchange);
    tier.get(a.key);
    tier.put(d);
    expect([a, b, c, d].map(({ key }) => tier.get(key) !== undefined)).toEqual([true, false, true, true]);
    expect(tier.size).toBe(3);
  });

  it('keep the bytes within their limit, and count what leaves', () => {
    const exchanges = many(50);
    const one = sizeOf(exchanges[0] ?? exchangeWith(answerOf('')));
    const tier = memoryTier({ entries: 500, bytes: one * 10 });
    for (const exchange of exchanges) tier.put(exchange);
    expect(tier.bytes).toBeLessThanOrEqual(one * 10);
    expect(tier.size).toBeGreaterThanOrEqual(9);
    for (const exchange of exchanges) tier.delete(exchange.key);
    expect([tier.size, tier.bytes]).toEqual([0, 0]);
  });

  it('take in nothing that is larger than all of it, and forget the old copy of it', () => {
    const tier = memoryTier({ entries: 5, bytes: 10_000 });
    const small = exchangeWith(answerOf('small'));
    tier.put(small);
    tier.put({ ...small, content: answerOf('x'.repeat(100_000)) });
    expect(tier.get(small.key)).toBeUndefined();
  });

  it('of no entries keep nothing', () => {
    const tier = memoryTier({ entries: 0, bytes: 1e6 });
    const exchange = exchangeWith(answerOf('no'));
    tier.put(exchange);
    expect(tier.get(exchange.key)).toBeUndefined();
  });

  it('forget an entry at its time', () => {
    let now = 0;
    const tier = memoryTier({ entries: 5, bytes: 1e6, now: () => now });
    const exchange = exchangeWith(answerOf('brief'), { freshUntil: 10, keepUntil: 20 });
    tier.put(exchange);
    now = 19;
    expect(tier.get(exchange.key)).toBeDefined();
    now = 20;
    expect(tier.get(exchange.key)).toBeUndefined();
    expect(tier.bytes).toBe(0);
  });
});
