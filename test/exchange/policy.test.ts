import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../src/exchange/exchange.ts';
import { freshness, readPolicy } from '../../src/exchange/policy.ts';

const settings = {
  CACHE_TTL: 1000,
  CACHE_TTL_BY_MODEL: { 'a:latest': 60 },
  CACHE_MAX_TEMPERATURE: Infinity,
  CACHE_SEEDED: true,
};
const policyOf = (headers: Record<string, string>, options = {}, over = {}, model = 'x:latest') =>
  readPolicy(new Headers(headers), model, options, { ...settings, ...over });

describe('request directives (RFC 9111 §5.2.1)', () => {
  it.each([
    [{}, { lookup: true, store: true, bypass: undefined }],
    [{ 'cache-control': 'no-store' }, { lookup: false, store: false, bypass: 'request' }],
    [{ 'cache-control': 'No-Cache' }, { lookup: false, store: true, bypass: 'request' }],
    [{ pragma: 'no-cache' }, { lookup: false, store: true, bypass: 'request' }],
    [
      { pragma: 'no-cache', 'cache-control': 'max-age=5' },
      { lookup: true, maxAge: 5 },
    ],
    [{ 'cache-control': 'only-if-cached' }, { onlyIfCached: true, lookup: true }],
    [{ 'cache-control': 'max-age="7"' }, { maxAge: 7 }],
    [{ 'cache-control': 'max-age=soon' }, { maxAge: 0 }],
    [{ 'cache-control': 'max-stale' }, { maxStale: Infinity }],
    [{ 'cache-control': 'max-stale=9, min-fresh=3' }, { maxStale: 9, minFresh: 3 }],
  ])('%o', (headers, expected) => {
    expect(policyOf(headers as Record<string, string>)).toMatchObject(
      Object.fromEntries(Object.entries(expected).filter(([, value]) => value !== undefined)),
    );
  });
});

describe('lifetime', () => {
  it('is the default, the model’s own, or what the request says', () => {
    expect(policyOf({}).ttl).toBe(1000);
    expect(policyOf({}, {}, {}, 'a:latest').ttl).toBe(60);
    expect(policyOf({ 'x-cache-ttl': '5' }, {}, {}, 'a:latest').ttl).toBe(5);
    expect(policyOf({ 'x-cache-ttl': 'long' }).ttl).toBe(1000);
  });

  it('of zero stores nothing, and a huge one is bounded to a year', () => {
    expect(policyOf({ 'x-cache-ttl': '0' }).store).toBe(false);
    expect(policyOf({ 'x-cache-ttl': '9999999999' }).ttl).toBe(31_536_000);
  });
});

describe('what the operator keeps out', () => {
  it('is every temperature above the highest, with Ollama’s default where none is given', () => {
    const over = { CACHE_MAX_TEMPERATURE: 0.5 };
    expect(policyOf({}, { temperature: 0.5 }, over)).toMatchObject({ lookup: true, store: true });
    expect(policyOf({}, { temperature: 0.6 }, over)).toMatchObject({ lookup: false, store: false, bypass: 'bypass' });
    expect(policyOf({}, {}, over)).toMatchObject({ lookup: false, store: false });
  });

  it('is a seeded request where seeds are not cached', () => {
    expect(policyOf({}, { seed: 1 }).store).toBe(true);
    expect(policyOf({}, { seed: 1 }, { CACHE_SEEDED: false })).toMatchObject({ lookup: false, store: false });
  });
});

describe('freshness', () => {
  const exchange = { storedAt: 0, freshUntil: 100_000, keepUntil: 900_000 } as Exchange;
  const at = (second: number, headers: Record<string, string> = {}, swr = 0) =>
    freshness(exchange, policyOf(headers), second * 1000, swr);

  it.each([
    [50, {}, 0, { kind: 'fresh' }],
    [50, { 'cache-control': 'max-age=40' }, 0, { kind: 'refused', why: 'request' }],
    [50, { 'cache-control': 'max-age=50' }, 0, { kind: 'fresh' }],
    [50, { 'cache-control': 'min-fresh=60' }, 0, { kind: 'refused', why: 'request' }],
    [150, {}, 0, { kind: 'refused', why: 'stale' }],
    [150, {}, 60, { kind: 'stale', revalidate: true }],
    [150, { 'cache-control': 'max-stale=60' }, 0, { kind: 'stale', revalidate: false }],
    [150, { 'cache-control': 'max-stale' }, 0, { kind: 'stale', revalidate: false }],
    [150, { 'cache-control': 'max-stale=10' }, 0, { kind: 'refused', why: 'stale' }],
    [-50, {}, 0, { kind: 'fresh' }],
  ])('at %i s with %o', (second, headers, swr, expected) => {
    expect(at(second, headers as Record<string, string>, swr)).toEqual(expected);
  });
});
