/** What the statistics say is what the client itself counted: exactly for counts, within one bucket for percentiles. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pair, startPair } from '../../scripts/lib/pair.ts';
import { boundsOf, bucketOf } from '../../src/statistics/histogram.ts';
import type { StatsReport } from '../../src/statistics/report.ts';
import type { LiveMessage } from '../../src/statistics/ticker.ts';
import { FAST } from '../simulated-ollama/fast.ts';
import { hasPrometheusParser, parsePrometheus } from '../support/prometheus-parser.ts';
import { type Asked, chatBody, freshQuestion, post } from './ask.ts';

let pair: Pair;
beforeAll(async () => {
  pair = await startPair({
    vars: { SEMANTIC: 'off', PRICE_COMPLETION_TOKENS: '2', PRICE_GENERATION_HOUR: '3.6' },
    ollama: { loadMs: 5, tokensPerSecond: 100, totalTokensPerSecond: 400, prefillTokensPerSecond: 10_000 },
  });
});
afterAll(() => pair.close());

const operator = () => ({ authorization: `Bearer ${pair.edgeVars.ADMIN_KEY}` });

async function report(): Promise<StatsReport> {
  return (await (await fetch(`${pair.url}/api/cache/stats`, { headers: operator() })).json()) as StatsReport;
}

/** Until as many requests are counted: a stream counts when its last byte has left. */
async function counted(requests: number): Promise<StatsReport> {
  await expect.poll(async () => (await report()).requests, { timeout: 15_000, interval: 200 }).toBe(requests);
  return report();
}

/** What one client saw of one answer. */
interface Seen {
  readonly outcome: string;
  readonly status: number;
  readonly bytes: number;
  readonly tokens: number;
  /** Milliseconds that the edge's own steps took, as it said in `Server-Timing`. */
  readonly said: number;
  /** Milliseconds as the client measured them. */
  readonly waited: number;
}

/** The rest is the sidecar's, whose time is within that of `origin` and `generation`. */
const EDGES_OWN = /^(read|key|tiers|semantic|origin|generation|render);/;

async function seen(asking: () => Promise<Asked>): Promise<Seen> {
  const startedAt = performance.now();
  const { status, headers, text, cache } = await asking();
  const waited = performance.now() - startedAt;
  const steps = (headers.get('server-timing') ?? '').split(', ').filter((step) => EDGES_OWN.test(step));
  const said = steps.reduce((sum, step) => sum + Number(/dur=([\d.]+)/.exec(step)?.[1] ?? 0), 0);
  const last = text.trim().split('\n').at(-1) ?? '{}';
  const tokens = (JSON.parse(last) as { eval_count?: number }).eval_count ?? 0;
  return { outcome: cache ?? 'none', status, bytes: status < 400 ? Buffer.byteLength(text) : 0, tokens, said, waited };
}

const nearestRank = (values: readonly number[], share: number) =>
  [...values].sort((one, other) => one - other)[Math.max(0, Math.ceil(share * values.length) - 1)] as number;

describe('the statistics', () => {
  const mine: Seen[] = [];
  const sum = (of: (one: Seen) => number, where: (one: Seen) => boolean = () => true) =>
    mine.filter(where).reduce((total, one) => total + of(one), 0);
  const of = (outcome: string) => mine.filter((one) => one.outcome === outcome);

  it('are exactly what the client counted', async () => {
    const chat = (body: object, headers = {}) => seen(() => post(pair.url, '/api/chat', body, headers));
    const questions = Array.from({ length: 4 }, () => chatBody(freshQuestion(), { options: { num_predict: 12 } }));
    for (const body of questions) mine.push(await chat(body));
    for (let round = 0; round < 5; round++) for (const body of questions) mine.push(await chat(body));
    for (const body of questions) mine.push(await chat({ ...body, stream: true }));
    const together = { ...chatBody(freshQuestion()), options: { num_predict: 20 } };
    mine.push(...(await Promise.all(Array.from({ length: 6 }, () => chat(together)))));
    mine.push(await chat(questions[0] as object, { 'cache-control': 'no-store' }));
    mine.push(await chat({ model: 'no-such-model', messages: [{ role: 'user', content: 'x' }], stream: false }));
    mine.push(await chat({ messages: [] }));
    mine.push(await chat(chatBody(freshQuestion()), { 'cache-control': 'only-if-cached' }));
    const brief = chatBody(freshQuestion(), { options: { num_predict: 8 } });
    mine.push(await chat(brief, { 'x-cache-ttl': '1' }));
    await new Promise((resume) => setTimeout(resume, 1_100));
    mine.push(await chat(brief));

    // Read at once: what this isolate has not handed on yet is in it.
    const told = await report();
    expect(told.requests).toBe(mine.length);
    expect(of('JOINED')).toHaveLength(5);
    expect(of('STALE')).toHaveLength(1);
    expect(told).toMatchObject({
      scope: 'all',
      missing_shards: 0,
      hits: { exact: of('HIT').length, joined: 5, semantic: 0, stale: 1 },
      misses: of('MISS').length,
      bypassed: of('BYPASS').length,
      refused: mine.filter(({ status }) => status >= 400 && status < 500).length,
      failed: mine.filter(({ status }) => status >= 500).length,
      cancelled: 0,
      tokens: { completion: sum((one) => one.tokens) },
      saved: {
        completion_tokens: sum(
          (one) => one.tokens,
          ({ outcome }) => ['HIT', 'JOINED'].includes(outcome),
        ),
      },
      bytes_sent: sum((one) => one.bytes),
    });
    const lookups = mine.length - of('BYPASS').length;
    const hits = of('HIT').length + 5 + 1;
    expect(told.hit_rate_percent).toBeCloseTo((100 * hits) / lookups, 2);
    expect(told.tiers.memory?.hits).toBe(of('HIT').length + 1);
    expect(told.models['tinyllama:latest']?.requests).toBe(mine.length - 2);
    expect(told.models.other?.requests).toBe(1);
    expect(told.tenants.public?.requests).toBe(mine.length);
    const statuses = Map.groupBy(mine, ({ status }) => String(status));
    expect(told.statuses).toEqual(Object.fromEntries([...statuses].map(([status, all]) => [status, all.length])));
    const { completion_tokens, generation_seconds, money } = told.saved;
    expect(generation_seconds).toBeGreaterThan(0);
    expect(money).toBeCloseTo((completion_tokens * 2) / 1e6 + (generation_seconds / 3_600) * 3.6, 5);
    expect(told.stored.exchanges).toBeGreaterThan(0);
    expect(told.stored.compression_ratio).toBeGreaterThanOrEqual(1);
    expect(told.last_hour.requests).toBe(mine.length);
    expect(told.last_day.requests).toBe(mine.length);
  });

  it('give percentiles within one bucket of the client’s', async () => {
    const { latency } = await report();
    for (const outcome of ['HIT', 'MISS'] as const)
      for (const [name, share] of [
        ['p50', 0.5],
        ['p95', 0.95],
        ['p99', 0.99],
      ] as const) {
        const read = latency.total_ms[outcome]?.[name] as number;
        const exact = nearestRank(
          of(outcome).map(({ said }) => said),
          share,
        );
        expect(
          Math.abs(bucketOf(read) - bucketOf(exact)),
          `${outcome} ${name}: ${read} and ${exact}`,
        ).toBeLessThanOrEqual(1);
        // The client waits for the way there and back too.
        expect(boundsOf(bucketOf(read)).least).toBeLessThanOrEqual(
          nearestRank(
            of(outcome).map(({ waited }) => waited),
            share,
          ) + 1,
        );
      }
  });

  it('survive a restart', async () => {
    await new Promise((resume) => setTimeout(resume, 1_500));
    await pair.restartEdge();
    expect((await report()).requests).toBe(mine.length);
  });

  it('tell what the sidecar’s disk had', async () => {
    await pair.restartEdge({ CACHE_TIERS: 'memory' });
    const body = chatBody(freshQuestion(), { options: { num_predict: 8 } });
    await post(pair.url, '/api/chat', body);
    await counted(mine.length + 1);
    await new Promise((resume) => setTimeout(resume, 1_200));
    await pair.restartEdge({ CACHE_TIERS: 'memory' });
    expect((await post(pair.url, '/api/chat', body)).cache).toBe('HIT');
    expect((await counted(mine.length + 2)).tiers.disk).toMatchObject({ hits: 1 });
  });

  it('count a stream that its client leaves as cancelled', async () => {
    const client = new AbortController();
    const body = JSON.stringify({ ...chatBody(freshQuestion()), stream: true });
    const response = await fetch(`${pair.url}/api/chat`, { method: 'POST', body, signal: client.signal });
    await response.body?.getReader().read();
    client.abort();
    expect((await counted(mine.length + 3)).cancelled).toBe(1);
  });

  it('count embeddings, with the tokens of the inputs that were there', async () => {
    const embed = (input: readonly string[]) => post(pair.url, '/api/embed', { model: 'all-minilm', input });
    const first = JSON.parse((await embed(['one sentence', 'another one'])).text) as { prompt_eval_count: number };
    await embed(['one sentence', 'another one']);
    const told = await counted(mine.length + 5);
    expect(told.routes['/api/embed']).toMatchObject({
      requests: 2,
      misses: 1,
      hits: { exact: 1 },
      tokens: { prompt: 2 * first.prompt_eval_count, completion: 0 },
      saved: { prompt_tokens: first.prompt_eval_count, completion_tokens: 0 },
    });
  });
});

describe('the operator’s routes', () => {
  it('need the key', async () => {
    for (const path of ['/api/cache/stats', '/metrics', '/metrics/origin', '/api/cache/live', '/api/pool/stats']) {
      expect((await fetch(pair.url + path)).status, path).toBe(401);
      const wrong = { authorization: 'Bearer not-the-admin-key' };
      expect((await fetch(pair.url + path, { headers: wrong })).status, path).toBe(401);
    }
  });

  it('tell of the pools', async () => {
    const pools = (await (await fetch(`${pair.url}/api/pool/stats`, { headers: operator() })).json()) as object;
    expect(pools).toMatchObject({ hit_rate_percent: expect.any(Number), lanes: [expect.any(Object)] });
  });

  it('pass on the sidecar’s own metrics', async () => {
    const response = await fetch(`${pair.url}/metrics/origin`, { headers: operator() });
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await response.text()).toMatch(/^origin_generations_total\{/m);
  });

  it('ask for a WebSocket where one is needed', async () => {
    expect((await fetch(`${pair.url}/api/cache/live`, { headers: operator() })).status).toBe(426);
  });

  it('tell those who watch while it happens', async () => {
    const messages: LiveMessage[] = [];
    const options = { headers: operator() } as unknown as string[];
    const socket = new WebSocket(`${pair.url.replace('http', 'ws')}/api/cache/live`, options);
    socket.addEventListener('message', ({ data }) => messages.push(JSON.parse(String(data)) as LiveMessage));
    await expect.poll(() => messages[0]?.kind, { timeout: 10_000 }).toBe('hello');
    const before = messages[0]?.report.requests ?? 0;
    await post(pair.url, '/api/chat', chatBody(freshQuestion()));
    await expect.poll(() => messages.at(-1)?.report.requests, { timeout: 10_000 }).toBe(before + 1);
    const known = new Set(messages[0]?.recent.map(({ id }) => id));
    const fresh = messages.flatMap(({ recent }) => recent).filter(({ id }) => !known.has(id));
    expect(fresh.slice(0, 1)).toEqual([expect.objectContaining({ outcome: 'MISS', route: '/api/chat', status: 200 })]);
    expect(new Set(fresh.map(({ id }) => id)).size).toBe(1);
    expect(fresh[0]).not.toHaveProperty('question');
    const points = messages.filter(({ kind }) => kind === 'tick').flatMap(({ points }) => points);
    expect(points.some(({ outcomes }) => outcomes.MISS === 1)).toBe(true);
    socket.close();
  });
});

describe.skipIf(!hasPrometheusParser())(
  'the metrics, read by Prometheus’ own parser (python3-prometheus-client)',
  () => {
    it('are well-formed, and say what the statistics say', async () => {
      const response = await fetch(`${pair.url}/metrics`, { headers: operator() });
      expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
      const input = await response.text();
      const families = parsePrometheus(input);
      const told = await report();
      const samples = (name: string) => families.find(([family]) => family === name)?.[3] ?? [];
      const total = (name: string, suffix = '_total') =>
        samples(name)
          .filter(([sample]) => sample === name + suffix)
          .reduce((sum, [, , value]) => sum + value, 0);

      expect(new Set(families.map(([name]) => name)).size).toBe(families.length);
      for (const [name, type, help, held] of families) {
        expect(name).toMatch(/^edge_[a-z_]+$/);
        expect(['counter', 'histogram']).toContain(type);
        expect(help).not.toBe('');
        expect(held.length).toBeGreaterThan(0);
      }
      expect(total('edge_requests')).toBe(told.requests);
      expect(total('edge_cancelled')).toBe(told.cancelled);
      expect(total('edge_response_bytes')).toBe(told.bytes_sent);
      expect(total('edge_tokens')).toBe(told.tokens.prompt + told.tokens.completion);
      expect(total('edge_saved_money')).toBeCloseTo(told.saved.money ?? 0, 5);
      expect(total('edge_stored')).toBe(told.stored.exchanges);
      for (const name of ['edge_first_byte_seconds', 'edge_request_duration_seconds']) {
        expect(total(name, '_count')).toBe(told.requests);
        const hits = samples(name).filter(([sample, { outcome }]) => sample === `${name}_bucket` && outcome === 'hit');
        const counts = hits.map(([, , value]) => value);
        expect(counts).toEqual([...counts].sort((one, other) => one - other));
        expect(hits.at(-1)?.[1].le).toBe('+Inf');
        expect(counts.at(-1)).toBe(told.hits.exact);
      }
    });
  },
);

describe('the statistics’ object', () => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await startPair({
      entry: `${import.meta.dirname}/../chaos/chaotic-worker.ts`,
      vars: { SEMANTIC: 'off' },
      ollama: FAST,
    });
  });
  afterAll(() => pair.close());

  const total = async () => {
    const told = await fetch(`${pair.url}/api/cache/stats`, {
      headers: { authorization: `Bearer ${pair.edgeVars.ADMIN_KEY}` },
    });
    return ((await told.json()) as StatsReport).requests;
  };

  it.each(['slow', 'failing'] as const)(
    '%s: no request waits for it, none is lost, and all are counted later',
    async (objects) => {
      const body = chatBody(freshQuestion());
      await post(pair.url, '/api/chat', body);
      await expect.poll(total, { timeout: 10_000 }).toBeGreaterThan(0);
      await new Promise((resume) => setTimeout(resume, 1_500));
      const before = await total();

      await post(pair.url, '/_chaos', { objects });
      const startedAt = performance.now();
      let answered = 0;
      while (performance.now() - startedAt < 2_500) {
        const asked = await Promise.all([post(pair.url, '/api/chat', body), post(pair.url, '/api/chat', body)]);
        expect(asked.map(({ status, cache }) => `${status} ${cache}`)).toEqual(['200 HIT', '200 HIT']);
        answered += asked.length;
      }
      // The slow object takes twenty seconds for each call: nobody can have waited for one.
      expect(performance.now() - startedAt).toBeLessThan(15_000);
      expect(answered).toBeGreaterThan(20);

      await post(pair.url, '/_chaos', {});
      await post(pair.url, '/api/chat', body);
      await expect.poll(total, { timeout: 20_000, interval: 300 }).toBe(before + answered + 1);
    },
  );
});
