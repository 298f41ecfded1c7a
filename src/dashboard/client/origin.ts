/** The origin: what it does now, its lanes and its pools of connections. */
import { type Column, el, pairs, table, text } from './dom.ts';
import { count, durationText, percent } from './format.ts';

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
