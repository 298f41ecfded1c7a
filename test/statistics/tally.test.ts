import { describe, expect, it } from 'vitest';
import { count, createTally, merge, pack, unpack } from '../../src/statistics/tally.ts';
import { servedWith } from './events.ts';

const requests = (tally: ReturnType<typeof createTally>) =>
  [...tally.cells.values()].reduce((sum, { sums }) => sum + sums.requests, 0);

describe('a tally', () => {
  it('keeps a cell for each set of labels', () => {
    const tally = createTally();
    count(tally, servedWith());
    count(tally, servedWith({ bytes: 50, firstByteMs: 3 }));
    count(tally, servedWith({ outcome: 'MISS', saved: { promptTokens: 0, completionTokens: 0, ms: 0 } }));
    const [hits, misses] = [...tally.cells.values()];
    expect(hits?.sums).toMatchObject({ requests: 2, bytes: 150, savedCompletionTokens: 40, savedMs: 1_000 });
    expect(misses?.sums).toMatchObject({ requests: 1, savedCompletionTokens: 0, completionTokens: 20 });
  });

  it('tells failures from cancellations and refusals', () => {
    const tally = createTally();
    count(tally, servedWith({ status: 502, fault: 'bad_gateway' }));
    count(tally, servedWith({ status: 200, fault: 'bad_gateway' }));
    count(tally, servedWith({ status: 200, fault: 'cancelled' }));
    count(tally, servedWith({ status: 429, fault: 'rate_limited' }));
    const sum = (name: 'failed' | 'cancelled') =>
      [...tally.cells.values()].reduce((total, { sums }) => total + sums[name], 0);
    expect([sum('failed'), sum('cancelled')]).toEqual([2, 1]);
  });

  it('counts every other happening by its kind and its one word', () => {
    const tally = createTally();
    count(tally, { kind: 'guard_refused', by: 'numbers' });
    count(tally, { kind: 'guard_refused', by: 'numbers' });
    count(tally, { kind: 'prefetched', by: 'used', count: 3 });
    count(tally, { kind: 'landed', model: 'm', tenant: 't', stored: false, why: 'truncated' });
    count(tally, { kind: 'stored', tier: 'kv', plainBytes: 1_000, bytes: 300 });
    count(tally, { kind: 'tier_failed', tier: 'kv', operation: 'get', reason: 'whatever it was' });
    expect(Object.fromEntries(tally.counters)).toEqual({
      'guard_refused numbers': 2,
      'prefetched used': 3,
      'landed truncated': 1,
      'stored kv': 1,
      'stored_bytes kv': 300,
      'plain_bytes kv': 1_000,
      'tier_failed kv get': 1,
    });
  });

  it('stays bounded, and loses no count over it', () => {
    const tally = createTally();
    for (let at = 0; at < 5_000; at++) {
      count(tally, servedWith({ model: `model-${at}` }));
      count(tally, { kind: 'purged', by: `word-${at}` });
    }
    expect(tally.cells.size).toBeLessThanOrEqual(513);
    expect(tally.counters.size).toBeLessThanOrEqual(257);
    expect(requests(tally)).toBe(5_000);
    expect([...tally.counters.values()].reduce((sum, held) => sum + held, 0)).toBe(5_000);
  });

  it('is the same after packing, and merges by adding', () => {
    const one = createTally();
    count(one, servedWith({ firstByteMs: 70, totalMs: 900 }));
    count(one, { kind: 'limited', by: 'generations' });
    const other = unpack(JSON.parse(JSON.stringify(pack(one))));
    expect(other).toEqual(one);
    const both = merge(merge(createTally(), one), other);
    expect(requests(both)).toBe(2);
    expect(both.counters.get('limited generations')).toBe(2);
  });
});
