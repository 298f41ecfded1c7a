/**
 * `npm run bench:peers`: a hit and a miss through this project and through others, on the same work in one run. Peers take turns, so
 * that a noisy machine disturbs all of them; what counts is the ratios.
 */
import { load, percentile } from '../lib/raw-client.ts';
import { table } from '../load/report/terminal.ts';
import { nginxPeer } from './nginx.ts';
import { emptyPeer, ownPeer } from './own.ts';
import { type Absent, bodyOf, type Peer, ROUTE } from './peer.ts';
import { portkeyPeer } from './portkey.ts';

const ROUNDS = 5;
const REQUESTS = Number(process.env.BENCH_REQUESTS ?? 5_000);
const CONNECTIONS = 16;
const MISSES = 200;
/** A hit that took the model this often was none. */
const HIT_SHARE = 0.9;
const INSTANT = { tokensPerSecond: 1e6, totalTokensPerSecond: 1e7, prefillTokensPerSecond: 1e8, loadMs: 1, tickMs: 1 };
const popular = bodyOf('Why is the sky blue? Answer in one paragraph.');

interface Measured {
  readonly peer: Peer;
  readonly throughputs: number[];
  readonly p99s: number[];
  /** Of the repeated requests, the share that did not reach the model. */
  hits: number;
  /** Milliseconds that a miss takes beyond the model's own, median. */
  added: number | undefined;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const isPeer = (one: Peer | Absent): one is Peer => 'port' in one;

const own = await ownPeer(INSTANT);
const others = [await emptyPeer(), await nginxPeer(own.ollamaPort), await portkeyPeer(own.ollamaPort)];
const peers = [own.peer, ...others.filter(isPeer)];
try {
  const measured: Measured[] = peers.map((peer) => ({ peer, throughputs: [], p99s: [], hits: 0, added: undefined }));
  for (const one of measured) {
    // Asked once, kept after the answer, then asked until the runtime has compiled what it will.
    await repeat(one.peer, 1);
    await new Promise((resume) => setTimeout(resume, 500));
    await repeat(one.peer, REQUESTS / 4);
    const before = await generations();
    await repeat(one.peer, 100);
    one.hits = one.peer.forwards ? 1 - ((await generations()) - before) / 100 : 0;
  }
  for (let round = 0; round < ROUNDS; round += 1)
    for (const { peer, throughputs, p99s } of measured) {
      const { throughput, latencies } = await repeat(peer, REQUESTS);
      throughputs.push(throughput);
      p99s.push(percentile(latencies, 0.99));
    }
  for (const one of measured) if (one.peer.forwards) one.added = await addedByMiss(one.peer);
  report(
    measured,
    others.filter((one): one is Absent => !isPeer(one)),
  );
} finally {
  for (const peer of peers.toReversed()) await peer.close();
}

function repeat({ port, headers }: Peer, requests: number) {
  return load({ port, path: ROUTE, body: popular, headers, connections: Math.min(CONNECTIONS, requests), requests });
}

async function generations(): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${own.ollamaPort}/_sim/stats`);
  return ((await response.json()) as { started: number }).started;
}

/** New questions one after another, straight to the model and through the peer in turns. */
async function addedByMiss({ name, port, headers }: Peer): Promise<number> {
  const once = async (target: number, question: string, with_: Readonly<Record<string, string>>) =>
    (await load({ port: target, path: ROUTE, body: bodyOf(question), headers: with_, connections: 1, requests: 1 }))
      .latencies[0] ?? 0;
  const [straight, through]: [number[], number[]] = [[], []];
  for (let at = 0; at < MISSES; at += 1) {
    straight.push(await once(own.ollamaPort, `${name}, straight, ${at}: what is new?`, {}));
    through.push(await once(port, `${name}, through, ${at}: what is new?`, headers));
  }
  return median(through) - median(straight);
}

function report(measured: readonly Measured[], absent: readonly Absent[]): void {
  const limit = measured.find(({ peer }) => !peer.forwards);
  const ratio = (values: readonly number[], of: readonly number[]) =>
    median(values.map((value, round) => value / (of[round] ?? 1))).toFixed(2);
  console.log(
    `\nOne answer asked for again and again over ${CONNECTIONS} connections, ${ROUNDS} rounds of ${REQUESTS}; ${MISSES} misses; medians.\n`,
  );
  const rows = measured.map(({ peer, throughputs, p99s, hits, added }) => [
    peer.name,
    median(throughputs).toFixed(0),
    ratio(throughputs, limit?.throughputs ?? []),
    median(p99s).toFixed(2),
    ratio(p99s, limit?.p99s ?? []),
    peer.forwards ? (hits > HIT_SHARE ? 'yes' : 'no: each was generated') : '–',
    added === undefined ? '–' : added.toFixed(2),
  ]);
  const head = ['', 'answers/s', 'of the empty handler', 'P99 ms', 'of the empty handler', 'cached', 'a miss adds, ms'];
  for (const line of table([head, ...rows])) console.log(line);
  console.log();
  for (const { peer } of measured) console.log(`${peer.name}: ${peer.what}`);
  for (const { name, why } of absent) console.log(`${name}: left out, ${why}`);
}
