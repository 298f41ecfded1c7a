/** What one isolate lets through, with the clock in hand and the counters elsewhere failing in every way. */
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import type { PlatformLimit } from '../../src/limits/address-meter.ts';
import type { Authority } from '../../src/limits/authority.ts';
import { lend } from '../../src/limits/bucket.ts';
import { createLimiter, type Limiter } from '../../src/limits/limiter.ts';
import type { Event } from '../../src/observe.ts';

const hex = (digit: string) => digit.repeat(64);
const keys = JSON.stringify({
  [hex('a')]: 'acme',
  [hex('b')]: { tenant: 'big', requests: 500, generations: 50 },
  [hex('c')]: { tenant: 'budget', tokensPerDay: 1_000 },
});

interface Setting {
  readonly env?: Readonly<Record<string, string>>;
  readonly authority?: Authority;
  readonly platform?: PlatformLimit;
}

function limiterWith({ env = {}, authority, platform }: Setting = {}) {
  const loaded = loadConfig({ LIMIT_TIMEOUT_MS: '20', ...env });
  if (!loaded.ok) throw new Error(loaded.problems.join());
  let at = Date.UTC(2026, 10, 25, 12);
  const events: Event[] = [];
  const work: Promise<unknown>[] = [];
  const limiter = createLimiter({
    config: loaded.config,
    ...(authority && { authority }),
    ...(platform && { platform }),
    observe: (event) => events.push(event),
    now: () => at,
  }) as Limiter;
  const caller = (tenant = 'public', ip = '192.0.2.1') => ({
    tenant,
    request: new Request('http://edge/', { headers: { 'cf-connecting-ip': ip } }),
    later: (promise: Promise<unknown>) => void work.push(promise),
  });
  return {
    limiter,
    caller,
    events,
    work,
    pass: (ms: number) => {
      at += ms;
    },
    /** How many of so many requests at once pass. */
    requests: (count: number, tenant?: string, ip?: string) =>
      Array.from({ length: count }, () => limiter.request(caller(tenant, ip))).filter((fault) => fault === undefined)
        .length,
    generations: async (count: number, tenant?: string, ip?: string) => {
      const cleared = await Promise.all(Array.from({ length: count }, () => limiter.generation(caller(tenant, ip))));
      return cleared.filter(({ ok }) => ok).length;
    },
  };
}

/** An exact one, in one place for all who share it. */
function authorityOf(allowed: number): Authority & { readonly spentBy: Map<string, number>; readonly calls: string[] } {
  const bucket = { tokens: allowed, at: 0 };
  let requests = allowed;
  const spentBy = new Map<string, number>();
  const calls: string[] = [];
  return {
    spentBy,
    calls,
    async take(_tenant, { want, rate }) {
      calls.push('take');
      const granted = lend(bucket, want, rate);
      return { granted, left: bucket.tokens, retryAfter: 0.5 };
    },
    async settle(_tenant, count) {
      calls.push('settle');
      requests -= count;
      return requests;
    },
    async spend(tenant, tokens) {
      calls.push('spend');
      const sum = (spentBy.get(tenant) ?? 0) + tokens;
      spentBy.set(tenant, sum);
      return sum;
    },
  };
}

const never = () => new Promise<never>(() => {});
const failing = async () => {
  throw new Error('the limiter is down');
};
const BROKEN: readonly (readonly [string, Authority, PlatformLimit])[] = [
  ['fails', { take: failing, settle: failing, spend: failing }, { limit: failing }],
  ['never answers', { take: never, settle: never, spend: never }, { limit: never }],
];

describe('by address, where everyone is one tenant', () => {
  it('100 requests a second pass, and ten generations', async () => {
    const { requests, generations, pass } = limiterWith();
    expect([requests(150), await generations(15)]).toEqual([100, 10]);
    pass(500);
    expect([requests(150), await generations(15)]).toEqual([50, 5]);
    expect(requests(150, 'public', '192.0.2.2')).toBe(100);
  });

  it('many addresses together are not one: the tenant is everyone', () => {
    const { requests } = limiterWith();
    for (let host = 1; host < 20; host++) expect(requests(60, 'public', `198.51.100.${host}`)).toBe(60);
  });

  it('what the data centre’s other isolates saw counts', async () => {
    let calls = 0;
    const platform = { limit: async () => ({ success: ++calls <= 3 }) };
    const { limiter, requests, caller, work, pass } = limiterWith({ platform });
    expect(requests(40)).toBe(40);
    await Promise.all(work);
    expect(calls).toBe(4);
    expect(limiter.request(caller())).toMatchObject({ kind: 'rate_limited', status: 429 });
    pass(1_001);
    expect(limiter.request(caller())).toBeUndefined();
  });

  it.each([
    [1, 10],
    [10, 10],
    [50, 10],
  ])('at %i generations a second, a second’s worth is ten calls to the binding', async (rate, expected) => {
    let calls = 0;
    const platform = { limit: async () => ({ success: ++calls > 0 }) };
    const { generations } = limiterWith({ platform, env: { LIMIT_GENERATIONS: String(rate) } });
    expect(await generations(rate)).toBe(rate);
    expect(calls).toBe(expected);
  });

  it('guesses at keys count', () => {
    const { limiter, caller } = limiterWith({ env: { API_KEYS: keys } });
    const tries = Array.from({ length: 101 }, () => limiter.stranger(caller()));
    expect(tries.filter((fault) => fault !== undefined)).toHaveLength(1);
  });
});

describe('by tenant', () => {
  it('all of its addresses count together', async () => {
    const { requests, generations } = limiterWith({ env: { API_KEYS: keys } });
    expect([requests(60, 'acme', '192.0.2.1'), requests(60, 'acme', '192.0.2.2')]).toEqual([60, 40]);
    expect(await generations(6, 'acme', '192.0.2.1')).toBe(6);
    expect(await generations(6, 'acme', '192.0.2.2')).toBe(4);
  });

  it('limits of its own hold in place of everyone’s, from one address too', async () => {
    const { requests, generations, limiter, caller } = limiterWith({ env: { API_KEYS: keys } });
    expect([requests(600, 'big'), await generations(60, 'big')]).toEqual([500, 50]);
    expect(limiter.fields(caller('big'))['ratelimit-policy']).toBe('"requests";q=500;w=1, "generations";q=50;w=1');
  });

  it('generations are taken from the authority, and shared between isolates', async () => {
    const authority = authorityOf(7);
    const one = limiterWith({ authority, env: { API_KEYS: keys } });
    const other = limiterWith({ authority, env: { API_KEYS: keys } });
    expect((await one.generations(5, 'acme')) + (await other.generations(5, 'acme'))).toBe(7);
    expect(await one.limiter.generation(one.caller('acme'))).toMatchObject({
      ok: false,
      fault: { status: 429, retryAfter: 0.5 },
    });
  });

  it('a few are taken at once when many are used', async () => {
    const authority = authorityOf(1_000);
    const { generations } = limiterWith({ authority, env: { API_KEYS: keys } });
    for (let time = 0; time < 40; time++) await generations(1, 'big');
    expect(authority.calls.length).toBeLessThan(20);
  });

  it('requests never wait for it, are reported in batches, and stop when others have used them up', async () => {
    const authority = authorityOf(100);
    const one = limiterWith({ authority, env: { API_KEYS: keys } });
    const other = limiterWith({ authority, env: { API_KEYS: keys } });
    expect(one.requests(95, 'acme')).toBe(95);
    await Promise.all(one.work);
    one.pass(1_000);
    expect(one.requests(1, 'acme')).toBe(1);
    await Promise.all(one.work.splice(0));
    const reported = authority.calls.length;
    expect(reported).toBeLessThan(6);
    expect(other.requests(30, 'acme')).toBe(30);
    await Promise.all(other.work);
    expect(other.requests(30, 'acme')).toBe(0);
  });

  it('a day’s tokens end with the day', async () => {
    const authority = authorityOf(1_000);
    const { limiter, caller, generations, pass } = limiterWith({ authority, env: { API_KEYS: keys } });
    expect(await generations(1, 'budget')).toBe(1);
    await limiter.spent('budget', 1_000);
    const refused = await limiter.generation(caller('budget'));
    expect(refused).toMatchObject({ ok: false, fault: { status: 429, retryAfter: 43_200 } });
    expect(limiter.fields(caller('budget')).ratelimit).toContain('"tokens";r=0;t=43200');
    expect(limiter.request(caller('budget'))).toBeUndefined();
    pass(43_200_000);
    authority.spentBy.clear();
    expect(await generations(1, 'budget')).toBe(1);
  });

  it('a generation that did not begin is given back', async () => {
    const { limiter, caller, generations } = limiterWith({ env: { API_KEYS: keys } });
    const cleared = await limiter.generation(caller('acme'));
    if (cleared.ok) cleared.giveBack();
    expect(await generations(12, 'acme')).toBe(10);
  });
});

describe.each(BROKEN)('a counter elsewhere that %s', (_how, authority, platform) => {
  it('refuses nobody who keeps to the limit here, and holds nobody up', async () => {
    const env = { API_KEYS: keys, LIMIT_TOKENS_PER_DAY: '1000000' };
    const { requests, generations, limiter } = limiterWith({ authority, platform, env });
    const startedAt = Date.now();
    expect(requests(100, 'acme')).toBe(100);
    expect(Date.now() - startedAt).toBeLessThan(1_000);
    expect(await generations(10, 'acme')).toBe(10);
    await limiter.spent('acme', 10);
    expect(Date.now() - startedAt).toBeLessThan(5_000);
  });
});

describe('refusals', () => {
  it('are told, by which limit', () => {
    const { requests, events } = limiterWith();
    requests(102);
    expect(events).toEqual(Array(2).fill({ kind: 'limited', by: 'address_requests' }));
  });

  it('never come where limits are off or 0', async () => {
    expect(createLimiter({ config: { ...limitsOff(), RATE_LIMITS: false }, observe: () => {} })).toBeUndefined();
    const { requests, generations, limiter, caller } = limiterWith({
      env: { LIMIT_REQUESTS: '0', LIMIT_GENERATIONS: '0' },
    });
    expect([requests(1_000), await generations(1_000)]).toEqual([1_000, 1_000]);
    expect(limiter.fields(caller())).toEqual({});
  });
});

function limitsOff() {
  const loaded = loadConfig({});
  if (!loaded.ok) throw new Error(loaded.problems.join());
  return loaded.config;
}
