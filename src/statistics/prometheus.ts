/**
 * Prometheus: the statistics of all time in its text format (version 0.0.4). Counters only grow, over all isolates together.
 * Names, labels and units: docs/statistics.md.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
import type { Outcome } from '../observe.ts';
import { countIn, countUpTo, createHistogram, type Histogram, mergeHistogram } from './histogram.ts';
import { moneyOf, type Prices } from './report.ts';
import { type Cell, emptySums, type Sums, type Tally } from './tally.ts';

type LabelSet = Readonly<Record<string, string>>;

interface Sample {
  /** What follows the metric's name: `_bucket`, `_sum`, `_count`. */
  readonly suffix?: string;
  readonly labels: LabelSet;
  readonly value: number;
}

/** Upper ends of buckets in milliseconds, where the statistics' own buckets end too: the counts are exact. */
const LE_MS = [1, 2, 5, 10, 20, 50, 127, 255, 511, 1_023, 2_047, 4_095, 8_191, 16_383, 32_767, 65_535, 131_071];

export function renderMetrics(tally: Tally, missingShards: number, prices: Prices): string {
  const cells = [...tally.cells.values()];
  const events = [...tally.counters].map(([name, value]) => eventOf(name, value));
  const stored = (kind: string): Sample[] =>
    events.filter((event) => event.kind === kind).map(({ by, value }) => ({ labels: { tier: by }, value }));
  const sum = (name: keyof Sums) => cells.reduce((total, { sums }) => total + sums[name], 0);

  const families = [
    family('edge_requests', 'counter', 'Inference requests, answered or refused', [
      ...grouped(cells, requestLabels).map(({ labels, members }) => ({
        suffix: '_total',
        labels,
        value: members.reduce((count, { sums }) => count + sums.requests, 0),
      })),
    ]),
    family('edge_failures', 'counter', 'Requests that failed at the edge or at the origin, or were cut off', [
      ...byOutcome(cells, 'failed'),
    ]),
    family('edge_cancelled', 'counter', 'Requests whose client went before the end', [
      ...byOutcome(cells, 'cancelled'),
    ]),
    family('edge_first_byte_seconds', 'histogram', "Time until an answer's headers left", [
      ...histograms(cells, (cell) => cell.firstByte),
    ]),
    family('edge_request_duration_seconds', 'histogram', "Time until an answer's last byte left", [
      ...histograms(cells, (cell) => cell.total),
    ]),
    family('edge_response_bytes', 'counter', 'Bytes of answers', [...byOutcome(cells, 'bytes')]),
    family('edge_tokens', 'counter', 'Tokens of the answers that were given, and of their prompts', [
      total({ part: 'prompt' }, sum('promptTokens')),
      total({ part: 'completion' }, sum('completionTokens')),
    ]),
    family('edge_saved_tokens', 'counter', 'Tokens that did not have to be processed or generated', [
      total({ part: 'prompt' }, sum('savedPromptTokens')),
      total({ part: 'completion' }, sum('savedCompletionTokens')),
    ]),
    family('edge_saved_generation_seconds', 'counter', 'Time of the origin that was not needed', [
      total({}, sum('savedMs') / 1000),
    ]),
    family('edge_saved_money', 'counter', 'What that would have cost at the set prices', money(cells, prices)),
    family('edge_stored', 'counter', 'Exchanges that a tier took', totals(stored('stored'))),
    family('edge_stored_bytes', 'counter', 'Bytes that they take', totals(stored('stored_bytes'))),
    family('edge_stored_plain_bytes', 'counter', 'Bytes that they would take plain', totals(stored('plain_bytes'))),
    family('edge_tier_failures', 'counter', 'Calls of tiers that failed or took too long', [
      ...events
        .filter(({ kind }) => kind === 'tier_failed')
        .map(({ by, value }) => {
          const [tier = '', operation = ''] = by.split(' ');
          return total({ tier, operation }, value);
        }),
    ]),
    family('edge_events', 'counter', 'Everything else that happens, by kind and one word', [
      ...events
        .filter(({ kind }) => !OWN_FAMILY.includes(kind))
        .map(({ kind, by, value }) => total({ kind, by }, value)),
    ]),
    family('edge_statistics_shards_missing', 'gauge', 'Shards of the statistics that did not answer', [
      { labels: {}, value: missingShards },
    ]),
  ];
  return families.join('');
}

const OWN_FAMILY: readonly string[] = ['stored', 'stored_bytes', 'plain_bytes', 'tier_failed'];

/** A counter's samples end in `_total`, and so does its family's name in this format. */
function family(
  name: string,
  type: 'counter' | 'gauge' | 'histogram',
  help: string,
  samples: readonly Sample[],
): string {
  if (samples.length === 0) return '';
  const full = type === 'counter' ? `${name}_total` : name;
  const lines = samples.map(
    ({ suffix = '', labels, value }) => `${name}${suffix}${labelText(labels)} ${valueText(value)}`,
  );
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join('\n')}\n`;
}

function labelText(labels: LabelSet): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}

function valueText(value: number): string {
  return value === Number.POSITIVE_INFINITY ? '+Inf' : String(value);
}

function total(labels: LabelSet, value: number): Sample {
  return { suffix: '_total', labels, value };
}

function totals(samples: readonly Sample[]): readonly Sample[] {
  return samples.map(({ labels, value }) => total(labels, value));
}

function eventOf(name: string, value: number) {
  const gap = name.indexOf(' ');
  return { kind: name.slice(0, gap), by: name.slice(gap + 1), value };
}

function requestLabels({ labels }: Cell): LabelSet {
  const { route, outcome, tier, status, model, tenant, arm } = labels;
  return { route, outcome: outcome.toLowerCase(), tier, status: String(status), model, tenant, ...(arm && { arm }) };
}

function byOutcome(cells: readonly Cell[], of: keyof Sums): readonly Sample[] {
  return grouped(cells, outcomeLabels).map(({ labels, members }) =>
    total(
      labels,
      members.reduce((sum, { sums }) => sum + sums[of], 0),
    ),
  );
}

function outcomeLabels({ labels }: Cell): LabelSet {
  return { outcome: (labels.outcome satisfies Outcome).toLowerCase() };
}

function histograms(cells: readonly Cell[], of: (cell: Cell) => Histogram): readonly Sample[] {
  return grouped(cells, outcomeLabels).flatMap(({ labels, members }) => {
    const whole = createHistogram();
    for (const cell of members) mergeHistogram(whole, of(cell));
    const count = countIn(whole);
    return [
      ...LE_MS.map((limit) => ({
        suffix: '_bucket',
        labels: { ...labels, le: String(limit / 1000) },
        value: countUpTo(whole, limit),
      })),
      { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count },
      { suffix: '_sum', labels, value: whole.sum / 1000 },
      { suffix: '_count', labels, value: count },
    ];
  });
}

function money(cells: readonly Cell[], prices: Prices): readonly Sample[] {
  const sums = emptySums();
  for (const cell of cells) for (const name of Object.keys(sums) as (keyof Sums)[]) sums[name] += cell.sums[name];
  const value = moneyOf(sums, prices);
  return value === null ? [] : [total({ currency: prices.PRICE_CURRENCY }, value)];
}

function grouped(
  cells: readonly Cell[],
  by: (cell: Cell) => LabelSet,
): readonly { readonly labels: LabelSet; readonly members: readonly Cell[] }[] {
  const groups = new Map<string, { readonly labels: LabelSet; readonly members: Cell[] }>();
  for (const cell of cells) {
    const labels = by(cell);
    const name = labelText(labels);
    const present = groups.get(name);
    if (present === undefined) groups.set(name, { labels, members: [cell] });
    else present.members.push(cell);
  }
  return [...groups.values()];
}
