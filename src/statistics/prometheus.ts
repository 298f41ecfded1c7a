/**
 * Prometheus: the statistics of all time in its text format (version 0.0.4). Counters only grow, over all isolates together.
 * Names, labels and units: docs/statistics.md.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
import { countIn, countUpTo, createHistogram, type Histogram, mergeHistogram } from './histogram.ts';
import { moneyOf, type Prices } from './report.ts';
import { addSums, type Cell, emptySums, type Sums, type Tally } from './tally.ts';

type LabelSet = Readonly<Record<string, string>>;

interface Sample {
  /** What follows the family's name: `_bucket`, `_sum`, `_count` of a histogram. */
  readonly suffix?: string;
  readonly labels: LabelSet;
  readonly value: number;
}

/** Upper ends of buckets in milliseconds, where the statistics' own buckets end too: the counts are exact. */
const LE_MS = [1, 2, 5, 10, 20, 50, 127, 255, 511, 1_023, 2_047, 4_095, 8_191, 16_383, 32_767, 65_535, 131_071];

export function renderMetrics(tally: Tally, prices: Prices): string {
  const cells = [...tally.cells.values()];
  const events = [...tally.counters].map(([name, value]) => eventOf(name, value));
  const sums = emptySums();
  for (const cell of cells) addSums(sums, cell.sums);
  const byTier = (kind: string) =>
    events.filter((event) => event.kind === kind).map(({ by, value }) => total({ tier: by }, value));
  const failures = events.filter(({ kind }) => kind === 'tier_failed');
  const others = events.filter(({ kind }) => !OWN_FAMILY.includes(kind));
  const cost = moneyOf(sums, prices);

  return [
    counter('edge_requests', 'Inference requests, answered or refused', summed(cells, requestLabels, 'requests')),
    counter(
      'edge_failures',
      'Requests that failed at the edge or at the origin, or were cut off',
      summed(cells, outcomeLabels, 'failed'),
    ),
    counter('edge_cancelled', 'Requests whose client went before the end', summed(cells, outcomeLabels, 'cancelled')),
    family(
      'edge_first_byte_seconds',
      'histogram',
      "Time until an answer's headers left",
      histograms(cells, (cell) => cell.firstByte),
    ),
    family(
      'edge_request_duration_seconds',
      'histogram',
      "Time until an answer's last byte left",
      histograms(cells, (cell) => cell.total),
    ),
    counter('edge_response_bytes', 'Bytes of answers', summed(cells, outcomeLabels, 'bytes')),
    counter('edge_tokens', 'Tokens of the answers that were given, and of their prompts', [
      total({ part: 'prompt' }, sums.promptTokens),
      total({ part: 'completion' }, sums.completionTokens),
    ]),
    counter('edge_saved_tokens', 'Tokens that did not have to be processed or generated', [
      total({ part: 'prompt' }, sums.savedPromptTokens),
      total({ part: 'completion' }, sums.savedCompletionTokens),
    ]),
    counter('edge_saved_generation_seconds', 'Time of the origin that was not needed', [
      total({}, sums.savedMs / 1000),
    ]),
    counter(
      'edge_saved_money',
      'What that would have cost at the set prices',
      cost === null ? [] : [total({ currency: prices.PRICE_CURRENCY }, cost)],
    ),
    counter('edge_stored', 'Exchanges that a tier took', byTier('stored')),
    counter('edge_stored_bytes', 'Bytes that they take', byTier('stored_bytes')),
    counter('edge_stored_plain_bytes', 'Bytes that they would take plain', byTier('plain_bytes')),
    counter(
      'edge_tier_failures',
      'Calls of tiers that failed or took too long',
      failures.map(({ by, value }) => {
        const [tier = '', operation = ''] = by.split(' ');
        return total({ tier, operation }, value);
      }),
    ),
    counter(
      'edge_events',
      'Everything else that happens, by kind and one word',
      others.map(({ kind, by, value }) => total({ kind, by }, value)),
    ),
  ].join('');
}

const OWN_FAMILY: readonly string[] = ['stored', 'stored_bytes', 'plain_bytes', 'tier_failed'];

function counter(name: string, help: string, samples: readonly Sample[]): string {
  return family(`${name}_total`, 'counter', help, samples);
}

function family(name: string, type: 'counter' | 'histogram', help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return '';
  const lines = samples.map(({ suffix = '', labels, value }) => `${name}${suffix}${labelText(labels)} ${value}`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('\n')}\n`;
}

function labelText(labels: LabelSet): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}

function total(labels: LabelSet, value: number): Sample {
  return { labels, value };
}

function eventOf(name: string, value: number) {
  const gap = name.indexOf(' ');
  return { kind: name.slice(0, gap), by: name.slice(gap + 1), value };
}

function requestLabels({ labels }: Cell): LabelSet {
  const { route, outcome, tier, status, model, tenant, arm } = labels;
  return { route, outcome: outcome.toLowerCase(), tier, status: String(status), model, tenant, ...(arm && { arm }) };
}

function summed(cells: readonly Cell[], by: (cell: Cell) => LabelSet, of: keyof Sums): readonly Sample[] {
  return grouped(cells, by).map(({ labels, members }) =>
    total(
      labels,
      members.reduce((sum, { sums }) => sum + sums[of], 0),
    ),
  );
}

function outcomeLabels({ labels }: Cell): LabelSet {
  return { outcome: labels.outcome.toLowerCase() };
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
