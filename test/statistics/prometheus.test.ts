import { describe, expect, it } from 'vitest';
import { renderMetrics } from '../../src/statistics/prometheus.ts';
import { count, createTally } from '../../src/statistics/tally.ts';
import { hasPrometheusParser, parsePrometheus } from '../support/prometheus-parser.ts';
import { servedWith } from './events.ts';
import { FREE } from './prices.ts';

describe.skipIf(!hasPrometheusParser())('metrics', () => {
  it('keep whatever a label holds', () => {
    const tally = createTally();
    const models = ['quo"te', 'back\\slash', 'line\nfeed', 'Umlaut ä', '{brace="x"}'];
    for (const model of models) count(tally, servedWith({ model }));
    const requests = parsePrometheus(renderMetrics(tally, FREE)).find(([name]) => name === 'edge_requests');
    expect(requests?.[3].map(([, { model }]) => model)).toEqual(models);
  });

  it('of nothing count nothing', () => {
    const samples = parsePrometheus(renderMetrics(createTally(), FREE)).flatMap(([, , , held]) => held);
    expect(samples.every(([, , value]) => value === 0)).toBe(true);
  });

  it('tell of every kind of happening, and of money where there are prices', () => {
    const tally = createTally();
    count(tally, servedWith());
    count(tally, { kind: 'limited', by: 'generations', count: 4 });
    count(tally, { kind: 'tier_failed', tier: 'kv', operation: 'get', reason: 'x' });
    count(tally, { kind: 'stored', tier: 'kv', plainBytes: 900, bytes: 300 });
    const families = parsePrometheus(
      renderMetrics(tally, { ...FREE, PRICE_COMPLETION_TOKENS: 1e6, PRICE_CURRENCY: 'EUR' }),
    );
    const samples = families.flatMap(([, , , held]) => held);
    for (const expected of [
      ['edge_events_total', { kind: 'limited', by: 'generations' }, 4],
      ['edge_tier_failures_total', { tier: 'kv', operation: 'get' }, 1],
      ['edge_stored_bytes_total', { tier: 'kv' }, 300],
      ['edge_stored_plain_bytes_total', { tier: 'kv' }, 900],
      ['edge_saved_money_total', { currency: 'EUR' }, 20],
      ['edge_saved_generation_seconds_total', {}, 0.5],
    ])
      expect(samples).toContainEqual(expected);
  });
});
