/**
 * `npm run bench`: how many hits a second each tier answers, as a ratio to an empty Hono handler that reads the same body in the
 * same runtime in the same run. Rounds alternate between the two, so that a noisy machine disturbs both.
 */
import { startEdge } from '../scripts/lib/edge.ts';
import { type Pair, startPair } from '../scripts/lib/pair.ts';
import { profile } from './lib/profile.ts';
import { load, percentile } from './lib/raw-client.ts';

const ROUNDS = 5;
const REQUESTS = Number(process.env.BENCH_REQUESTS ?? 10_000);
const CONNECTIONS = 16;
const path = '/api/chat';
const body = JSON.stringify({
  model: 'tinyllama',
  messages: [{ role: 'user', content: 'Why is the sky blue? Answer in one paragraph.' }],
  stream: false,
  options: { num_predict: 100, seed: 7 },
});

interface Row {
  readonly name: string;
  readonly throughput: number;
  readonly ratio: number;
  readonly p50: number;
  readonly p99: number;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const portOf = (url: string) => Number(new URL(url).port);

/** Warms both, then measures them in turns. */
async function against(name: string, emptyPort: number, port: number, expect: string): Promise<Row> {
  const run = (target: number, requests: number, expected?: string) =>
    load({ port: target, path, body, connections: CONNECTIONS, requests, ...(expected && { expect: expected }) });
  await run(port, Math.ceil(REQUESTS / 4), expect);
  await run(emptyPort, Math.ceil(REQUESTS / 4));
  const rows: { empty: number; own: number; p50: number; p99: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const empty = await run(emptyPort, REQUESTS);
    const own = await run(port, REQUESTS, expect);
    const { latencies } = own;
    rows.push({
      empty: empty.throughput,
      own: own.throughput,
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
    });
  }
  return {
    name,
    throughput: median(rows.map((row) => row.own)),
    ratio: median(rows.map((row) => row.own / row.empty)),
    p50: median(rows.map((row) => row.p50)),
    p99: median(rows.map((row) => row.p99)),
  };
}

async function ask(pair: Pair): Promise<void> {
  const response = await fetch(pair.url + path, { method: 'POST', body });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  await response.arrayBuffer();
  // What is written after the answer has to be there before it is measured.
  await new Promise((resume) => setTimeout(resume, 500));
}

const pair = await startPair();
const empty = await startEdge({
  host: '127.0.0.1',
  port: 0,
  vars: {},
  entry: new URL('./lib/empty-handler.ts', import.meta.url).pathname,
});
const emptyPort = portOf(empty.url);

const rows: Row[] = [];
await ask(pair);
rows.push(await against('memory', emptyPort, portOf(pair.url), 'x-cache: HIT'));
for (const tier of ['colo', 'kv'] as const) {
  const url = await pair.restartEdge({ CACHE_TIERS: tier });
  await ask(pair);
  rows.push(await against(tier, emptyPort, portOf(url), 'x-cache: HIT'));
}

console.log(
  `\nHits of ${body.length} bytes over ${CONNECTIONS} connections, ${ROUNDS} rounds of ${REQUESTS}; medians.\n`,
);
console.log('tier      hits/s   of an empty handler   P50 ms   P99 ms');
for (const { name, throughput, ratio, p50, p99 } of rows)
  console.log(
    `${name.padEnd(8)} ${throughput.toFixed(0).padStart(7)} ${ratio.toFixed(2).padStart(21)} ${p50.toFixed(2).padStart(8)} ${p99.toFixed(2).padStart(8)}`,
  );

const profiled = await startEdge({ host: '127.0.0.1', port: 0, inspectorPort: 0, vars: pair.edgeVars });
await fetch(profiled.url + path, { method: 'POST', body }).then((response) => response.arrayBuffer());
const costs = await profile(await profiled.inspector(), () =>
  load({ port: portOf(profiled.url), path, body, connections: CONNECTIONS, requests: REQUESTS * 2 }),
);
const busy = costs.filter(({ where }) => !where.startsWith('(idle)'));
const total = busy.reduce((sum, { share }) => sum + share, 0);
console.log("\nWhere a memory hit's time goes (own time, share of the Worker's busy time):");
for (const { where, share } of busy.slice(0, 14))
  console.log(`${((share / total) * 100).toFixed(1).padStart(6)} %  ${where}`);

await profiled.close();
await empty.close();
await pair.close();
