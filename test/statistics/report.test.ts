import { describe, expect, it } from 'vitest';
import type { Event, Outcome } from '../../src/observe.ts';
import { windowReport } from '../../src/statistics/report.ts';
import { count, createTally } from '../../src/statistics/tally.ts';
import { servedWith } from './events.ts';
import { FREE } from './prices.ts';

function reportOf(...events: readonly Event[]) {
  const tally = createTally();
  for (const event of events) count(tally, event);
  return windowReport(tally, FREE);
}

const outcomes = (...words: readonly Outcome[]) => words.map((outcome) => servedWith({ outcome }));

describe('a report', () => {
  it('of nothing is all zero, and promises no percentile', () => {
    expect(reportOf()).toMatchObject({
      hit_rate_percent: 0,
      requests: 0,
      first_byte_ms: { count: 0, mean: null, p50: null, p95: null, p99: null },
      stored: { compression_ratio: null },
      saved: { money: null },
      models: {},
    });
  });

  it('counts as hits what needed no generation of its own, of what was looked up', () => {
    const told = reportOf(
      ...outcomes('HIT', 'HIT', 'SEMANTIC', 'JOINED', 'STALE', 'MISS', 'MISS', 'MISS', 'BYPASS', 'BYPASS'),
    );
    expect(told).toMatchObject({
      hit_rate_percent: 62.5,
      exact_hit_rate_percent: 25,
      semantic_hit_rate_percent: 12.5,
      joined_rate_percent: 12.5,
      stale_rate_percent: 12.5,
      requests: 10,
      misses: 3,
      bypassed: 2,
    });
  });

  it('tells models, tenants, routes and arms apart, and leaves out what has no name', () => {
    const told = reportOf(
      servedWith({ model: 'a', tenant: 'one', arm: 'high' }),
      servedWith({ model: 'b', tenant: 'two', outcome: 'MISS' }),
      servedWith({ model: '', tenant: '', status: 401, fault: 'unauthorized', outcome: 'BYPASS' }),
    );
    expect(Object.keys(told.models)).toEqual(['a', 'b']);
    expect(Object.keys(told.tenants)).toEqual(['one', 'two']);
    expect(Object.keys(told.arms)).toEqual(['high']);
    expect(told.routes['/api/chat']?.requests).toBe(3);
    expect([told.models.a?.hit_rate_percent, told.models.b?.hit_rate_percent]).toEqual([100, 0]);
    expect(told.refused).toBe(1);
  });

  it('keeps percentiles of each outcome apart', () => {
    const hits = Array.from({ length: 100 }, (_, at) => servedWith({ firstByteMs: at % 10 }));
    const misses = Array.from({ length: 100 }, (_, at) => servedWith({ outcome: 'MISS', firstByteMs: 1_000 + at }));
    const { latency } = reportOf(...hits, ...misses);
    expect(latency.first_byte_ms.HIT).toMatchObject({ count: 100, p50: 4, p95: 9, p99: 9, mean: 4.5 });
    expect(latency.first_byte_ms.MISS?.p50).toBeCloseTo(1_049, -2);
  });

  it('sorts the rest by kind and word', () => {
    const told = reportOf(
      { kind: 'guard_refused', by: 'numbers' },
      { kind: 'guard_refused', by: 'polarity', count: 2 },
      { kind: 'warmed', by: 'stored' },
      { kind: 'stored', tier: 'kv', plainBytes: 1_000, bytes: 400 },
    );
    expect(told.guards).toEqual({ refused: 3, by_guard: { numbers: 1, polarity: 2 } });
    expect(told.events).toEqual({ warmed: { stored: 1 } });
    expect(told.stored).toEqual({ exchanges: 1, plain_bytes: 1_000, stored_bytes: 400, compression_ratio: 2.5 });
  });
});
