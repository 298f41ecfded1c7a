import { env } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { objectLedger } from '../../src/experiment/object-ledger.ts';
import { experimentSchema } from '../../src/experiment/setting.ts';
import { NOTHING } from '../../src/experiment/tally.ts';

const ledgerOf = (arms: object) => objectLedger(env.EXPERIMENTS, experimentSchema.parse({ name: 'object-test', arms }));

describe('the object of an experiment', () => {
  it('adds up what every isolate counted', async () => {
    const ledger = ledgerOf({ a: {}, b: { CACHE_TTL: 5 } });
    expect(await ledger.collected()).toEqual({ counts: {}, since: undefined });
    const some = { ...NOTHING, requests: 3, hits: 1, errors: 1, logMs: 2.5, checked: 2, wrong: 1 };
    const startedAt = Date.now();
    await Promise.all([ledger.add({ a: { 7: some }, b: { 0: some } }), ledger.add({ a: { 7: some, 63: some } })]);
    const { counts, since } = await ledgerOf({ a: {}, b: { CACHE_TTL: '5' } }).collected();
    expect(counts).toEqual({
      a: { 7: { requests: 6, hits: 2, errors: 2, logMs: 5, checked: 4, wrong: 2 }, 63: some },
      b: { 0: some },
    });
    expect(since).toBeGreaterThanOrEqual(startedAt);
  });

  it('is another one as soon as an arm is changed', async () => {
    await ledgerOf({ a: {}, b: { CACHE_TTL: 6 } }).add({ a: { 1: { ...NOTHING, requests: 1 } } });
    expect((await ledgerOf({ a: {}, b: { CACHE_TTL: 7 } }).collected()).counts).toEqual({});
  });
});
