/**
 * `npm run bench:origin`: the same mixed load (two models, shared beginnings) straight to one simulated Ollama and through the
 * sidecar; what the sidecar adds to an idle system; its memory with a thousand open streams. Each part runs in a process of
 * its own, the sidecar as its image has it, and the two ways take turns.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Agent, request } from 'undici';
import { freePort } from '../scripts/lib/ports.ts';
import { bundleSidecar } from '../scripts/lib/sidecar-image.ts';

const ROUNDS = 3;
const REQUESTS = Number(process.env.BENCH_REQUESTS ?? 240);
const CLIENTS = 48;
/** BENCH_PREFIXES=0: short questions that share nothing. */
const PREFIXES = Number(process.env.BENCH_PREFIXES ?? 6);
const STREAMS = 1_000;
/** Five times as fast as TinyLlama on two cores, so that the benchmark ends. */
const ENGINE = { tokensPerSecond: 90, totalTokensPerSecond: 200, prefillTokensPerSecond: 1_250, loadMs: 400 };
const MODELS = ['tinyllama', 'llama3.2:1b'];
const secret = randomBytes(16).toString('hex');
const agent = new Agent({ connections: 4_000, headersTimeout: 0, bodyTimeout: 0 });
const children: ChildProcess[] = [];

interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

function start(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.push(child);
  return child;
}

async function answers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const ok = await request(url, { dispatcher: agent })
      .then(({ body, statusCode }) => body.dump().then(() => statusCode === 200))
      .catch(() => false);
    if (ok) return;
    await new Promise((resume) => setTimeout(resume, 50));
  }
  throw new Error(`nothing answers at ${url}`);
}

async function ask({ url, headers }: Target, body: object, path = '/api/chat'): Promise<number> {
  const since = performance.now();
  const response = await request(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    dispatcher: agent,
  });
  const text = await response.body.text();
  if (response.statusCode !== 200 || !/"done":true|"embeddings"/.test(text))
    throw new Error(`${response.statusCode} ${text.slice(-200)}`);
  return performance.now() - since;
}

/** Some 700 tokens each, all different. */
const systems = Array.from({ length: PREFIXES }, (_, index) => `You are assistant ${index}. `.repeat(140));

function mixed(round: string, index: number): object {
  return {
    model: MODELS[index % MODELS.length],
    messages: [
      ...(PREFIXES > 0 ? [{ role: 'system', content: systems[(index * 7) % PREFIXES] }] : []),
      { role: 'user', content: `question ${round} ${index}` },
    ],
    options: { num_predict: 8 + ((index * 13) % 33) },
  };
}

const percentile = (sorted: readonly number[], part: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
const median = (values: readonly number[]) =>
  percentile(
    [...values].sort((a, b) => a - b),
    0.5,
  );

interface SimulatedStats {
  readonly generatedTokens: number;
  readonly promptTokens: number;
  readonly reusedPromptTokens: number;
  readonly maxInFlight: number;
}

async function statsOf(ollama: string): Promise<SimulatedStats> {
  const { body } = await request(`${ollama}/_sim/stats`, { dispatcher: agent });
  return (await body.json()) as SimulatedStats;
}

async function load(target: Target, ollama: string, round: string) {
  const before = await statsOf(ollama);
  const latencies: number[] = [];
  const since = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (next < REQUESTS) latencies.push(await ask(target, mixed(round, next++)));
    }),
  );
  const seconds = (performance.now() - since) / 1000;
  const after = await statsOf(ollama);
  latencies.sort((a, b) => a - b);
  return {
    rate: REQUESTS / seconds,
    p50: percentile(latencies, 0.5),
    p95: percentile(latencies, 0.95),
    tokens: (after.generatedTokens - before.generatedTokens) / seconds,
    reused: (after.reusedPromptTokens - before.reusedPromptTokens) / (after.promptTokens - before.promptTokens),
  };
}

/** What the sidecar adds to one short request at a time: the two ways take turns. */
async function compareIdle(
  what: string,
  path: string,
  body: (name: string) => object,
  direct: Target,
  through: Target,
) {
  const took = { direct: [] as number[], through: [] as number[] };
  for (let index = -300; index < 300; index += 1) {
    const [straight, own] = [await ask(direct, body(`a ${index}`), path), await ask(through, body(`b ${index}`), path)];
    if (index < 0) continue;
    took.direct.push(straight);
    took.through.push(own);
  }
  const [straight, own] = [median(took.direct), median(took.through)];
  const adds = (own - straight).toFixed(2);
  console.log(
    `idle, ${what}: median straight ${straight.toFixed(2)} ms, through the sidecar ${own.toFixed(2)} ms: adds ${adds} ms`,
  );
}

async function openStreams(target: Target, pid: number): Promise<{ before: number; open: number }> {
  const before = memoryOf(pid);
  const abort = new AbortController();
  // Two hundred different generations, five readers each: four run, the others wait.
  const streams = Array.from({ length: STREAMS }, (_, index) => {
    const key = (index % 200).toString(16).padStart(64, 'e');
    const body = { model: MODELS[0], messages: [{ role: 'user', content: `stream ${index % 200}` }] };
    return request(`${target.url}/api/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...target.headers, 'x-edge-key': key },
      body: JSON.stringify(body),
      dispatcher: agent,
      signal: abort.signal,
    })
      .then((response) => response.body.dump({ limit: 1e9 }))
      .catch(() => undefined);
  });
  await new Promise((resume) => setTimeout(resume, 3_000));
  const open = memoryOf(pid);
  abort.abort();
  await Promise.all(streams);
  return { before, open };
}

/** Resident megabytes. */
function memoryOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

const folder = mkdtempSync(join(tmpdir(), 'bench-origin-'));
try {
  const [simulatedPort, sidecarPort] = [await freePort(), await freePort()];
  const ollama = `http://127.0.0.1:${simulatedPort}`;
  start([resolve(import.meta.dirname, 'simulated-ollama/main.ts'), '--port', String(simulatedPort)]);
  await answers(`${ollama}/api/version`);
  const control = (change: object) =>
    request(`${ollama}/_sim/control`, { method: 'POST', body: JSON.stringify(change), dispatcher: agent }).then(
      ({ body }) => body.dump(),
    );
  const sidecar = start(bundleSidecar(join(folder, 'app')), {
    ORIGIN_SECRET: secret,
    ORIGIN_PORT: String(sidecarPort),
    OLLAMA_URL: ollama,
    OLLAMA_MAX_LOADED_MODELS: '2',
    STATE_DIR: join(folder, 'state'),
  });
  await answers(`http://127.0.0.1:${sidecarPort}/health`);
  const direct: Target = { url: ollama, headers: {} };
  const through: Target = { url: `http://127.0.0.1:${sidecarPort}`, headers: { 'x-edge-secret': secret } };

  await control({ ...ENGINE, tokensPerSecond: 5_000, totalTokensPerSecond: 20_000, prefillTokensPerSecond: 1e6 });
  const chat = (name: string) => ({
    model: MODELS[0],
    messages: [{ role: 'user', content: name }],
    options: { num_predict: 1 },
  });
  const embed = (name: string) => ({ model: 'all-minilm', input: name });
  await compareIdle('one token (the simulation has a clock of 10 ms)', '/api/chat', chat, direct, through);
  await compareIdle('one vector', '/api/embed', embed, direct, through);

  await control(ENGINE);
  const rows: { way: string; result: Awaited<ReturnType<typeof load>> }[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [way, target] of [
      ['straight', direct],
      ['sidecar', through],
    ] as const)
      rows.push({ way, result: await load(target, ollama, `${round} ${way}`) });
  console.log(
    `\n${REQUESTS} requests, ${CLIENTS} clients, ${MODELS.length} models, ${PREFIXES} shared beginnings; median of ${ROUNDS} rounds`,
  );
  console.log('way        requests/s   P50 ms   P95 ms   tokens/s   prompt tokens reused');
  const of = (way: string, pick: (result: (typeof rows)[number]['result']) => number) =>
    median(rows.filter((row) => row.way === way).map(({ result }) => pick(result)));
  for (const way of ['straight', 'sidecar'])
    console.log(
      `${way.padEnd(10)} ${of(way, (r) => r.rate)
        .toFixed(1)
        .padStart(10)} ${of(way, (r) => r.p50)
        .toFixed(0)
        .padStart(8)} ${of(way, (r) => r.p95)
        .toFixed(0)
        .padStart(8)} ${of(way, (r) => r.tokens)
        .toFixed(0)
        .padStart(10)} ${(100 * of(way, (r) => r.reused)).toFixed(0).padStart(20)} %`,
    );
  const memory = await openStreams(through, sidecar.pid ?? 0);
  console.log(
    `\nsidecar memory: ${memory.before.toFixed(0)} MB before, ${memory.open.toFixed(0)} MB with ${STREAMS} open streams`,
  );
} finally {
  for (const child of children) child.kill('SIGKILL');
  await agent.destroy();
  rmSync(folder, { recursive: true, force: true });
}
