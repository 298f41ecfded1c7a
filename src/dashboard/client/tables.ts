/** The tables: tiers, latencies, models, tenants, guards and events. */
import type { GroupReport, Latency, StatsReport, WindowReport } from '../../statistics/report.ts';
import { byId, el, fill, table, text } from './dom.ts';
import { count, durationText, percent } from './format.ts';
import { OUTCOMES, word } from './outcomes.ts';

export function showTables(window: WindowReport, report: StatsReport): void {
  const tiers = Object.entries(window.tiers).sort(([, one], [, other]) => other.hits - one.hits);
  fill('tiers', tiers, () => {
    if (tiers.length === 0) return [el('p', { class: 'none' }, 'No hit in this time.')];
    return tiers.map(([name, { hits, share_percent }]) => {
      const filled = el('b');
      filled.style.width = `${share_percent}%`;
      return el(
        'div',
        { class: 'share' },
        el('span', {}, name),
        el('i', {}, filled),
        el('span', {}, `${count(hits)} · ${percent(share_percent)} %`),
      );
    });
  });

  const latencies = OUTCOMES.flatMap(([outcome, colour]) => {
    const firstByte = window.latency.first_byte_ms[outcome];
    const whole = window.latency.total_ms[outcome];
    return firstByte === undefined || whole === undefined ? [] : [{ outcome, colour, firstByte, whole }];
  });
  type Row = {
    readonly outcome: string;
    readonly colour: string;
    readonly firstByte: Latency;
    readonly whole: Latency;
  };
  table<Row>(
    'latency',
    [
      { name: 'Outcome', of: (row) => word(row.outcome, row.colour) },
      { name: 'Count', of: (row) => count(row.whole.count) },
      { name: 'First P50', of: (row) => durationText(row.firstByte.p50) },
      { name: 'P95', of: (row) => durationText(row.firstByte.p95) },
      { name: 'P99', of: (row) => durationText(row.firstByte.p99) },
      { name: 'Last P50', of: (row) => durationText(row.whole.p50) },
      { name: 'P95', of: (row) => durationText(row.whole.p95) },
    ],
    latencies,
    'No request in this time.',
  );
  groups('models', 'Model', window.models);
  fill('warm-models', Object.keys(window.models), () =>
    Object.keys(window.models).map((model) => el('option', { value: model })),
  );
  groups('tenants', 'Tenant', window.tenants);

  const happened = [
    ...Object.entries(window.guards.by_guard).map(([by, number]) => ({ kind: 'guard refused', by, number })),
    ...Object.entries(window.events).flatMap(([kind, words]) =>
      Object.entries(words).map(([by, number]) => ({ kind: kind.replaceAll('_', ' '), by, number })),
    ),
  ].sort((one, other) => other.number - one.number);
  table<(typeof happened)[number]>(
    'events',
    [
      { name: 'What', of: ({ kind }) => kind },
      { name: 'Which', of: ({ by }) => by.replaceAll('_', ' '), words: true },
      { name: 'Times', of: ({ number }) => count(number) },
    ],
    happened,
    'Nothing in this time.',
  );
  const warning = byId('warning');
  warning.hidden = report.missing_shards === 0 && report.scope === 'all';
  text(
    'warning',
    report.scope === 'isolate'
      ? 'Only this isolate’s numbers: the Worker has no STATS binding.'
      : `${report.missing_shards} of the statistics’ objects did not answer: these numbers are too low.`,
  );
}

function groups(id: string, name: string, of: Readonly<Record<string, GroupReport>>): void {
  const rows = Object.entries(of).sort(([, one], [, other]) => other.requests - one.requests);
  table<(typeof rows)[number]>(
    id,
    [
      { name, of: ([label]) => label },
      { name: 'Requests', of: ([, group]) => count(group.requests) },
      { name: 'Hit rate', of: ([, group]) => `${percent(group.hit_rate_percent)} %` },
      { name: 'P95', of: ([, group]) => durationText(group.first_byte_ms.p95) },
      { name: 'Tokens saved', of: ([, group]) => count(group.saved.completion_tokens) },
    ],
    rows,
    'No request in this time.',
  );
}
