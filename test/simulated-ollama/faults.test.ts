/** Each fault can be switched on and off, by function and over HTTP. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Change, type SimulatedOllama, startSimulatedOllama } from '../../bench/simulated-ollama/start.ts';
import { ask, FAST, post, until } from './fast.ts';

let ollama: SimulatedOllama;
beforeAll(async () => {
  ollama = await startSimulatedOllama(FAST);
});
beforeEach(() => ollama.reset());
afterAll(() => ollama.close());

const control = (change: Change | Record<string, unknown>) => post(`${ollama.url}/_sim/control`, change);
const chat = (more: object = {}, path = '/api/chat') => post(ollama.url + path, ask('Tell me of rivers.', more));
const version = (signal?: AbortSignal) => fetch(`${ollama.url}/api/version`, signal ? { signal } : {});
const unanswered = (sent: (signal: AbortSignal) => Promise<unknown>) =>
  sent(AbortSignal.timeout(100)).then(
    () => 'answered',
    () => 'unanswered',
  );

test('hang: nothing is answered, until it is', async () => {
  ollama.control({ hang: true });
  expect(await unanswered(version)).toBe('unanswered');
  await control({ hang: false });
  expect((await version()).status).toBe(200);
});

test('hang "*": the lists stay green while no model answers', async () => {
  await control({ hang: '*' });
  expect((await version()).status).toBe(200);
  expect(await unanswered((signal) => post(`${ollama.url}/api/chat`, ask('hi'), signal))).toBe('unanswered');
  expect(await unanswered((signal) => post(`${ollama.url}/api/embed`, { model: 'all-minilm' }, signal))).toBe(
    'unanswered',
  );
});

test('hang with a name: that model alone', async () => {
  await control({ hang: 'llama3.2:1b' });
  expect(
    await unanswered((signal) => post(`${ollama.url}/api/chat`, ask('hi', { model: 'llama3.2:1b' }), signal)),
  ).toBe('unanswered');
  expect((await chat({ stream: false })).status).toBe(200);
});

test('die: connections are closed at once', async () => {
  ollama.control({ die: true });
  await expect(version()).rejects.toThrow();
  await control({ die: false });
  expect((await version()).status).toBe(200);
});

test('status: in the shape of each API', async () => {
  await control({ status: 503 });
  const busy = 'server busy, please try again.  maximum pending requests exceeded';
  const native = await chat();
  expect([native.status, await native.json()]).toEqual([503, { error: busy }]);
  expect(await (await chat({}, '/v1/chat/completions')).json()).toMatchObject({
    error: { message: busy, type: 'api_error' },
  });
  expect(await (await chat({ max_tokens: 5 }, '/v1/messages')).json()).toMatchObject({
    type: 'error',
    error: { type: 'overloaded_error', message: busy },
  });
  expect((await post(`${ollama.url}/api/embed`, { model: 'all-minilm', input: 'a' })).status).toBe(503);
  await control({ status: null });
  expect((await chat({ stream: false })).status).toBe(200);
});

test('cut silently: a stream ends without done, an answer says done:false', async () => {
  await control({ cut: { after: 3, how: 'silent' } });
  const lines = (await (await chat()).text()).trim().split('\n');
  expect(lines).toHaveLength(3);
  expect(lines.every((line) => (JSON.parse(line) as { done: boolean }).done === false)).toBe(true);
  const whole = (await (await chat({ stream: false })).json()) as object;
  expect(whole).toMatchObject({ done: false });
  expect(whole).not.toHaveProperty('done_reason');
  const events = await (await chat({ stream: true }, '/v1/chat/completions')).text();
  expect(events).not.toContain('[DONE]');
});

test('the trap of repetitions: more than thirty equal chunks end an answer that is not done', async () => {
  await control({ cut: { after: 2, how: 'repeat' } });
  const lines = (await (await chat()).text()).trim().split('\n');
  const last = JSON.parse(lines.at(-1) ?? '') as { done: boolean; message: { content: string } };
  expect(last).toMatchObject({ done: false, message: { content: ' again' } });
  expect(lines.filter((line) => line.includes(' again'))).toHaveLength(31);
});

test('error: a last line in a stream, a status without one', async () => {
  await control({ cut: { after: 3, how: 'error' } });
  const lines = (await (await chat()).text()).trim().split('\n');
  expect(lines.at(-1)).toBe('{"error":"an error was encountered while running the model: unexpected EOF"}');
  expect((await chat({ stream: false })).status).toBe(500);
  await control({ cut: { after: 0, how: 'error' } });
  expect((await chat()).status).toBe(500);
});

test('garbage and close: bytes that are no JSON, a connection that breaks', async () => {
  await control({ cut: { after: 3, how: 'garbage' } });
  const lines = (await (await chat()).text()).trim().split('\n');
  expect(() => JSON.parse(lines.at(-1) ?? '')).toThrow();
  await control({ cut: { after: 3, how: 'close' } });
  await expect(chat().then((answer) => answer.text())).rejects.toThrow();
  expect(ollama.stats()).toMatchObject({ inFlight: 0, busySlots: 0 });
});

test('rates and a slow load', async () => {
  await post(`${ollama.url}/api/generate`, { model: 'tinyllama', keep_alive: 0 });
  await control({ loadMs: 150 });
  const whole = (await (await chat({ stream: false })).json()) as { load_duration: number };
  expect(whole.load_duration).toBeGreaterThan(140e6);
  await control({ loadMs: 1, tokensPerSecond: 50 });
  const slow = (await (await chat({ stream: false, options: { num_predict: 10 } })).json()) as {
    eval_duration: number;
  };
  expect(slow.eval_duration).toBeGreaterThan(150e6);
  await control({ tokensPerSecond: 1e5 });
});

test('pull: another digest, and what was loaded goes', async () => {
  await chat({ stream: false });
  const digest = async () =>
    ((await (await fetch(`${ollama.url}/api/tags`)).json()) as { models: { digest: string }[] }).models[0]?.digest;
  const before = await digest();
  await control({ pull: 'tinyllama' });
  expect(await digest()).not.toBe(before);
  await until(() => ollama.stats().unloads === 1);
});

test('stats over HTTP are those of the function; management routes answer and are counted; reset forgets', async () => {
  await chat({ stream: false });
  for (const path of ['/api/pull', '/api/delete', '/api/blobs/sha256:0'])
    expect((await post(ollama.url + path, { model: 'x' })).status).toBe(200);
  const stats = await (await fetch(`${ollama.url}/_sim/stats`)).json();
  expect(stats).toEqual(ollama.stats());
  expect(stats).toMatchObject({
    requests: { '/api/chat': 1, '/api/pull': 1, '/api/delete': 1 },
    bodies: { '/api/chat': { model: 'tinyllama' }, '/api/pull': { model: 'x' } },
  });
  await post(`${ollama.url}/_sim/reset`, {});
  expect(ollama.stats()).toMatchObject({ requests: {}, bodies: {}, started: 0, generatedTokens: 0 });
});
