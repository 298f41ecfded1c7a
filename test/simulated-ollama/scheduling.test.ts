/** Slots, prefixes, loads and keep-alive behave as those of the real one. */
import { afterEach, expect, test } from 'vitest';
import {
  type SimulatedOllama,
  type SimulatedOptions,
  startSimulatedOllama,
} from '../../bench/simulated-ollama/start.ts';
import { ask, FAST, post, until } from './fast.ts';

let ollama: SimulatedOllama;
afterEach(() => ollama.close());

async function start(options: SimulatedOptions = {}): Promise<void> {
  ollama = await startSimulatedOllama({ ...FAST, ...options });
}

const chat = (words: string, more: object = {}, signal?: AbortSignal) =>
  post(`${ollama.url}/api/chat`, ask(words, { stream: false, ...more }), signal).then(async (answer) => ({
    status: answer.status,
    body: (await answer.json()) as Record<string, number | string | undefined>,
  }));
const load = (more: object = {}) =>
  post(`${ollama.url}/api/generate`, { model: 'tinyllama', ...more }).then((it) => it.json());
const loaded = async () => {
  const { models } = (await (await fetch(`${ollama.url}/api/ps`)).json()) as {
    models: { name: string; expires_at: string; context_length: number }[];
  };
  return models;
};
const SLOW = { tokensPerSecond: 40, totalTokensPerSecond: 160 };

test('four slots answer, the others wait without a bound', async () => {
  await start({ ...SLOW, loadMs: 1 });
  const all = Promise.all(Array.from({ length: 30 }, (_, index) => chat(`${index}?`, { options: { num_predict: 8 } })));
  await until(() => ollama.stats().inFlight === 30);
  expect(ollama.stats().busySlots).toBe(4);
  expect((await all).every(({ status }) => status === 200)).toBe(true);
  expect(ollama.stats()).toMatchObject({ started: 30, finished: 30, maxBusySlots: 4, maxInFlight: 30, loads: 1 });
});

test('busy slots share the rate', async () => {
  await start({ tokensPerSecond: 200, totalTokensPerSecond: 200, slots: 4 });
  await load();
  const options = { num_predict: 40 };
  const alone = Number((await chat('alone', { options })).body.eval_duration);
  const together = await Promise.all(['one', 'two', 'three', 'four'].map((words) => chat(words, { options })));
  const mean = together.reduce((sum, { body }) => sum + Number(body.eval_duration), 0) / 4;
  expect(mean / alone).toBeGreaterThan(2.5);
});

test('a prompt goes to the idle slot that knows its beginning', async () => {
  await start();
  const system = 'You are a patient assistant who explains things. '.repeat(20);
  const messages = (words: string) => [
    { role: 'system', content: system },
    { role: 'user', content: words },
  ];
  await chat('', { messages: messages('first') });
  const before = ollama.stats();
  expect(before.reusedPromptTokens).toBe(0);
  await chat('something else altogether');
  await chat('', { messages: messages('second') });
  const after = ollama.stats();
  expect(after.reusedPromptTokens).toBeGreaterThan(150);
  expect(after.prefilledTokens).toBe(after.promptTokens - after.reusedPromptTokens);
});

test('the same beginning at the same time is read once on every slot', async () => {
  await start({ tokensPerSecond: 100, totalTokensPerSecond: 400 });
  await load();
  const words = 'A long beginning that they share, word for word. '.repeat(20);
  await Promise.all([1, 2, 3, 4].map((index) => chat(words + index, { options: { num_predict: 3 } })));
  expect(ollama.stats().reusedPromptTokens).toBe(0);
});

test('a load takes its time, is shared, and is told', async () => {
  await start({ loadMs: 120 });
  const [first, second] = await Promise.all([chat('one'), chat('two')]);
  expect(Number(first?.body.load_duration)).toBeGreaterThan(110e6);
  expect(Number(second?.body.load_duration)).toBeGreaterThan(100e6);
  expect(ollama.stats().loads).toBe(1);
  expect(Number((await chat('three')).body.load_duration)).toBeLessThan(50e6);
});

test('another context length or placement loads anew, once the model is idle', async () => {
  await start(SLOW);
  const running = chat('a first one that runs', { options: { num_predict: 8 } });
  await until(() => ollama.stats().busySlots === 1);
  const other = chat('another', { options: { num_ctx: 2048, num_predict: 1 } });
  await new Promise((resume) => setTimeout(resume, 50));
  expect(ollama.stats().loads).toBe(1);
  expect((await running).body.done_reason).toBe('length');
  await other;
  expect(ollama.stats().loads).toBe(2);
  expect((await loaded())[0]?.context_length).toBe(2048);
  await chat('a third', { options: { num_ctx: 2048, num_batch: 64, num_predict: 1 } });
  expect(ollama.stats().loads).toBe(3);
});

test('who leaves during the load that he began takes it along; the next one begins anew', async () => {
  await start({ loadMs: 150 });
  const leaving = new AbortController();
  const first = chat('first', {}, leaving.signal).catch(() => 'left');
  await until(() => ollama.stats().loads === 1);
  const second = chat('second');
  leaving.abort();
  expect(await first).toBe('left');
  expect((await second).status).toBe(200);
  expect(ollama.stats()).toMatchObject({ loads: 2, abortedLoads: 1, abandoned: 1 });
});

test('room for a model is made by the one that was used least recently', async () => {
  await start({ maxLoadedModels: 2, models: ['a', 'b', 'c'] });
  for (const model of ['a', 'b', 'a', 'c']) await chat('hi', { model });
  expect((await loaded()).map(({ name }) => name).sort()).toEqual(['a:latest', 'c:latest']);
  expect(ollama.stats()).toMatchObject({ loads: 3, unloads: 1 });
});

test('keep_alive: a load says until when, zero unloads, below zero is for ever, the last one counts', async () => {
  await start();
  expect(await load({ keep_alive: '10m' })).toMatchObject({ done: true, done_reason: 'load' });
  const minutes = (Date.parse((await loaded())[0]?.expires_at ?? '') - Date.now()) / 60_000;
  expect(minutes).toBeGreaterThan(9.9);
  expect(minutes).toBeLessThanOrEqual(10);
  await load({ keep_alive: -1 });
  expect((await loaded())[0]?.expires_at).toMatch(/^2318/);
  await chat('hi', { keep_alive: 0.05 });
  expect(await loaded()).toHaveLength(1);
  await until(() => ollama.stats().unloads === 1);
  await load();
  expect(await load({ keep_alive: 0 })).toMatchObject({ done_reason: 'unload' });
  expect(await loaded()).toEqual([]);
  expect(ollama.stats().started).toBe(1);
});

test('a reader who leaves frees the slot; one who waited is called up', async () => {
  await start({ ...SLOW, slots: 1 });
  const leaving = new AbortController();
  const first = chat('long', {}, leaving.signal).catch(() => 'left');
  await until(() => ollama.stats().busySlots === 1);
  const waiting = new AbortController();
  const second = chat('who waits and leaves', {}, waiting.signal).catch(() => 'left');
  const third = chat('who waits', { options: { num_predict: 1 } });
  await until(() => ollama.stats().inFlight === 3);
  waiting.abort();
  await until(() => ollama.stats().abandoned === 1);
  leaving.abort();
  expect([await first, await second]).toEqual(['left', 'left']);
  expect((await third).status).toBe(200);
  expect(ollama.stats()).toMatchObject({
    started: 2,
    finished: 1,
    cancelled: 1,
    abandoned: 1,
    inFlight: 0,
    busySlots: 0,
  });
});

test('a reader who leaves can go unnoticed for a while, as in newer versions', async () => {
  await start({ ...SLOW, cancelPollMs: 150 });
  const leaving = new AbortController();
  const first = chat('long', {}, leaving.signal).catch(() => 'left');
  await until(() => ollama.stats().busySlots === 1);
  leaving.abort();
  await first;
  await new Promise((resume) => setTimeout(resume, 60));
  expect(ollama.stats()).toMatchObject({ busySlots: 1, cancelled: 0 });
  await until(() => ollama.stats().cancelled === 1);
});

test('a thousand readers at once', async () => {
  await start({ tokensPerSecond: 5_000, totalTokensPerSecond: 20_000 });
  const cpu = process.cpuUsage();
  const options = { num_predict: 4 };
  const answers = await Promise.all(Array.from({ length: 1_000 }, (_, index) => chat(`${index}`, { options })));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(ollama.stats()).toMatchObject({ finished: 1_000, generatedTokens: 4_000, maxBusySlots: 4 });
  // Of both sides: an engine with a timer a token would not manage.
  expect(process.cpuUsage(cpu).user / 1e6).toBeLessThan(8);
});
