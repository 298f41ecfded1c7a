/** View: the newest numbers into the page. */
import type { Recent } from '../../statistics/recent.ts';
import type { GroupReport, Latency, StatsReport, WindowReport } from '../../statistics/report.ts';
import { byId, type Column, coloured, el, fill, pairs, table, text } from './dom.ts';
import { bytes, clock, count, decimal, duration, durationText, money, percent } from './format.ts';
import { OUTCOMES } from './plots.ts';

/** The sidecar's own report, as far as the page shows it. */
export interface PoolsReport {
  readonly hit_rate_percent?: number;
  readonly pools?: readonly {
    readonly name: string;
    readonly hit_rate_percent: number;
    readonly busy: number;
    readonly connected: number;
  }[];
  readonly queue?: { readonly waiting: number; readonly expected_wait_ms: number };
  readonly lanes?: readonly {
    readonly url: string;
    readonly state?: string;
    readonly running: number;
    readonly first_token_ms?: { readonly p50?: number | null };
    readonly models?: readonly { readonly model: string; readonly processor: string }[];
  }[];
}

const RECENT_SHOWN = 30;
const ALIKE_SHOWN = 5;

export function showFigures(window: WindowReport, perSecond: number): void {
  showHitRate(window);
  text('rate', decimal(perSecond));
  pairs('rate-parts', [
    ['in this time', count(window.requests)],
    ['failed', count(window.failed)],
    ['refused', count(window.refused)],
    ['sent', bytes(window.bytes_sent)],
  ]);
  showSaved(window);
  const { HIT, SEMANTIC, MISS } = window.latency.first_byte_ms;
  const [value, unit] = duration(window.first_byte_ms.p95);
  text('first', value);
  text('first-unit', unit);
  pairs('first-parts', [
    ['exact hit', durationText(HIT?.p95)],
    ['semantic hit', durationText(SEMANTIC?.p95)],
    ['generated', durationText(MISS?.p95)],
    ['P99, all', durationText(window.first_byte_ms.p99)],
  ]);
}

function showHitRate(window: WindowReport): void {
  const { hits, misses, hit_rate_percent } = window;
  const shares = [hits.exact, hits.semantic, hits.joined, hits.stale, misses];
  const all = shares.reduce((sum, value) => sum + value, 0);
  text('hit-rate', all === 0 ? '–' : percent(hit_rate_percent));
  const parts = OUTCOMES.slice(0, shares.length).map(([, colour, word], at) => ({
    colour,
    word,
    value: shares[at] ?? 0,
  }));
  fill('hit-bar', parts, () =>
    parts
      .filter(({ value }) => value > 0)
      .map(({ colour, value }) => {
        const piece = el('span');
        piece.style.flex = `${value} 0 0`;
        piece.style.background = `var(--${colour})`;
        return piece;
      }),
  );
  const share = (value: number) => (all === 0 ? 0 : (100 * value) / all);
  const words = parts.map(({ word, value }) => `${word} ${percent(share(value))} %`);
  byId('hit-bar').setAttribute('aria-label', words.join(', '));
  fill('hit-parts', parts, () =>
    parts.map(({ colour, word, value }) =>
      el('div', {}, coloured(el('dt', {}, word), colour), el('dd', {}, `${count(value)}`)),
    ),
  );
}

function showSaved({ saved, stored }: WindowReport): void {
  const tokens = saved.completion_tokens;
  if (saved.money === null) {
    text('saved', count(tokens));
    text('saved-unit', 'tokens');
  } else {
    text('saved', money(saved.money, '').trim());
    text('saved-unit', saved.currency);
  }
  pairs('saved-parts', [
    ['answer tokens', count(tokens)],
    ['prompt tokens', count(saved.prompt_tokens)],
    ['generating', durationText(saved.generation_seconds * 1_000)],
    ['compression', stored.compression_ratio === null ? '–' : `${stored.compression_ratio} : 1`],
  ]);
}

export function showOrigin(pools: PoolsReport | undefined): void {
  if (pools === undefined) {
    text('origin', '–');
    text('origin-unit', 'not reached');
    pairs('origin-parts', []);
    table('lanes', [], [], 'The origin cannot be reached.');
    return;
  }
  const { lanes = [], queue, pools: connections = [] } = pools;
  const running = lanes.reduce((sum, lane) => sum + lane.running, 0);
  text('origin', count(running));
  text('origin-unit', 'generating');
  pairs('origin-parts', [
    ['waiting', count(queue?.waiting ?? 0)],
    ['expected wait', durationText(queue?.expected_wait_ms)],
    ['lanes up', `${lanes.filter(({ state }) => state === 'up').length} of ${lanes.length}`],
    ['pool hits', pools.hit_rate_percent === undefined ? '–' : `${percent(pools.hit_rate_percent)} %`],
  ]);
  type Row = { readonly name: string; readonly state: string; readonly busy: string; readonly detail: string };
  const rows: readonly Row[] = [
    ...lanes.map((lane) => ({
      name: lane.url.replace(/^https?:\/\//, ''),
      state: lane.state ?? '',
      busy: count(lane.running),
      detail: lane.models?.map(({ model, processor }) => `${model} on ${processor}`).join(', ') || 'no model loaded',
    })),
    ...connections.map((pool) => ({
      name: pool.name,
      state: `${percent(pool.hit_rate_percent)} % ready`,
      busy: `${count(pool.busy)} of ${count(pool.connected)}`,
      detail: 'connections',
    })),
  ];
  const failing = (state: string) => state === 'hung' || state === 'unreachable';
  const columns: readonly Column<Row>[] = [
    { name: 'Lane or pool', of: ({ name, detail }) => el('span', {}, name, el('small', {}, detail)) },
    { name: 'State', of: ({ state }) => (failing(state) ? el('span', { class: 'bad' }, state) : state) },
    { name: 'Busy', of: ({ busy }) => busy },
  ];
  table('lanes', columns, rows, 'The origin has no lane.');
}

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

function word(outcome: string, colour: string): HTMLElement {
  return coloured(el('span', { class: 'word' }, outcome.toLowerCase()), colour);
}

export function showRecent(recent: readonly Recent[], report: (request: Recent) => Promise<string>): void {
  const colours = new Map<string, string>(OUTCOMES.map(([outcome, colour]) => [outcome, colour]));
  const rows = recent.slice(0, RECENT_SHOWN);
  const asked = rows.some(({ question }) => question !== undefined);
  table<Recent>(
    'recent',
    [
      { name: 'Time', of: ({ at }) => clock(at) },
      { name: 'Outcome', of: ({ outcome }) => word(outcome, colours.get(outcome) ?? 'bypass'), words: true },
      { name: 'From', of: ({ tier, outcome }) => tier ?? (outcome === 'MISS' ? 'origin' : ''), words: true },
      {
        name: 'Status',
        of: ({ status, fault }) =>
          fault === undefined
            ? String(status)
            : el('span', { class: 'bad' }, `${status} ${fault.replaceAll('_', ' ')}`),
      },
      { name: 'First byte', of: ({ firstByteMs }) => durationText(firstByteMs) },
      { name: 'Whole', of: ({ totalMs }) => durationText(totalMs) },
      { name: 'Tokens', of: ({ tokens }) => count(tokens) },
      { name: 'Size', of: ({ bytes: size }) => bytes(size) },
      { name: 'Model', of: ({ model }) => model, words: true },
      { name: 'Tenant', of: ({ tenant }) => tenant, words: true },
      { name: 'Route', of: ({ route }) => route, words: true },
      ...(asked
        ? [{ name: 'Question', of: ({ question }: Recent) => (question ?? '').slice(0, 80), words: true as const }]
        : []),
    ],
    rows,
    'No request yet. Ask something, and it appears here.',
  );
  const alike = new Map(recent.filter(({ outcome }) => outcome === 'SEMANTIC').map((hit) => [pairOf(hit), hit]));
  showAlike([...alike.values()].slice(0, ALIKE_SHOWN), report);
}

/** The same two questions are shown once; where they are not shown, each hit. */
function pairOf({ id, question, matched }: Recent): string {
  return question === undefined ? id : `${question}\n${matched}`;
}

function showAlike(hits: readonly Recent[], report: (request: Recent) => Promise<string>): void {
  byId('alike-section').hidden = hits.length === 0;
  fill(
    'alike',
    hits.map(({ id }) => id),
    () =>
      hits.map((hit) => {
        const hidden = 'not shown: STATS_PROMPTS is off';
        const button = el('button', { type: 'button' }, 'Report as wrong') as HTMLButtonElement;
        button.addEventListener('click', async () => {
          button.disabled = true;
          button.textContent = await report(hit);
        });
        button.hidden = hit.receipt === undefined;
        return el(
          'div',
          { class: 'alike' },
          el('p', {}, el('small', {}, `asked at ${clock(hit.at)}`), hit.question ?? hidden),
          el(
            'p',
            {},
            el('small', {}, `answered as, ${percent(100 * (hit.similarity ?? 0))} % alike`),
            hit.matched ?? hidden,
          ),
          button,
        );
      }),
  );
}
