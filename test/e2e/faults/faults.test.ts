/**
 * What breaks, and what clients see of it: they keep asking before, during and after. Never a wrong answer, never one without its
 * end, never a part of one in the cache, nobody left waiting, and it heals by itself. docs/reliability.md has the table.
 */
import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pair, startPair } from '../../../scripts/lib/pair.ts';
import { startPostgres, type TestPostgres } from '../../origin/support/postgres.ts';
import { type RedisServer, startRedisServer } from '../../support/redis-server.ts';
import { chatBody, freshQuestion, post } from '../ask.ts';
import { keepAsking, type Oracle, type Report, startOracle, wrongInCache } from './asker.ts';

const here = import.meta.dirname;
/** Forty tokens in a fifth of a second. */
const BRISK = { loadMs: 20, tokensPerSecond: 200, totalTokensPerSecond: 2_000, prefillTokensPerSecond: 1e5 };
const pause = (ms: number) => new Promise((resume) => setTimeout(resume, ms));

let oracle: Oracle;
let redis: RedisServer;
let postgres: TestPostgres;
let pair: Pair;

beforeAll(async () => {
  [oracle, redis, postgres] = await Promise.all([startOracle(), startRedisServer(), startPostgres()]);
  pair = await startPair({
    entry: `${here}/../../chaos/chaotic-worker.ts`,
    ollama: BRISK,
    origin: {
      REDIS_URL: redis.url,
      DATABASE_URL: postgres.url,
      NODE_OPTIONS: `--import ${pathToFileURL(`${here}/jumping-clock.mjs`).href}`,
      TOKEN_CEILING_MS: '4000',
    },
  });
});
afterAll(async () => {
  await pair.close();
  await Promise.all([oracle.close(), redis.close(), postgres.stop()]);
});

const chaos = (how: object) => post(pair.url, '/_chaos', how);

/** Asks for a second, breaks something for a while, mends it, asks on. */
async function during(breaks: () => unknown, mends: () => unknown, ms = 1_500): Promise<Report> {
  const asking = keepAsking(() => pair.url, oracle);
  await pause(500);
  await breaks();
  await pause(ms);
  await mends();
  await pause(500);
  return asking.stop();
}

/** What holds whatever happens. */
async function unharmed(report: Report): Promise<void> {
  expect(report.wrong).toEqual([]);
  expect(report.hanging).toBe(0);
  expect(report.answered).toBeGreaterThan(10);
  expect(await wrongInCache(pair.url, report.asked.slice(-60), oracle)).toEqual([]);
}

/** Nobody who asks from now on is refused; at the latest after this time. */
async function healed(withinMs = 20_000): Promise<void> {
  await expect
    .poll(async () => (await post(pair.url, '/api/chat', chatBody(freshQuestion()))).status, {
      timeout: withinMs,
      interval: 200,
    })
    .toBe(200);
  const asking = keepAsking(() => pair.url, oracle);
  await pause(700);
  const report = await asking.stop();
  expect(report.refused).toEqual([]);
  await unharmed(report);
}

describe('nothing that clients see', () => {
  it.each([
    ['KV fails', { kv: 'failing' }],
    ['KV is slow', { kv: 'slow' }],
    ['the Cache API fails', { colo: 'failing' }],
    ['the Cache API is slow', { colo: 'slow' }],
    ['the Durable Objects fail: semantic index, bound, limits, purges, statistics', { objects: 'failing' }],
    ['the Durable Objects are slow', { objects: 'slow' }],
    ['everything of the platform fails', { kv: 'failing', colo: 'failing', objects: 'failing' }],
    ["the edge's clock is a year ahead", { clockMs: 31_536_000_000 }],
    ["the edge's clock is a year behind", { clockMs: -31_536_000_000 }],
  ])('%s', async (_, how) => {
    const report = await during(
      () => chaos(how),
      () => chaos({}),
    );
    await unharmed(report);
    expect(report.refused).toEqual([]);
    expect(report.hits).toBeGreaterThan(0);
  });

  it('Redis is killed and comes back', async () => {
    const report = await during(
      () => redis.kill(),
      () => redis.start(),
    );
    await unharmed(report);
    expect(report.refused).toEqual([]);
  });

  it('Redis answers nothing', async () => {
    const report = await during(
      () => redis.freeze(),
      () => redis.thaw(),
    );
    await unharmed(report);
    expect(report.refused).toEqual([]);
  });

  it('PostgreSQL is gone and comes back', async () => {
    const report = await during(
      () => postgres.kill(),
      () => postgres.start(),
    );
    await unharmed(report);
    expect(report.refused).toEqual([]);
  });

  it("the disk is full, and the disk tier keeps again when it isn't", async () => {
    const limit = (bytes: string) => execFileSync('prlimit', ['--pid', String(pair.sidecarPid), `--fsize=${bytes}:`]);
    const report = await during(
      () => limit('4096'),
      () => limit('unlimited'),
    );
    await unharmed(report);
    expect(report.refused).toEqual([]);
    const body = chatBody(freshQuestion());
    await post(pair.url, '/api/chat', body);
    await pause(300);
    await pair.restartEdge({ CACHE_TIERS: 'memory' });
    expect((await post(pair.url, '/api/chat', body)).headers.get('cache-status')).toMatch(/^disk; hit/);
    await pair.restartEdge();
  });

  it("the sidecar's clock is a year ahead, then right again", async () => {
    const jump = () => process.kill(pair.sidecarPid as number, 'SIGUSR2');
    const report = await during(jump, jump);
    await unharmed(report);
    expect(report.refused).toEqual([]);
  });
});

describe("errors in the client's own API, until it is over", () => {
  it('the sidecar is killed in mid-stream and started again', async () => {
    const report = await during(
      () => pair.killSidecar(),
      () => pair.startSidecar(),
      1_000,
    );
    await unharmed(report);
    expect(report.hits).toBeGreaterThan(0);
    await healed();
  });

  it('Ollama hangs', async () => {
    await unharmed(
      await during(
        () => pair.ollama.control({ hang: '*' }),
        () => pair.ollama.control({ hang: false }),
        6_000,
      ),
    );
    await healed(30_000);
  });

  it('Ollama dies and comes back', async () => {
    await unharmed(
      await during(
        () => pair.ollama.control({ die: true }),
        () => pair.ollama.control({ die: false }),
      ),
    );
    await healed();
  });

  it.each(['silent', 'garbage', 'error', 'close', 'repeat'] as const)('its answers break off: %s', async (how) => {
    const before = await during(
      () => {},
      () => {},
      100,
    );
    pair.ollama.control({ cut: { after: 8, how } });
    const asking = keepAsking(() => pair.url, oracle);
    await pause(1_200);
    const report = await asking.stop();
    pair.ollama.control({ cut: undefined });
    await unharmed({ ...report, answered: report.answered + before.answered });
    expect(report.refused.length).toBeGreaterThan(0);
    await healed();
  });
});
