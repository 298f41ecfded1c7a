/** The counters in the platform's own runtime: several isolates' meters against one Durable Object, and the Rate Limiting binding. */
import { env, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { addressMeter } from '../../src/limits/address-meter.ts';
import { objectAuthority } from '../../src/limits/object-authority.ts';
import { tenantMeter } from '../../src/limits/tenant-meter.ts';

const authority = objectAuthority(env.LIMITS);
const RATES = { requests: 100, generations: 10, tokensPerDay: 1_000 };
const PATIENCE_MS = 5_000;

describe('the object of a tenant', () => {
  it('grants together what one would get, however many isolates ask', async () => {
    const isolates = Array.from({ length: 4 }, () => tenantMeter('many', RATES, authority, PATIENCE_MS));
    const startedAt = Date.now();
    let passed = 0;
    while (Date.now() - startedAt < 1_200) {
      const refusals = await Promise.all(isolates.map((meter) => meter.generation()));
      passed += refusals.filter((refusal) => refusal === undefined).length;
    }
    const seconds = (Date.now() - startedAt) / 1000;
    expect(passed).toBeLessThanOrEqual(10 + 10 * seconds);
    // Leases that ran out unused are what may be missing.
    expect(passed).toBeGreaterThanOrEqual(10);
  });

  it('does not see another’s', async () => {
    for (let time = 0; time < 10; time++) await authority.take('greedy', { want: 1, rate: 10 });
    expect((await authority.take('greedy', { want: 1, rate: 10 })).retryAfter).toBeGreaterThan(0);
    expect(await authority.take('modest', { want: 3, rate: 10 })).toMatchObject({ granted: 3, left: 7 });
  });

  it('tells an isolate what the others have used', async () => {
    expect(await authority.settle('reports', 80, 100)).toBeCloseTo(20, -1);
    expect(await authority.settle('reports', 80, 100)).toBeLessThan(0);
    expect(await authority.settle('reports', 10_000, 100)).toBeGreaterThanOrEqual(-100);
  });

  it('keeps the day’s tokens in its database', async () => {
    expect(await authority.spend('counted', 400)).toBe(400);
    expect(await authority.spend('counted', 0.5)).toBe(401);
    await runInDurableObject(env.LIMITS.get(env.LIMITS.idFromName('counted')), (_object, state) => {
      const day = new Date().toISOString().slice(0, 10);
      expect(state.storage.sql.exec('SELECT day, tokens FROM spent').toArray()).toEqual([{ day, tokens: 401 }]);
    });
    const meter = tenantMeter('counted', RATES, authority, PATIENCE_MS);
    await meter.spent(599);
    expect(await meter.generation()).toMatchObject({ limit: 'tokens' });
    const elsewhere = tenantMeter('counted', RATES, authority, PATIENCE_MS);
    expect(await elsewhere.generation()).toMatchObject({ limit: 'tokens' });
  });
});

describe('the Rate Limiting binding', () => {
  const RATE = { requests: 100, generations: 10 };
  const meterOf = (address: string) => addressMeter(address, RATE, env.ADDRESS_LIMIT, PATIENCE_MS);
  /** The binding's, of ten seconds by the clock. */
  const window = () => Math.floor(Date.now() / 10_000);

  /** How many of twelve isolates' hundred requests pass, and what the thirteenth is then told. */
  async function twelveIsolates(address: string) {
    const work: Promise<unknown>[] = [];
    let passed = 0;
    for (let isolate = 0; isolate < 12; isolate++) {
      const meter = meterOf(address);
      for (let time = 0; time < 100; time++) if (meter.request((done) => work.push(done)) === undefined) passed += 1;
      await Promise.all(work.splice(0));
    }
    const late = meterOf(address);
    for (let time = 0; time < 10; time++) late.request((done) => work.push(done));
    await Promise.all(work);
    return { passed, told: late.request(() => {}) };
  }

  it('counts an address over isolates, in calls worth a tenth of a second', async () => {
    for (let attempt = 1; ; attempt++) {
      const begun = window();
      const { passed, told } = await twelveIsolates(`192.0.2.${attempt}`);
      expect(passed).toBe(1_200);
      // What began in one window and ended in the next says nothing of either.
      if (window() !== begun && attempt < 5) continue;
      expect(told).toMatchObject({ limit: 'requests', by: 'address' });
      break;
    }
    expect(await meterOf('192.0.2.99').generation()).toBeUndefined();
  });
});
