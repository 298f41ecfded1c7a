/** The sidecar against the simulated Ollama, whose wire and engine are its own. */
import { afterEach, describe, expect, it } from 'vitest';
import { type SimulatedOllama, startSimulatedOllama } from '../../bench/simulated-ollama/start.ts';
import { freshKey, startTestSidecar, type TestSidecar, wordsOf } from './support/sidecar.ts';

const FAST = { tokensPerSecond: 2_000, totalTokensPerSecond: 8_000, prefillTokensPerSecond: 100_000, loadMs: 200 };
const ollamas: SimulatedOllama[] = [];
const sidecars: TestSidecar[] = [];
afterEach(async () => {
  await Promise.all(sidecars.splice(0).map((sidecar) => sidecar.close()));
  await Promise.all(ollamas.splice(0).map((ollama) => ollama.close()));
});
async function setUp(options: object = {}, env: Record<string, string> = {}, lanes = 1) {
  const started: SimulatedOllama[] = [];
  for (let index = 0; index < lanes; index += 1) started.push(await startSimulatedOllama({ ...FAST, ...options }));
  ollamas.push(...started);
  const sidecar = await startTestSidecar(
    started.map(({ url }) => url),
    { OLLAMA_MAX_LOADED_MODELS: '2', ...env },
  );
  sidecars.push(sidecar);
  const [first, second] = started as [SimulatedOllama, SimulatedOllama];
  return { sidecar, first, second };
}
const range = (count: number) => Array.from({ length: count }, (_, index) => index);
const ask = (content: string, of: object = {}) => ({
  model: 'tinyllama',
  messages: [{ role: 'user', content }],
  options: { num_predict: 4 },
  ...of,
});

describe('under load', () => {
  it('a thousand different requests to two models: all answered, never more in flight than slots, two loads', async () => {
    const { sidecar, first } = await setUp({}, { QUEUE_LIMIT: '1000' });
    const models = ['tinyllama', 'llama3.2:1b'];
    const answers = await Promise.all(
      range(1000).map((index) => sidecar.ask('/api/chat', ask(`q ${index}`, { model: models[index % 2] }))),
    );
    expect(answers.filter(({ status, text }) => status === 200 && text.includes('"done":true'))).toHaveLength(1000);
    const stats = first.stats();
    expect(stats.maxInFlight).toBeLessThanOrEqual(4);
    expect([stats.started, stats.finished, stats.cancelled, stats.loads]).toEqual([1000, 1000, 0, 2]);
  }, 60_000);

  it('two models that do not fit together are not swapped for each request', async () => {
    const { sidecar, first } = await setUp(
      { maxLoadedModels: 1 },
      { OLLAMA_MAX_LOADED_MODELS: '1', MODEL_TURN_MS: '1000', QUEUE_LIMIT: '1000' },
    );
    const models = ['tinyllama', 'llama3.2:1b'];
    const answers = await Promise.all(
      range(200).map((index) => sidecar.ask('/api/chat', ask(`q ${index}`, { model: models[index % 2] }))),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(first.stats().loads).toBeLessThanOrEqual(6);
  });

  it('chains shared beginnings: nearly nothing of them is read twice', async () => {
    const { sidecar, first } = await setUp();
    const systems = range(4).map((index) => `You are assistant ${index}. `.repeat(120));
    const bodies = range(80).map((index) =>
      ask(`q ${index}`, {
        messages: [
          { role: 'system', content: systems[(index * 3) % 4] },
          { role: 'user', content: `q ${index}` },
        ],
      }),
    );
    await Promise.all(bodies.map((body) => sidecar.ask('/api/chat', body)));
    const { promptTokens, reusedPromptTokens } = first.stats();
    expect(reusedPromptTokens / promptTokens).toBeGreaterThan(0.85);
  });

  it('no tenant waits more than its share beside one that floods', async () => {
    const { sidecar } = await setUp({ tokensPerSecond: 100, totalTokensPerSecond: 400 });
    await sidecar.ask('/api/chat', ask('warm'));
    const flood = range(150).map((index) => sidecar.ask('/api/chat', ask(`f ${index}`), { 'x-edge-tenant': 'flood' }));
    const waits: number[] = [];
    for (const index of range(8)) {
      const since = performance.now();
      await sidecar.ask('/api/chat', ask(`r ${index}`), { 'x-edge-tenant': 'rare' });
      waits.push(performance.now() - since);
    }
    await Promise.all(flood);
    // 150 requests of some 50 ms on four slots are two seconds; a fair turn is the next free slot.
    expect(Math.max(...waits)).toBeLessThan(500);
  });
});

describe('joining, in every API', () => {
  it('a thousand equal prompts in six forms are one generation', async () => {
    const { sidecar, first } = await setUp({ tokensPerSecond: 10 });
    const headers = { 'x-edge-key': freshKey(), 'x-edge-store': '1' };
    const messages = [{ role: 'user', content: 'why is the sky blue?' }];
    const forms = [
      ['/api/chat', { model: 'tinyllama', messages }],
      ['/api/chat', { model: 'tinyllama', messages, stream: false }],
      ['/v1/chat/completions', { model: 'tinyllama', messages, stream: true }],
      ['/v1/chat/completions', { model: 'tinyllama', messages }],
      ['/v1/responses', { model: 'tinyllama', input: 'why is the sky blue?', stream: true }],
      ['/v1/messages', { model: 'tinyllama', messages, max_tokens: 500, stream: true }],
    ] as const;
    const answers = await Promise.all(
      range(1000).map((index) => {
        const [path, body] = forms[index % forms.length] as (typeof forms)[number];
        return sidecar.ask(path, body, headers);
      }),
    );
    expect(first.stats().started).toBe(1);
    const said = wordsOf(answers[0]?.text ?? '');
    expect(said.length).toBeGreaterThan(20);
    for (const [index, { status, text }] of answers.entries()) {
      expect(status).toBe(200);
      const [path, body] = forms[index % forms.length] as (typeof forms)[number];
      if (path === '/api/chat') expect(wordsOf(text)).toBe(said);
      else if (path === '/v1/chat/completions' && !('stream' in body))
        expect(JSON.parse(text).choices[0].message.content).toBe(said);
      else if (path === '/v1/chat/completions') expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true);
      else expect(text).toContain(path === '/v1/responses' ? 'event: response.completed' : 'event: message_stop');
    }
  }, 60_000);
});

describe('failures', () => {
  it('a model that hangs while listings stay green: the other lane does its work', async () => {
    const env = { FIRST_TOKEN_FLOOR_MS: '300', TOKEN_CEILING_MS: '3000', WARM_MODELS: 'tinyllama' };
    const { sidecar, first } = await setUp({}, env, 2);
    await sidecar.warmed;
    await Promise.all(range(40).map((index) => sidecar.ask('/api/chat', ask(`practice ${index}`))));
    first.control({ hang: 'tinyllama' });
    const answers = await Promise.all(range(40).map((index) => sidecar.ask('/api/chat', ask(`q ${index}`))));
    expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(200));
  });

  it('a server that says it is busy, or whose runner died, is asked once more and then believed', async () => {
    const { sidecar, first } = await setUp();
    await sidecar.ask('/api/chat', ask('warm'));
    first.control({ status: 503 });
    const before = first.stats().requests['/api/chat'] ?? 0;
    const busy = await sidecar.ask('/api/chat', ask('x'));
    expect(busy.status).toBe(503);
    expect(JSON.parse(busy.text).error).toContain('server busy');
    expect((first.stats().requests['/api/chat'] ?? 0) - before).toBe(2);
    first.control({ status: 400 });
    expect((await sidecar.ask('/api/chat', ask('y'))).status).toBe(400);
    expect((first.stats().requests['/api/chat'] ?? 0) - before).toBe(3);
  });

  it.each(['silent', 'garbage', 'error', 'close'] as const)(
    'a stream that is cut (%s) is never stored',
    async (how) => {
      const { sidecar, first } = await setUp();
      const headers = { 'x-edge-key': freshKey(), 'x-edge-store': '1' };
      first.control({ cut: { after: 2, how } });
      await sidecar.ask('/api/chat', ask('cut'), headers);
      first.control({ cut: undefined });
      const again = await sidecar.ask('/api/chat', ask('cut'), headers);
      expect(again.headers['cache-status']).toBe('disk; fwd=uri-miss');
      expect(again.text).toContain('"done":true');
    },
  );

  it('a model that was pulled again: what the old one said is not served', async () => {
    const { sidecar, first } = await setUp();
    const headers = { 'x-edge-key': freshKey(), 'x-edge-store': '1' };
    await sidecar.ask('/api/chat', ask('x'), headers);
    expect((await sidecar.ask('/api/chat', ask('x'), headers)).headers['cache-status']).toMatch(/hit/);
    first.pull('tinyllama');
    await sidecar.refreshDigests();
    const after = await sidecar.ask('/api/chat', ask('x'), headers);
    expect(after.headers['cache-status']).toBe('disk; fwd=uri-miss');
  });
});
