/** Warming, from outside: the route, the program, the cron trigger and the origin's start. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pair, startPair } from '../../scripts/lib/pair.ts';
import { chatBody, freshQuestion, post } from './ask.ts';
import { cacheStatusOf } from './cache-status.ts';

const FAST = { loadMs: 20, tokensPerSecond: 2_000, totalTokensPerSecond: 20_000, prefillTokensPerSecond: 1e6 };
const settle = (ms = 300) => new Promise((resume) => setTimeout(resume, ms));

let pair: Pair;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'warm-test-'));
  pair = await startPair({ ollama: FAST, origin: { PRELOAD_PROMPTS: '5' }, vars: { WARM_AHEAD: '30' } });
});
afterAll(async () => {
  await pair.close();
  rmSync(folder, { recursive: true, force: true });
});

const chat = (body: object, headers: Record<string, string> = {}) => post(pair.url, '/api/chat', body, headers);
const generations = () => pair.ollama.stats().started;
const adminKey = () => pair.edgeVars.ADMIN_KEY ?? '';

interface Event {
  readonly line?: number;
  readonly state?: string;
  readonly error?: string;
  readonly done?: boolean;
  readonly [more: string]: unknown;
}
async function warm(lines: readonly unknown[], query = ''): Promise<{ status: number; events: readonly Event[] }> {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  const answer = await post(pair.url, `/api/cache/warm${query}`, text, { 'x-api-key': adminKey() });
  const events = answer.text.split('\n').filter((line) => line !== '');
  return { status: answer.status, events: events.map((line) => JSON.parse(line) as Event) };
}
const byLine = (events: readonly Event[]) =>
  events.filter(({ line }) => line !== undefined).sort((a, b) => (a.line ?? 0) - (b.line ?? 0));

function run(args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', resolve('scripts/warm.ts'), ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (err += chunk));
  return new Promise((done) => child.once('exit', (code) => done({ code, out, err })));
}

describe('POST /api/cache/warm', () => {
  it('takes whole requests of any API and short ones; each is then a hit; again, nothing is generated', async () => {
    const [one, two, three] = [freshQuestion(), freshQuestion(), freshQuestion()];
    const completion = { model: 'tinyllama', messages: [{ role: 'user', content: three }] };
    const lines = [
      { model: 'tinyllama', prompt: one },
      '',
      { model: 'tinyllama', messages: [{ role: 'user', content: two }], tags: ['handbook'] },
      { path: '/v1/chat/completions', body: completion, tenant: 'public' },
      { model: 'all-minilm', input: [one, two] },
    ];
    const first = await warm(lines);
    expect(byLine(first.events).map(({ line, state, error }) => [line, state, error])).toEqual([
      [1, 'stored', undefined],
      [3, 'stored', undefined],
      [4, 'stored', undefined],
      [5, 'stored', undefined],
    ]);
    expect(first.events.at(-1)).toEqual({ done: true, stored: 4, cached: 0, joined: 0, bad: 0, failed: 0, next: 6 });

    expect((await post(pair.url, '/api/generate', { model: 'tinyllama', prompt: one })).cache).toBe('HIT');
    const hit = await chat(chatBody(two));
    expect([hit.cache, cacheStatusOf(hit.headers).memory?.includes('hit')]).toEqual(['HIT', true]);
    expect((await post(pair.url, '/v1/chat/completions', completion)).cache).toBe('HIT');
    expect((await post(pair.url, '/v1/embeddings', { model: 'all-minilm', input: two })).cache).toBe('HIT');

    const before = generations();
    expect((await warm(lines)).events.at(-1)).toMatchObject({ stored: 0, cached: 4 });
    expect(generations()).toBe(before);
    await post(pair.url, '/api/cache/purge', { tag: 'handbook' }, { 'x-api-key': adminKey() });
    expect((await warm(lines)).events.at(-1)).toMatchObject({ stored: 1, cached: 3 });
  });

  it('names what is bad by its line, and does the rest', async () => {
    const good = { model: 'tinyllama', prompt: freshQuestion() };
    const { events } = await warm(
      [
        '{"model":',
        good,
        { model: 'tinyllama' },
        { path: '/api/pull', body: {} },
        { model: 'no-such-model', prompt: 'x' },
      ],
      '?from=11',
    );
    expect(byLine(events).map(({ line, state, error }) => [line, state, error])).toEqual([
      [11, 'bad', 'unexpected EOF'],
      [12, 'stored', undefined],
      [13, 'bad', 'a prompt is missing (or messages, or an input)'],
      [14, 'bad', '/api/pull is no route of an answer'],
      [15, 'bad', expect.stringContaining('not found')],
    ]);
    expect(events.at(-1)).toMatchObject({ done: true, bad: 4, stored: 1, next: 16 });
    expect((await warm([])).status).toBe(400);
    expect((await warm([good], '?concurency=9')).status).toBe(400);
    expect((await warm([good], '?concurrency=99')).status).toBe(400);
    expect((await warm(Array.from({ length: 101 }, () => good))).status).toBe(413);
    expect((await post(pair.url, '/api/cache/warm', good)).status).toBe(401);
  });

  it('renews what expires within min_fresh, and leaves the rest', async () => {
    const [soon, late] = [freshQuestion(), freshQuestion()];
    await chat(chatBody(soon), { 'x-cache-ttl': '20' });
    await chat(chatBody(late), { 'x-cache-ttl': '2000' });
    await settle();
    const lines = [soon, late].map((question) => ({ path: '/api/chat', body: chatBody(question), ttl: 2_000 }));
    expect(byLine((await warm(lines, '?min_fresh=60')).events).map(({ state }) => state)).toEqual(['stored', 'cached']);
    expect((await chat(chatBody(soon))).headers.get('cache-status')).toMatch(/memory; hit; ttl=(19\d\d|2000);/);
  });

  it('waits behind people: who asks the same is served at once', async () => {
    pair.ollama.control({ tokensPerSecond: 60, totalTokensPerSecond: 240 });
    const questions = Array.from({ length: 14 }, freshQuestion);
    const warming = warm(
      questions.map((prompt) => ({ model: 'tinyllama', prompt, options: { num_predict: 30 } })),
      '?concurrency=14',
    );
    await settle(200);
    const last = questions.at(-1) ?? '';
    const startedAt = Date.now();
    const own = await post(pair.url, '/api/generate', {
      model: 'tinyllama',
      prompt: last,
      options: { num_predict: 30 },
      stream: false,
    });
    const ownMs = Date.now() - startedAt;
    const others = (await warming).events;
    pair.ollama.control(FAST);
    expect(own.status).toBe(200);
    expect(others.at(-1)).toMatchObject({ failed: 0 });
    // Of 14 at a time on four slots, the last would have waited for three rounds.
    const slowest = Math.max(...byLine(others).map(({ ms }) => Number(ms)));
    expect(ownMs).toBeLessThan(slowest);
  });
});

describe('npm run warm', () => {
  const fileOf = (lines: readonly string[]) => {
    const file = join(folder, `${Math.random()}.jsonl`);
    writeFileSync(file, lines.join('\n'));
    return file;
  };
  const line = () => JSON.stringify({ model: 'tinyllama', prompt: freshQuestion() });

  it('does a file in batches, names bad lines, and can be run again', async () => {
    const file = fileOf([line(), line(), '', 'not json', line(), line()]);
    const args = ['--file', file, '--url', pair.url, '--key', adminKey(), '--batch', '2'];
    const first = await run(args);
    expect(first.out).toContain('4 stored, 0 cached already, 0 being asked, 1 bad, 0 failed');
    expect(first.err).toMatch(/line 4: invalid JSON/);
    expect(first.code).toBe(1);
    const again = await run([...args, '--from', '5']);
    expect(again.out).toContain('0 stored, 2 cached already');
    expect(again.code).toBe(0);
  });

  it('says what is wrong, and where to go on after it stopped', async () => {
    const file = fileOf([line(), line()]);
    expect(await run([])).toMatchObject({ code: 2, err: expect.stringContaining('--file is missing') });
    expect(await run(['--file', join(folder, 'none')])).toMatchObject({
      code: 2,
      err: expect.stringContaining('no file'),
    });
    const refused = await run(['--file', file, '--url', pair.url, '--key', 'this is not the admin key', '--from', '2']);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('401') });
    expect(refused.out).toContain('to go on: --from 2');
  });
});

describe('from history', () => {
  /** Asked twice, with a moment for the history to be written. */
  async function popular(ttl: string): Promise<object> {
    const body = chatBody(freshQuestion());
    const headers = { 'x-cache-ttl': ttl, 'x-cache-tags': 'often' };
    await chat(body, headers);
    await chat(body, { ...headers, 'cache-control': 'max-age=0' });
    await settle(900);
    return body;
  }

  it('the cron trigger renews what is popular and about to expire, and only that', async () => {
    const soon = await popular('20');
    const late = await popular('2000');
    const before = generations();
    await pair.scheduled();
    expect(generations()).toBe(before + 1);
    await settle();
    const ttl = async (body: object) => {
      const answer = await chat(body);
      expect(answer.cache).toBe('HIT');
      return Number(/memory; hit; ttl=(\d+)/.exec(answer.headers.get('cache-status') ?? '')?.[1]);
    };
    // Its own lifetime again, and the tags that it had.
    expect(await ttl(soon)).toBeGreaterThan(15);
    expect(await ttl(late)).toBeGreaterThan(1_900);
    await post(pair.url, '/api/cache/purge', { tag: 'often' }, { 'x-api-key': adminKey() });
    expect((await chat(soon)).cache).toBe('MISS');
  });

  it('the origin generates at its start what is popular and not on its disk', async () => {
    const body = await popular('2000');
    await post(pair.url, '/api/cache/purge', { all: true }, { 'x-api-key': adminKey() });
    const before = generations();
    await pair.killSidecar();
    await pair.startSidecar();
    for (let tries = 0; tries < 100 && generations() === before; tries++) await settle(100);
    await settle(1_000);
    const after = generations();
    const hit = await chat(body);
    expect([hit.cache, cacheStatusOf(hit.headers).disk?.includes('hit')]).toEqual(['HIT', true]);
    expect(generations()).toBe(after);
  });
});
