import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientAddress } from '../../src/limits/address.ts';
import { burstOf, fullBucket, secondsToOne, takeOne } from '../../src/limits/bucket.ts';
import { rateLimitFields } from '../../src/limits/fields.ts';

describe('a token bucket', () => {
  it('never lets more through than a burst and its rate', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 300 }),
        (rate, gaps) => {
          let now = 1_000_000;
          const bucket = fullBucket(rate, now);
          const passed: number[] = [];
          for (const gap of gaps) {
            now += gap;
            if (takeOne(bucket, rate, now)) passed.push(now);
          }
          for (const [at, from] of passed.entries()) {
            const inWindow = passed.length - at;
            const last = passed.at(-1) ?? from;
            expect(inWindow).toBeLessThanOrEqual(burstOf(rate) + ((last - from) / 1000) * rate + 1e-6);
          }
        },
      ),
    );
  });

  it('lets through who keeps to its rate, and says when the next may come', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), (rate) => {
        let now = 0;
        const bucket = fullBucket(rate, now);
        while (takeOne(bucket, rate, now));
        const wait = secondsToOne(bucket, rate);
        expect(wait).toBeGreaterThan(0);
        now += wait * 1000 + 1e-6;
        for (let time = 0; time < 50; time++) {
          expect(takeOne(bucket, rate, now)).toBe(true);
          now += 1000 / rate + 1e-6;
        }
      }),
    );
  });

  it('gains nothing from a clock that goes back', () => {
    const bucket = fullBucket(1, 10_000);
    expect([takeOne(bucket, 1, 10_000), takeOne(bucket, 1, 0), takeOne(bucket, 1, 500)]).toEqual([true, false, false]);
  });
});

describe('a client address', () => {
  const of = (ip?: string) => clientAddress(new Headers(ip === undefined ? {} : { 'cf-connecting-ip': ip }));

  it('is one network for all addresses that an IPv6 client can take', () => {
    expect(of('2001:db8:1:2::1')).toBe(of('2001:0DB8:0001:0002:ffff:ffff:ffff:ffff'));
    expect(of('2001:db8::1')).toBe(of('2001:db8:0:0:9::'));
    expect(of('2001:db8:1:2::1')).not.toBe(of('2001:db8:1:3::1'));
    expect(of('::1')).toBe('0:0:0:0::/64');
  });

  it('is itself for IPv4, in whichever form', () => {
    expect([of('192.0.2.7'), of('::ffff:192.0.2.7'), of('192.0.2.8')]).toEqual(['192.0.2.7', '192.0.2.7', '192.0.2.8']);
    expect(of()).toBe('unknown');
  });
});

describe('the RateLimit fields', () => {
  /** A list of strings with integer, string or no parameters (RFC 9651), as far as these fields use it. */
  function parsed(field: string | undefined): Record<string, Record<string, number | string>> {
    const items = (field ?? '').split(', ').map((item) => {
      const [, name = '', rest = ''] = /^"([a-z]+)"((?:;[a-z]+=(?:\d+|"[a-z]+"))*)$/.exec(item) ?? [];
      const parameters = [...rest.matchAll(/;([a-z]+)=(?:(\d+)|"([a-z]+)")/g)];
      return [name, Object.fromEntries(parameters.map(([, key, number, text]) => [key, text ?? Number(number)]))];
    });
    return Object.fromEntries(items);
  }
  const noon = Date.UTC(2026, 10, 25, 12);

  it('tell each quota, and what the tightest meter has left of it', () => {
    const rates = { requests: 100, generations: 10, tokensPerDay: 5_000 };
    const fields = rateLimitFields(
      rates,
      [
        { requests: 7, generations: 9 },
        { requests: 50, tokens: 120 },
      ],
      noon,
    );
    expect(parsed(fields['ratelimit-policy'])).toEqual({
      requests: { q: 100, w: 1 },
      generations: { q: 10, w: 1 },
      tokens: { q: 5_000, w: 86_400, qu: 'tokens' },
    });
    expect(parsed(fields.ratelimit)).toEqual({
      requests: { r: 7, t: 1 },
      generations: { r: 9, t: 1 },
      tokens: { r: 120, t: 43_200 },
    });
  });

  it('leave out what is not limited', () => {
    expect(rateLimitFields({ requests: 0, generations: 3, tokensPerDay: 0 }, [], noon)).toEqual({
      'ratelimit-policy': '"generations";q=3;w=1',
      ratelimit: '"generations";r=3;t=1',
    });
    expect(rateLimitFields({ requests: 0, generations: 0, tokensPerDay: 0 }, [], noon)).toEqual({});
  });
});
