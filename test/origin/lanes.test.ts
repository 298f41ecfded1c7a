import { afterEach, describe, expect, it } from 'vitest';
import { type ScriptedOllama, startScriptedOllama } from './support/scripted-ollama.ts';
import { chat, freshKey, startTestSidecar, type TestSidecar, wordsOf } from './support/sidecar.ts';

const ollamas: ScriptedOllama[] = [];
const sidecars: TestSidecar[] = [];
afterEach(async () => {
  await Promise.all(sidecars.splice(0).map((sidecar) => sidecar.close()));
  await Promise.all(ollamas.splice(0).map((ollama) => ollama.close()));
});
async function setUp(lanes: number, env: Record<string, string> = {}) {
  const started: ScriptedOllama[] = [];
  for (let index = 0; index < lanes; index += 1) started.push(await startScriptedOllama(['m:latest', 'n:latest']));
  ollamas.push(...started);
  const sidecar = await startTestSidecar(
    started.map(({ url }) => url),
    env,
  );
  sidecars.push(sidecar);
  const [first, second] = started as [ScriptedOllama, ScriptedOllama];
  return { sidecar, first, second };
}
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const range = (count: number) => Array.from({ length: count }, (_, index) => index);
const QUICK = { WARM_MODELS: 'm', FIRST_TOKEN_FLOOR_MS: '300', NEXT_TOKEN_FLOOR_MS: '300', TOKEN_CEILING_MS: '2000' };
const stateOf = async (sidecar: TestSidecar) =>
  (JSON.parse((await sidecar.get('/api/pool/stats')).text).lanes as { state: string }[]).map(({ state }) => state);

/** Some samples, so that the limits follow what is usual here. */
async function practise(sidecar: TestSidecar, lanes: readonly ScriptedOllama[]) {
  await sidecar.warmed;
  for (const lane of lanes) lane.script = { firstMs: 10, gapMs: 1 };
  await Promise.all(range(40).map((index) => sidecar.ask('/api/chat', chat(`practice ${index}`))));
}

describe('slots', () => {
  it('never more in flight than slots, with a thousand at once', async () => {
    const { sidecar, first } = await setUp(1, { QUEUE_LIMIT: '2000' });
    first.script = { firstMs: 2, words: 2 };
    const answers = await Promise.all(range(1000).map((index) => sidecar.ask('/api/chat', chat(`${index}`))));
    expect(first.peak).toBe(4);
    expect(answers.every(({ status, text }) => status === 200 && wordsOf(text) === 'w0 w1 ')).toBe(true);
    expect(first.generations).toHaveLength(1000);
  });

  it('past the queue’s bound: 503 in the API’s shape, with Retry-After and the wait', async () => {
    const { sidecar, first } = await setUp(1, { QUEUE_LIMIT: '6' });
    await sidecar.ask('/api/chat', chat('warm'));
    first.script = { firstMs: 500 };
    const body = (index: number) => ({ model: 'm', messages: [{ role: 'user', content: `${index}` }], stream: true });
    const answers = await Promise.all(range(16).map((index) => sidecar.ask('/v1/chat/completions', body(index))));
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused).toHaveLength(6);
    for (const { headers, text } of refused) {
      expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
      expect(Number(headers['x-expected-wait'])).toBeGreaterThan(0);
      expect(JSON.parse(text).error.type).toBe('api_error');
    }
  });

  it('what has waited too long is refused', async () => {
    const { sidecar, first } = await setUp(1, { QUEUE_WAIT_MS: '300', OLLAMA_NUM_PARALLEL: '1' });
    await sidecar.ask('/api/chat', chat('warm'));
    first.script = { firstMs: 800 };
    const running = sidecar.ask('/api/chat', chat('1'));
    const since = performance.now();
    const waited = await sidecar.ask('/api/chat', chat('2'));
    expect(waited.status).toBe(503);
    expect(performance.now() - since).toBeLessThan(600);
    expect((await running).status).toBe(200);
  });

  it('people go before warm-ups', async () => {
    const { sidecar, first } = await setUp(1, { OLLAMA_NUM_PARALLEL: '1' });
    await sidecar.ask('/api/chat', chat('warm'));
    first.script = { firstMs: 300 };
    const order: string[] = [];
    const ask = (name: string, priority: string) =>
      sidecar.ask('/api/chat', chat(name), { 'x-edge-priority': priority }).then(() => order.push(name));
    const busy = ask('busy', 'interactive');
    await expect.poll(() => first.inFlight).toBe(1);
    await Promise.all([
      busy,
      ask('guess', 'prefetch'),
      ask('warm-up', 'warm'),
      ask('refresh', 'revalidate'),
      ask('person', 'interactive'),
    ]);
    expect(order).toEqual(['busy', 'person', 'refresh', 'warm-up', 'guess']);
  });
});

describe('a cold model', () => {
  it('is loaded once, and the load outlives those who wanted it', async () => {
    const { sidecar, first } = await setUp(1, { ...QUICK, WARM_MODELS: '' });
    first.script = { loadMs: 3000 };
    const abort = new AbortController();
    const left = sidecar.ask('/api/chat', chat('x'), {}, abort.signal).catch(() => 'left');
    await sleep(200);
    abort.abort();
    expect(await left).toBe('left');
    // Longer than every time limit here.
    const answer = await sidecar.ask('/api/chat', chat('y'));
    expect(answer.status).toBe(200);
    expect(first.loads).toEqual(['m:latest']);
    expect(await stateOf(sidecar)).toEqual(['up']);
  });
});

describe('a lane that hangs', () => {
  it('loses nobody’s request that had not begun: they are done on the other lane', async () => {
    const { sidecar, first, second } = await setUp(2, QUICK);
    await practise(sidecar, [first, second]);
    first.script = { hung: true };
    second.script = { firstMs: 20 };
    const since = performance.now();
    const answers = await Promise.all(range(30).map((index) => sidecar.ask('/api/chat', chat(`q${index}`))));
    expect(answers.map(({ status }) => status)).toEqual(Array(30).fill(200));
    expect(answers.every(({ text }) => wordsOf(text) === 'w0 w1 w2 ')).toBe(true);
    expect(performance.now() - since).toBeLessThan(10_000);
    await expect.poll(() => stateOf(sidecar), { timeout: 5000 }).toEqual(['hung', 'up']);
    expect(JSON.parse(await fetch(`${sidecar.url}/health`).then((it) => it.text())).status).toBe('degraded');
  });

  it('comes back by itself', async () => {
    const { sidecar, first } = await setUp(1, QUICK);
    await practise(sidecar, [first]);
    first.script = { hung: true };
    const asked = sidecar.ask('/api/chat', chat('patience'));
    await expect.poll(() => stateOf(sidecar), { timeout: 8000 }).toEqual(['hung']);
    first.script = {};
    expect(wordsOf((await asked).text)).toBe('w0 w1 w2 ');
    expect(await stateOf(sidecar)).toEqual(['up']);
  });

  it('in the middle of an answer: an error, and never a silent repetition', async () => {
    const { sidecar, first, second } = await setUp(2, QUICK);
    await practise(sidecar, [first, second]);
    first.script = { words: 50, gapMs: 40 };
    second.script = { words: 50, gapMs: 40 };
    const before = first.generations.length + second.generations.length;
    const asked = sidecar.ask('/api/chat', chat('cut'), { 'x-edge-key': freshKey() });
    await sleep(200);
    first.script.hung = true;
    second.script.hung = true;
    const { text } = await asked;
    expect(wordsOf(text)).toMatch(/^w0 w1 .*\[the model server stopped answering\]$/);
    expect(first.generations.length + second.generations.length).toBe(before + 1);
  });

  it('is not what a slow prompt beside running ones is taken for', async () => {
    const { sidecar, first } = await setUp(1, QUICK);
    await practise(sidecar, [first]);
    first.script = { firstMs: 0, gapMs: 50, words: 40 };
    const lively = sidecar.ask('/api/chat', chat('lively'));
    await sleep(100);
    first.script = { firstMs: 1500 };
    const slow = await sidecar.ask('/api/chat', chat('slow'));
    expect(slow.status).toBe(200);
    expect((await lively).status).toBe(200);
    expect(await stateOf(sidecar)).toEqual(['up']);
    expect(first.generations.filter(({ messages }) => JSON.stringify(messages).includes('slow'))).toHaveLength(1);
  });
});

describe('a lane that cannot be reached', () => {
  it('is an error soon, and at once for those who come later', async () => {
    const { sidecar, first } = await setUp(1, { OUTAGE_WAIT_MS: '500' });
    await sidecar.ask('/api/chat', chat('warm'));
    await first.close();
    const since = performance.now();
    const answer = await sidecar.ask('/api/chat', chat('x'));
    expect([answer.status, answer.text]).toEqual([502, '{"error":"the model server cannot be reached"}']);
    expect(performance.now() - since).toBeLessThan(3000);
    const later = performance.now();
    expect((await sidecar.ask('/api/chat', chat('y'))).status).toBe(502);
    expect(performance.now() - later).toBeLessThan(100);
    ollamas.splice(0);
  });

  it('a restart of Ollama loses nobody who waits', async () => {
    const { sidecar, first } = await setUp(1, { OUTAGE_WAIT_MS: '5000' });
    await sidecar.ask('/api/chat', chat('warm'));
    const { port } = first;
    await first.close();
    const asked = range(5).map((index) => sidecar.ask('/api/chat', chat(`${index}`)));
    await sleep(1000);
    ollamas.push(await startScriptedOllama(['m:latest'], port));
    const answers = await Promise.all(asked);
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
    ollamas.splice(0, 1);
  });
});

describe('draining', () => {
  it('running streams finish, new requests get 503 with Retry-After', async () => {
    const { sidecar, first } = await setUp(1);
    first.script = { gapMs: 50, words: 20 };
    const running = sidecar.ask('/api/chat', chat('x'), { 'x-edge-key': freshKey(), 'x-edge-store': '1' });
    await sleep(300);
    const drained = sidecar.drain();
    const refused = await fetch(`${sidecar.url}/api/chat`, {
      method: 'POST',
      headers: { 'x-edge-secret': '0123456789abcdef' },
      body: JSON.stringify(chat('y')),
    });
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await fetch(`${sidecar.url}/health`)).status).toBe(503);
    await refused.text();
    expect(wordsOf((await running).text).split(' ')).toHaveLength(21);
    await drained;
    await expect(fetch(`${sidecar.url}/health`)).rejects.toThrow();
    sidecars.splice(0);
  });
});
