/** The whole origin, three sidecars behind the ingress, and the edge before it. */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningEdge, startEdge } from '../../scripts/lib/edge.ts';
import { flagsOf, memoryOf, service } from '../origin/stack/compose.ts';
import { chatBody, freshQuestion, post, wordsOf } from './ask.ts';
import { type OriginStack, SECRET, type StackSidecar, startOriginStack } from './support/origin-stack.ts';

type Three = readonly [StackSidecar, StackSidecar, StackSidecar];

let stack: OriginStack;
let edge: RunningEdge;
const agent = new Agent({ connections: 2_000, headersTimeout: 0, bodyTimeout: 0 });
beforeAll(async () => {
  stack = await startOriginStack(
    3,
    { loadMs: 50, tokensPerSecond: 500, totalTokensPerSecond: 2_000, prefillTokensPerSecond: 100_000 },
    { DATABASE_POOL_MIN: '4', DATABASE_POOL_MAX: '30' },
  );
  edge = await startEdge({
    host: '127.0.0.1',
    port: 0,
    vars: { ORIGIN_URL: stack.nginx.url, ORIGIN_SECRET: SECRET, ADMIN_KEY: 'the-admin-key-of-the-tests' },
  });
});
afterAll(async () => {
  await edge?.close();
  await agent.destroy();
  await stack?.close();
});

let clients = 0;
const range = (count: number) => Array.from({ length: count }, (_, index) => index);
/** As the edge asks for a client of its own. */
const headers = (more: Record<string, string> = {}) => ({
  'x-edge-secret': SECRET,
  'x-edge-tenant': 'public',
  'x-edge-client': `client-${clients++}`,
  'content-type': 'application/json',
  ...more,
});
let keys = 0;
const keyed = () => ({ 'x-edge-key': (keys++).toString(16).padStart(64, 'd'), 'x-edge-store': '1' });

async function ask(url: string, body: object, more: Record<string, string> = {}) {
  const response = await request(`${url}/api/chat`, {
    method: 'POST',
    headers: headers(more),
    body: JSON.stringify(body),
    dispatcher: agent,
  });
  return { status: response.statusCode, headers: response.headers, text: await response.body.text() };
}

async function get(url: string, path: string) {
  const { statusCode, body } = await request(`${url}${path}`, { headers: headers(), dispatcher: agent });
  return { status: statusCode, text: await body.text() };
}

describe('the origin from the edge', () => {
  it('answers a client of the edge, and again from the edge’s memory', async () => {
    const body = chatBody(freshQuestion());
    const first = await post(edge.url, '/api/chat', body);
    expect([first.status, first.cache]).toEqual([200, 'MISS']);
    const second = await post(edge.url, '/api/chat', body);
    expect([second.cache, wordsOf(second.text)]).toEqual(['HIT', wordsOf(first.text)]);
  });

  it('is limited by the edge’s clients, not by the edge', async () => {
    const unknown = chatBody(freshQuestion(), { model: 'no-such-model' });
    const answer = await post(edge.url, '/api/chat', unknown, { 'cf-connecting-ip': '192.0.2.77' });
    expect(answer.status).toBe(404);
    // The ingress writes down what did not go well, and by whom it counts it.
    for (let attempt = 0; attempt < 100 && !stack.nginx.log().includes(' 404 '); attempt += 1)
      await new Promise((resume) => setTimeout(resume, 20));
    expect(stack.nginx.log()).toMatch(/ 404 POST \/api\/chat public 192\.0\.2\.77 /);
  });
});

describe('three sidecars', () => {
  it('a thousand equal prompts over all of them are one generation', async () => {
    const before = stack.ollama.stats().started;
    const key = keyed();
    const answers = await Promise.all(range(1000).map(() => ask(stack.nginx.url, chatBody('the same'), key)));
    expect(answers.map(({ status }) => status)).toEqual(Array(1000).fill(200));
    expect(new Set(answers.map(({ text }) => wordsOf(text))).size).toBe(1);
    expect(stack.ollama.stats().started - before).toBe(1);
  });

  it('three hundred different ones are all answered, with never more in flight than Ollama’s slots', async () => {
    const body = (index: number) => chatBody(`question ${index}`, { options: { num_predict: 4 } });
    const answers = await Promise.all(range(300).map((index) => ask(stack.nginx.url, body(index))));
    expect(answers.map(({ status }) => status)).toEqual(Array(300).fill(200));
    expect(stack.ollama.stats().maxInFlight).toBeLessThanOrEqual(4);
  });

  it('what one has stored the others serve, and a purge of one is a purge of all', async () => {
    const key = keyed();
    const [one, other] = stack.sidecars as unknown as Three;
    await ask(one.url, chatBody('stored'), key);
    expect((await ask(other.url, chatBody('stored'), key)).headers['cache-status']).toMatch(/^disk; hit/);
    await request(`${other.url}/api/cache/purge`, {
      method: 'POST',
      headers: headers(),
      body: JSON.stringify({ key: key['x-edge-key'] }),
      dispatcher: agent,
    }).then(({ body }) => body.dump());
    expect((await ask(one.url, chatBody('stored'), key)).headers['cache-status']).toMatch(/^disk; fwd/);
  });

  it('write one history, within the connections that PostgreSQL has', async () => {
    await ask(stack.nginx.url, chatBody('remember me'), keyed());
    const client = new pg.Client({ connectionString: stack.postgres.url });
    await client.connect();
    let questions: string[] = [];
    for (let attempt = 0; attempt < 50 && !questions.includes('remember me'); attempt += 1) {
      await new Promise((resume) => setTimeout(resume, 100));
      const { rows } = await client
        .query<{ question: string }>('SELECT question FROM prompt')
        .catch(() => ({ rows: [] }));
      questions = rows.map(({ question }) => question);
    }
    expect(questions).toContain('remember me');
    const { rows } = await client.query<{ most: string; used: number }>(
      "SELECT current_setting('max_connections') AS most, count(*)::int AS used FROM pg_stat_activity",
    );
    await client.end();
    expect(rows[0]?.most).toBe(flagsOf(service('postgres')).get('max_connections'));
    expect(rows[0]?.used).toBeLessThan(Number(rows[0]?.most));
  });

  it('show their pools and metrics', async () => {
    const pools = JSON.parse((await get(stack.nginx.url, '/api/pool/stats')).text) as {
      hit_rate_percent: number;
      pools: { name: string }[];
      lanes: { slots: number; models: { processor: string }[] }[];
    };
    expect(pools.hit_rate_percent).toBeGreaterThan(0);
    expect(pools.pools.map(({ name }) => name)).toEqual(expect.arrayContaining(['postgres', 'redis queue']));
    expect(pools.lanes[0]?.models[0]?.processor).toBe('CPU');
    expect((await get(stack.nginx.url, '/metrics')).text).toContain('origin_lane_state');
  });

  it('a thousand open streams fit into the memory that the sidecar has', async () => {
    const [{ url, pid }] = stack.sidecars as unknown as Three;
    const speed = (tokens: number) =>
      stack.ollama.control({ tokensPerSecond: tokens, totalTokensPerSecond: 4 * tokens });
    speed(20);
    const leave = new AbortController();
    let open = 0;
    const streams = range(200)
      .map(keyed)
      .flatMap((key, index) => range(5).map(() => ({ key, index })));
    const all = streams.map(({ key, index }) =>
      request(`${url}/api/chat`, {
        method: 'POST',
        headers: headers(key),
        body: JSON.stringify({ ...chatBody(`stream ${index}`), stream: true, options: { num_predict: 400 } }),
        dispatcher: agent,
        signal: leave.signal,
      })
        .then(async ({ body }) => {
          for await (const _ of body);
        })
        .catch(() => undefined)
        .finally(() => {
          open -= 1;
        }),
    );
    open = all.length;
    await new Promise((resume) => setTimeout(resume, 2_500));
    const resident = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
    expect(open).toBeGreaterThan(900);
    leave.abort();
    await Promise.all(all);
    speed(500);
    console.log(`sidecar: at most ${resident.toFixed(0)} MB resident with ${streams.length} open streams`);
    expect(resident).toBeLessThan(memoryOf(service('sidecar')));
  });

  it('one that is killed is nobody’s loss; one that is told to end finishes what runs', async () => {
    const [, killed, ended] = stack.sidecars as unknown as Three;
    await killed.end('SIGKILL');
    const body = chatBody('long', { options: { num_predict: 300 }, stream: true });
    const running = ask(ended.url, body);
    await new Promise((resume) => setTimeout(resume, 300));
    const exit = ended.end('SIGTERM');
    const after = await Promise.all(range(30).map((index) => ask(stack.nginx.url, chatBody(`after ${index}`))));
    expect(after.map(({ status }) => status)).toEqual(Array(30).fill(200));
    expect((await running).text).toContain('"done":true');
    expect(await exit).toBe(0);
  });
});
