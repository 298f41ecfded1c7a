/**
 * `npm run bench`, second part: a semantic hit against an exact one of the same answer, in turns, and how long the local index takes
 * to search a partition of so many entries.
 */
import { startEdge } from '../scripts/lib/edge.ts';
import { startPair } from '../scripts/lib/pair.ts';
import { load, percentile } from './lib/raw-client.ts';

const ROUNDS = 5;
const REQUESTS = Number(process.env.BENCH_REQUESTS ?? 10_000) / 5;
const CONNECTIONS = 16;
const SIZES = [1_000, 10_000, 100_000];
const SEARCHES = 300;

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const portOf = (url: string) => Number(new URL(url).port);
const bodyOf = (content: string) =>
  JSON.stringify({ model: 'tinyllama', messages: [{ role: 'user', content }], stream: false });

async function hits(): Promise<void> {
  // A check would store the question's own answer, and its next hit would be exact.
  const pair = await startPair({ vars: { SEMANTIC_CHECK_SHARE: '0', RATE_LIMITS: 'false' } });
  const port = portOf(pair.url);
  const path = '/api/chat';
  const exact = { body: bodyOf('How do I reset my password?'), expect: 'x-cache: HIT' };
  const semantic = { body: bodyOf("what's the way to reset my password"), expect: 'x-cache: SEMANTIC' };
  await fetch(pair.url + path, { method: 'POST', body: exact.body }).then((response) => response.arrayBuffer());
  await new Promise((resume) => setTimeout(resume, 500));
  const run = (of: typeof exact, connections: number, requests: number) =>
    load({ port, path, ...of, connections, requests });

  await run(exact, CONNECTIONS, REQUESTS);
  await run(semantic, CONNECTIONS, REQUESTS);
  const rounds: { exact: number; semantic: number; exactMs: number; semanticMs: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const alone = Math.ceil(REQUESTS / 5);
    rounds.push({
      exact: (await run(exact, CONNECTIONS, REQUESTS)).throughput,
      semantic: (await run(semantic, CONNECTIONS, REQUESTS)).throughput,
      exactMs: percentile((await run(exact, 1, alone)).latencies, 0.5),
      semanticMs: percentile((await run(semantic, 1, alone)).latencies, 0.5),
    });
  }
  await pair.close();
  const of = (value: (round: (typeof rounds)[number]) => number, digits: number) =>
    median(rounds.map(value)).toFixed(digits);
  console.log(`\nThe same answer by its question and in other words; medians of ${ROUNDS} rounds of ${REQUESTS}.\n`);
  console.log(
    `exact      ${of((round) => round.exact, 0)} hits/s, P50 of one at a time ${of((round) => round.exactMs, 2)} ms`,
  );
  console.log(`semantic   ${of((round) => round.semantic, 0)} hits/s, P50 ${of((round) => round.semanticMs, 2)} ms`);
  console.log(
    `           ${of((round) => round.semantic / round.exact, 2)} of exact hits; adds ${of((round) => round.semanticMs - round.exactMs, 2)} ms`,
  );
}

async function searches(): Promise<void> {
  const edge = await startEdge({
    host: '127.0.0.1',
    port: 0,
    vars: {},
    entry: new URL('./lib/index.worker.ts', import.meta.url).pathname,
  });
  const port = portOf(edge.url);
  const run = (path: string, requests: number) => load({ port, path, body: '', connections: 1, requests });
  await run('/empty', SEARCHES);
  console.log(
    `\nThe local index, one partition; the way there and back alone is subtracted (medians and P99 of ${SEARCHES}).\n`,
  );
  console.log('entries    P50 ms   P99 ms');
  let filled = 0;
  for (const size of SIZES) {
    await run(`/fill?count=${size - filled}`, 1);
    filled = size;
    await run('/full', SEARCHES / 10);
    const way = percentile((await run('/empty', SEARCHES)).latencies, 0.5);
    const { latencies } = await run('/full', SEARCHES);
    const [p50, p99] = [percentile(latencies, 0.5) - way, percentile(latencies, 0.99) - way];
    console.log(`${String(size).padEnd(8)} ${p50.toFixed(2).padStart(8)} ${p99.toFixed(2).padStart(8)}`);
  }
  await edge.close();
}

await hits();
await searches();
