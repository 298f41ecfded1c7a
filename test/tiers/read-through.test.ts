import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/observe.ts';
import { memoryTier } from '../../src/tiers/memory.ts';
import { type Purged, readThrough } from '../../src/tiers/read-through.ts';
import type { Tier, TierName } from '../../src/tiers/tier.ts';
import { chaotic } from './chaos.ts';
import { answerOf, exchangeWith, someKey } from './suite.ts';

/** Real memory tiers under other names. */
function stack(...names: TierName[]) {
  const events: Event[] = [];
  const tiers: Tier[] = names.map((name) => ({ ...memoryTier({ entries: 100, bytes: 1e7 }), name }));
  const through = (over: Tier[] = tiers, timeoutMs = 50, purged?: Purged) =>
    readThrough(
      over.map((tier) => ({ tier, timeoutMs })),
      (event) => events.push(event),
      Date.now,
      purged,
    );
  return { tiers, events, through };
}

describe('reading through the tiers', () => {
  it('asks the nearest alone where that is wanted', async () => {
    const { tiers, through } = stack('memory', 'colo');
    const exchange = exchangeWith(answerOf('deep'));
    tiers[1]?.put(exchange);
    expect(await through().nearest(exchange.key)).toMatchObject({ exchange: undefined, passed: ['memory'] });
    tiers[0]?.put(exchange);
    expect(await through().nearest(exchange.key)).toMatchObject({ exchange, tier: 'memory' });
  });

  it('stops at the nearest that has it, and fills those above', async () => {
    const { tiers, through } = stack('memory', 'colo', 'kv');
    const exchange = exchangeWith(answerOf('deep'));
    tiers[2]?.put(exchange);
    const found = await through().lookup(exchange.key);
    expect(found).toMatchObject({ exchange, tier: 'kv', passed: ['memory', 'colo'], above: true });
    await found.fill();
    expect(await through().lookup(exchange.key)).toMatchObject({ tier: 'memory', passed: [], above: false });
    expect(tiers[1]?.get(exchange.key)).toEqual(exchange);
  });

  it('answers from memory without waiting for anything', () => {
    const { tiers, through } = stack('memory', 'kv');
    const exchange = exchangeWith(answerOf('near'));
    tiers[0]?.put(exchange);
    expect(through().lookup(exchange.key)).not.toBeInstanceOf(Promise);
  });

  it('finds nothing where there is nothing', async () => {
    const { through } = stack('memory', 'colo', 'kv');
    expect(await through().lookup(someKey())).toMatchObject({ exchange: undefined, passed: ['memory', 'colo', 'kv'] });
  });

  it('prefers a fresh copy below to a stale one above, and gives the stale one where there is no other', async () => {
    const { tiers, through } = stack('memory', 'kv');
    const stale = exchangeWith(answerOf('old'), { freshUntil: Date.now() - 1 });
    const fresh = { ...stale, content: answerOf('new'), freshUntil: Date.now() + 60_000 };
    tiers[0]?.put(stale);
    expect(await through().lookup(stale.key)).toMatchObject({ exchange: stale, tier: 'memory' });
    tiers[1]?.put(fresh);
    expect(await through().lookup(stale.key)).toMatchObject({ exchange: fresh, tier: 'kv' });
  });

  it('does not say that a copy is gone because it cannot know whether it was purged', async () => {
    const { tiers, through } = stack('memory', 'kv');
    const exchange = exchangeWith(answerOf('perhaps purged'));
    for (const tier of tiers) tier.put(exchange);
    const unknown = { covers: () => false, ready: () => Promise.resolve(false) };
    const found = await through(tiers, 50, unknown).lookup(exchange.key);
    expect(found).toMatchObject({ exchange: undefined, passed: ['memory', 'kv'], failed: ['memory', 'kv'] });
  });

  it('takes a tier that fails for one that has nothing, and says so', async () => {
    const { tiers, events, through } = stack('memory', 'colo', 'kv');
    const exchange = exchangeWith(answerOf('below the fault'));
    tiers[2]?.put(exchange);
    const [memory, colo, kv] = tiers as [Tier, Tier, Tier];
    const faulty = through([memory, chaotic(colo, { kind: 'failing' }), kv]);
    const found = await faulty.lookup(exchange.key);
    expect(found).toMatchObject({ exchange, tier: 'kv', passed: ['memory', 'colo'], failed: ['colo'] });
    await found.fill();
    await faulty.put(exchange);
    await faulty.delete(exchange.key);
    expect(events.map((event) => event.kind === 'tier_failed' && `${event.tier} ${event.operation}`)).toEqual([
      'colo get',
      'colo put',
      'colo put',
      'colo delete',
    ]);
  });

  it('does not wait longer for a slow tier than its limit', async () => {
    const { tiers, events, through } = stack('memory', 'kv');
    const [memory, kv] = tiers as [Tier, Tier];
    const found = await through([memory, chaotic(kv, { kind: 'slow', ms: 60_000 })], 20).lookup(someKey());
    expect(found).toMatchObject({ exchange: undefined, passed: ['memory', 'kv'], failed: ['kv'] });
    expect(events).toMatchObject([{ tier: 'kv', operation: 'get', reason: 'no answer within 20 ms' }]);
  });

  it('takes a synchronous tier that throws for one that has nothing', async () => {
    const { tiers, events, through } = stack('memory', 'kv');
    const exchange = exchangeWith(answerOf('below'));
    tiers[1]?.put(exchange);
    const throwing: Tier = {
      name: 'memory',
      get: () => {
        throw new Error('get');
      },
      put: () => {
        throw new Error('put');
      },
      delete: () => {
        throw new Error('delete');
      },
    };
    const faulty = through([throwing, tiers[1] as Tier]);
    const found = await faulty.lookup(exchange.key);
    expect(found).toMatchObject({ exchange, tier: 'kv', failed: ['memory'] });
    await found.fill();
    await faulty.put(exchange);
    await faulty.delete(exchange.key);
    expect(events.map((event) => event.kind === 'tier_failed' && event.reason)).toEqual([
      'get',
      'put',
      'put',
      'delete',
    ]);
  });

  it('hears nothing more of a tier that fails after its time', async () => {
    const { tiers, events, through } = stack('memory', 'kv');
    const late = chaotic(chaotic(tiers[1] as Tier, { kind: 'failing' }), { kind: 'slow', ms: 30 });
    await through([tiers[0] as Tier, late], 5).lookup(someKey());
    await new Promise((resume) => setTimeout(resume, 60));
    expect(events).toMatchObject([{ tier: 'kv', reason: 'no answer within 5 ms' }]);
  });

  it('gives the freshest of several stale copies, and fills those above it', async () => {
    const { tiers, through } = stack('memory', 'colo', 'kv');
    const oldest = exchangeWith(answerOf('oldest'), { freshUntil: Date.now() - 3_000 });
    const old = { ...oldest, content: answerOf('old'), freshUntil: Date.now() - 1_000 };
    const older = { ...oldest, content: answerOf('older'), freshUntil: Date.now() - 2_000 };
    tiers[0]?.put(oldest);
    tiers[1]?.put(old);
    tiers[2]?.put(older);
    const found = await through().lookup(oldest.key);
    expect(found).toMatchObject({ exchange: old, tier: 'colo', passed: [], above: true });
    await found.fill();
    expect(tiers[0]?.get(oldest.key)).toEqual(old);
  });

  it('gives nothing that is past its time, whatever a tier says', async () => {
    const past = exchangeWith(answerOf('past'), { freshUntil: Date.now() - 2, keepUntil: Date.now() - 1 });
    const { through } = stack();
    const careless: Tier = { name: 'kv', get: async () => past, put: () => {}, delete: () => {} };
    expect(await through([careless]).lookup(past.key)).toMatchObject({
      exchange: undefined,
      passed: ['kv'],
      failed: [],
    });
  });

  it('without any tier finds nothing, and stores nothing', async () => {
    const { through } = stack();
    expect(through().lookup(someKey())).toMatchObject({ exchange: undefined, passed: [] });
    await through().put(exchangeWith(answerOf('nowhere')));
  });

  it('survives any pattern of faults: every answer is the right one or none', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { tiers, through } = stack('memory', 'colo', 'kv');
      const faulty = through(tiers.map((tier) => chaotic(tier, { kind: 'unreliable', share: 0.4, seed })));
      const exchanges = Array.from({ length: 20 }, (_, at) => exchangeWith(answerOf(`answer ${at}`)));
      for (const exchange of exchanges) await faulty.put(exchange);
      let hits = 0;
      for (const exchange of exchanges) {
        const found = await faulty.lookup(exchange.key);
        if (found.exchange === undefined) continue;
        expect(found.exchange).toEqual(exchange);
        hits += 1;
      }
      expect(hits).toBeGreaterThan(0);
    }
  });
});
