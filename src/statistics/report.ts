/** Report: statistics as an operator reads them. docs/statistics.md tells of every field; `GET /api/cache/stats` answers with it. */
import type { Config } from '../config.ts';
import type { Outcome } from '../observe.ts';
import { countIn, createHistogram, type Histogram, mergeHistogram, percentileOf } from './histogram.ts';
import type { Reading } from './reading.ts';
import { addSums, type Cell, emptySums, type Labels, type Sums, type Tally } from './tally.ts';

export type Prices = Pick<
  Config,
  'PRICE_PROMPT_TOKENS' | 'PRICE_COMPLETION_TOKENS' | 'PRICE_GENERATION_HOUR' | 'PRICE_CURRENCY'
>;

/** Milliseconds; null where nothing was measured. */
export interface Latency {
  readonly count: number;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** What is told of all requests, and of those of one model, tenant, route or arm. */
export interface GroupReport {
  /** Of the requests that were looked up, those that needed no generation of their own. 0 where there were none. */
  readonly hit_rate_percent: number;
  readonly exact_hit_rate_percent: number;
  readonly semantic_hit_rate_percent: number;
  readonly joined_rate_percent: number;
  readonly stale_rate_percent: number;
  readonly requests: number;
  readonly hits: { readonly exact: number; readonly semantic: number; readonly joined: number; readonly stale: number };
  readonly misses: number;
  /** Neither looked up nor stored: by their own wish, or refused before. */
  readonly bypassed: number;
  readonly failed: number;
  readonly refused: number;
  readonly cancelled: number;
  readonly bytes_sent: number;
  readonly tokens: { readonly prompt: number; readonly completion: number };
  readonly saved: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly generation_seconds: number;
    /** In `currency`; null where no price is set. */
    readonly money: number | null;
    readonly currency: string;
  };
  readonly first_byte_ms: Latency;
  readonly total_ms: Latency;
}

export interface WindowReport extends GroupReport {
  readonly latency: {
    readonly first_byte_ms: { readonly [Name in Outcome]?: Latency };
    readonly total_ms: { readonly [Name in Outcome]?: Latency };
  };
  /** Hits by the tier that had the answer. */
  readonly tiers: Readonly<Record<string, { readonly hits: number; readonly share_percent: number }>>;
  readonly models: Readonly<Record<string, GroupReport>>;
  readonly tenants: Readonly<Record<string, GroupReport>>;
  readonly routes: Readonly<Record<string, GroupReport>>;
  /** Of experiments; empty where none runs. */
  readonly arms: Readonly<Record<string, GroupReport>>;
  readonly statuses: Readonly<Record<string, number>>;
  /** What the tiers outside the isolate took. The ratio is plain to stored bytes; null where nothing was stored. */
  readonly stored: {
    readonly exchanges: number;
    readonly plain_bytes: number;
    readonly stored_bytes: number;
    readonly compression_ratio: number | null;
  };
  readonly guards: { readonly refused: number; readonly by_guard: Readonly<Record<string, number>> };
  /** Everything else that was counted: kind → word → count. */
  readonly events: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export interface StatsReport extends WindowReport {
  /** `all`: every isolate; `isolate`: only the one that answered, for want of the STATS binding. */
  readonly scope: Reading['scope'];
  /** When counting began, ISO 8601. */
  readonly since: string;
  readonly at: string;
  /** Shards that did not answer in time: their counts are missing here. */
  readonly missing_shards: number;
  readonly last_minute: WindowReport;
  readonly last_hour: WindowReport;
  readonly last_day: WindowReport;
}

export function reportOf(reading: Reading, prices: Prices, now: number): StatsReport {
  const { windows, since, scope, missing } = reading;
  return {
    ...windowReport(windows.all, prices),
    scope,
    since: new Date(Number.isFinite(since) ? since : now).toISOString(),
    at: new Date(now).toISOString(),
    missing_shards: missing,
    last_minute: windowReport(windows.minute, prices),
    last_hour: windowReport(windows.hour, prices),
    last_day: windowReport(windows.day, prices),
  };
}

export function windowReport({ cells, counters }: Tally, prices: Prices): WindowReport {
  const all = [...cells.values()];
  const events = eventsOf(counters);
  const { stored = {}, stored_bytes = {}, plain_bytes = {}, guard_refused = {}, ...others } = events;
  const plain = total(plain_bytes);
  const bytes = total(stored_bytes);
  return {
    ...groupReport(all, prices),
    latency: {
      first_byte_ms: byOutcome(all, (cell) => cell.firstByte),
      total_ms: byOutcome(all, (cell) => cell.total),
    },
    tiers: tiersOf(all),
    models: grouped(all, (labels) => labels.model, prices),
    tenants: grouped(all, (labels) => labels.tenant, prices),
    routes: grouped(all, (labels) => labels.route, prices),
    arms: grouped(all, (labels) => labels.arm, prices),
    statuses: countsBy(all, (labels) => String(labels.status)),
    stored: {
      exchanges: total(stored),
      plain_bytes: plain,
      stored_bytes: bytes,
      compression_ratio: bytes === 0 ? null : rounded(plain / bytes, 2),
    },
    guards: { refused: total(guard_refused), by_guard: guard_refused },
    events: others,
  };
}

export function groupReport(cells: readonly Cell[], prices: Prices): GroupReport {
  const sums = emptySums();
  const firstByte = createHistogram();
  const totalTime = createHistogram();
  for (const cell of cells) {
    addSums(sums, cell.sums);
    mergeHistogram(firstByte, cell.firstByte);
    mergeHistogram(totalTime, cell.total);
  }
  const outcomes = countsBy(cells, (labels) => labels.outcome);
  const { HIT = 0, SEMANTIC = 0, JOINED = 0, STALE = 0, MISS = 0, BYPASS = 0 } = outcomes;
  const lookups = HIT + SEMANTIC + JOINED + STALE + MISS;
  const refused = cells.filter(({ labels }) => labels.status >= 400 && labels.status < 500);
  return {
    hit_rate_percent: percent(HIT + SEMANTIC + JOINED + STALE, lookups),
    exact_hit_rate_percent: percent(HIT, lookups),
    semantic_hit_rate_percent: percent(SEMANTIC, lookups),
    joined_rate_percent: percent(JOINED, lookups),
    stale_rate_percent: percent(STALE, lookups),
    requests: sums.requests,
    hits: { exact: HIT, semantic: SEMANTIC, joined: JOINED, stale: STALE },
    misses: MISS,
    bypassed: BYPASS,
    failed: sums.failed,
    refused: refused.reduce((count, cell) => count + cell.sums.requests - cell.sums.cancelled, 0),
    cancelled: sums.cancelled,
    bytes_sent: sums.bytes,
    tokens: { prompt: sums.promptTokens, completion: sums.completionTokens },
    saved: {
      prompt_tokens: sums.savedPromptTokens,
      completion_tokens: sums.savedCompletionTokens,
      generation_seconds: rounded(sums.savedMs / 1000, 3),
      money: moneyOf(sums, prices),
      currency: prices.PRICE_CURRENCY,
    },
    first_byte_ms: latencyOf(firstByte),
    total_ms: latencyOf(totalTime),
  };
}

/** In the set currency; null where no price is set. */
export function moneyOf(sums: Sums, prices: Prices): number | null {
  const { PRICE_PROMPT_TOKENS: prompt, PRICE_COMPLETION_TOKENS: completion, PRICE_GENERATION_HOUR: hour } = prices;
  if (prompt === 0 && completion === 0 && hour === 0) return null;
  const tokens = (sums.savedPromptTokens * prompt + sums.savedCompletionTokens * completion) / 1e6;
  return rounded(tokens + (sums.savedMs / 3_600_000) * hour, 6);
}

function latencyOf(histogram: Histogram): Latency {
  const count = countIn(histogram);
  const at = (share: number) => percentileOf(histogram, share) ?? null;
  return {
    count,
    mean: count === 0 ? null : rounded(histogram.sum / count, 3),
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
  };
}

function byOutcome(cells: readonly Cell[], of: (cell: Cell) => Histogram): { readonly [Name in Outcome]?: Latency } {
  const merged = new Map<Outcome, Histogram>();
  for (const cell of cells) {
    const into = merged.get(cell.labels.outcome) ?? createHistogram();
    mergeHistogram(into, of(cell));
    merged.set(cell.labels.outcome, into);
  }
  return Object.fromEntries([...merged].map(([outcome, histogram]) => [outcome, latencyOf(histogram)]));
}

function tiersOf(cells: readonly Cell[]): WindowReport['tiers'] {
  const hits = countsBy(cells, (labels) => labels.tier);
  const all = total(hits);
  return Object.fromEntries(
    Object.entries(hits).map(([tier, count]) => [tier, { hits: count, share_percent: percent(count, all) }]),
  );
}

function grouped(
  cells: readonly Cell[],
  by: (labels: Labels) => string,
  prices: Prices,
): Readonly<Record<string, GroupReport>> {
  const groups = new Map<string, Cell[]>();
  for (const cell of cells) {
    const name = by(cell.labels);
    if (name === '') continue;
    const present = groups.get(name);
    if (present === undefined) groups.set(name, [cell]);
    else present.push(cell);
  }
  return Object.fromEntries([...groups].map(([name, members]) => [name, groupReport(members, prices)]));
}

function countsBy(cells: readonly Cell[], by: (labels: Labels) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { labels, sums } of cells) {
    const name = by(labels);
    if (name !== '') counts[name] = (counts[name] ?? 0) + sums.requests;
  }
  return counts;
}

function eventsOf(counters: ReadonlyMap<string, number>): Record<string, Record<string, number>> {
  const events: Record<string, Record<string, number>> = {};
  for (const [name, count] of counters) {
    const gap = name.indexOf(' ');
    const kind = name.slice(0, gap);
    const words = events[kind] ?? {};
    words[name.slice(gap + 1)] = count;
    events[kind] = words;
  }
  return events;
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : rounded((100 * part) / whole, 2);
}

function rounded(value: number, digits: number): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
}
