import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../src/exchange/answer.ts';
import type { Exchange } from '../../src/exchange/exchange.ts';
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

  it('count for what an entry takes, whatever it is made of', () => {
    const plain = sizeOf(exchangeWith(answerOf('')));
    const content = answerOf('x'.repeat(1000));
    if (content.kind !== 'answer') throw new Error('an answer is needed');
    const more = (over: Partial<Answer>) =>
      sizeOf(exchangeWith({ kind: 'answer', answer: { ...content.answer, content: '', ...over } })) - plain;
    const logprob = { token: 'tok', logprob: -0.123456789, bytes: [1, 2, 3] };
    expect(sizeOf(exchangeWith(content)) - plain).toBeGreaterThanOrEqual(1000);
    expect(more({ thinking: 'x'.repeat(1000) })).toBeGreaterThanOrEqual(1000);
    expect(more({ context: Array(1000).fill(1) })).toBeGreaterThanOrEqual(4000);
    expect(more({ logprobs: Array(1000).fill(logprob) })).toBeGreaterThanOrEqual(100_000);
    expect(more({ toolCalls: [{ id: '', name: 'f', arguments: { text: 'x'.repeat(1000) } }] })).toBeGreaterThanOrEqual(
      900,
    );
    expect(sizeOf(exchangeWith({ kind: 'vector', vector: new Float32Array(1000), promptTokens: 1 }))).toBeGreaterThan(
      4000,
    );
    expect(sizeOf(exchangeWith({ kind: 'raw', contentType: 'x', body: 'x'.repeat(1000) }))).toBeGreaterThan(1000);
  });

  it('hold after any sequence of uses, as in the plainest such cache', () => {
    const step = fc.record({ kind: fc.constantFrom('put', 'get', 'delete'), at: fc.nat(9), length: fc.nat(3000) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const [entries, bytes] = [4, 12_000];
        const tier = memoryTier({ entries, bytes });
        const model: Exchange[] = [];
        const keys = many(10).map(({ key }) => key);
        for (const { kind, at, length } of steps) {
          const key = keys[at] ?? '';
          const index = model.findIndex((exchange) => exchange.key === key);
          const [before] = index < 0 ? [] : model.splice(index, 1);
          if (kind === 'put') {
            const exchange = exchangeWith(answerOf('x'.repeat(length)), { key });
            tier.put(exchange);
            model.push(exchange);
            const total = () => model.reduce((sum, each) => sum + sizeOf(each), 0);
            while (model.length > entries || total() > bytes) model.shift();
            expect(tier.bytes).toBe(total());
          } else if (kind === 'delete') tier.delete(key);
          else {
            expect(tier.get(key)).toBe(before);
            if (before !== undefined) model.push(before);
          }
          expect(tier.size).toBe(model.length);
        }
      }),
    );
  });
});
