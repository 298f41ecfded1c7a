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

interface Kind {
  readonly name: string;
  readonly body: string | ((request: number) => string);
  readonly expect: string;
}

let wordings = 0;
/** The same words with other spaces: another request each time, and each is searched for. */
function newWording(): string {
  let digits = wordings++;
  return "what's the way to reset my password".replaceAll(' ', () => {
    const spaces = 1 + (digits % 6);
    digits = Math.floor(digits / 6);
    return ' '.repeat(spaces);
  });
}

async function hits(): Promise<void> {
  // A check would store the question's own answer, and its next hit would be exact.
  const pair = await startPair({ vars: { SEMANTIC_CHECK_SHARE: '0', RATE_LIMITS: 'false' } });
  const port = portOf(pair.url);
  const path = '/api/chat';
  const question = 'How do I reset my password?';
  const exact: Kind = { name: 'exact', body: bodyOf(question), expect: 'x-cache: HIT' };
  const kinds: readonly Kind[] = [
    exact,
    { name: 'semantic, a new wording', body: () => bodyOf(newWording()), expect: 'x-cache: SEMANTIC' },
    { name: 'semantic, the same again', body: bodyOf(newWording()), expect: 'x-cache: SEMANTIC' },
  ];
  await fetch(pair.url + path, { method: 'POST', body: bodyOf(question) }).then((response) => response.arrayBuffer());
  await new Promise((resume) => setTimeout(resume, 500));
  const run = ({ body, expect }: Kind, connections: number, requests: number) =>
    load({ port, path, body, expect, connections, requests });

  for (const kind of kinds) await run(kind, CONNECTIONS, REQUESTS);
  const rounds: { readonly throughput: number; readonly ms: number }[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const results: { readonly throughput: number; readonly ms: number }[] = [];
    for (const kind of kinds) {
      const { throughput } = await run(kind, CONNECTIONS, REQUESTS);
      results.push({ throughput, ms: percentile((await run(kind, 1, Math.ceil(REQUESTS / 5))).latencies, 0.5) });
    }
    rounds.push(results);
  }
  await pair.close();
  console.log(`\nThe same answer by its question and in other words; medians of ${ROUNDS} rounds of ${REQUESTS}.\n`);
  console.log('hit                        hits/s   of exact   P50 alone ms   added ms');
  for (const [at, { name }] of kinds.entries()) {
    const of = (
      value: (own: { throughput: number; ms: number }, exact: { throughput: number; ms: number }) => number,
    ) => median(rounds.map((round) => value(round[at] as (typeof round)[number], round[0] as (typeof round)[number])));
    const cells = [
      of((own) => own.throughput)
        .toFixed(0)
        .padStart(7),
      of((own, exact) => own.throughput / exact.throughput)
        .toFixed(2)
        .padStart(10),
      of((own) => own.ms)
        .toFixed(2)
        .padStart(14),
      of((own, exact) => own.ms - exact.ms)
        .toFixed(2)
        .padStart(10),
    ];
    console.log(`${name.padEnd(26)}${cells.join(' ')}`);
  }
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
