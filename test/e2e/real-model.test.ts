/** The whole way with a real model behind it: joined in the middle, left, cut short, and asked again in other words of the wire. */
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedOllama } from '../../origin/embedded/start.ts';
import { type Pair, startPair } from '../../scripts/lib/pair.ts';
import { LONG, startDemo } from '../embedded/demo.ts';
import { wordsOf } from './ask.ts';

/** Slow enough to be joined and left on any machine. */
const TOKENS_PER_SECOND = 60;

let model: EmbeddedOllama;
let pair: Pair;
beforeAll(async () => {
  model = await startDemo({ tokensPerSecond: TOKENS_PER_SECOND });
  pair = await startPair({ origin: { OLLAMA_URL: model.url } });
});
afterAll(async () => {
  await pair?.close();
  await model?.close();
});

const ask = (prompt: string, more: object = {}, signal?: AbortSignal) =>
  fetch(`${pair.url}/api/generate`, {
    method: 'POST',
    body: JSON.stringify({ model: 'demo', prompt, ...more }),
    ...(signal && { signal }),
  });
/** The words of a stream of /api/generate. */
const saidIn = (text: string): string =>
  text
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { response: string }).response)
    .join('');
const made = () => model.activity().generatedTokens;

describe('joining a real generation in the middle', () => {
  it('gives what was said so far, then the rest: one generation, one text', async () => {
    const body = { options: { temperature: 0.5, seed: 11, num_predict: 90 } };
    const before = made();
    const first = await ask(LONG, body);
    const rest = first.text();
    await expect.poll(made).toBeGreaterThan(before + 15);
    const late = await ask(LONG, body);
    expect(late.headers.get('x-cache')).toBe('JOINED');
    expect(made()).toBeLessThan(before + 90);
    const text = await late.text();
    expect(saidIn(text)).toBe(saidIn(await rest));
    expect(saidIn(text).length).toBeGreaterThan(100);
    expect(made() - before).toBe(JSON.parse(text.trim().split('\n').at(-1) ?? '').eval_count);
    expect((await ask(LONG, body)).headers.get('x-cache')).toBe('HIT');
  });
});

describe('leaving a real generation', () => {
  it('stops it, and nothing is kept of it', async () => {
    const body = { options: { temperature: 0.5, seed: 12 } };
    const leaver = new AbortController();
    const before = made();
    const reader = (await ask(LONG, body, leaver.signal)).body?.getReader();
    await reader?.read();
    leaver.abort();
    await expect.poll(() => model.activity().busySlots, { timeout: 10_000 }).toBe(0);
    const told = made() - before;
    const again = await ask(LONG, { ...body, stream: false });
    expect(again.headers.get('x-cache')).toBe('MISS');
    const answer = (await again.json()) as { eval_count: number };
    expect(told).toBeLessThan(answer.eval_count);
  });
});

describe('a real answer', () => {
  it('that num_predict cut is kept as such, and is not the whole one', async () => {
    const cut = { stream: false, options: { temperature: 0, num_predict: 9 } };
    const answers = [await ask('What is an ETag?', cut), await ask('What is an ETag?', cut)];
    expect(answers.map(({ headers }) => headers.get('x-cache'))).toEqual(['MISS', 'HIT']);
    for (const answer of answers) expect(await answer.json()).toMatchObject({ done_reason: 'length', eval_count: 9 });
    const whole = await ask('What is an ETag?', { stream: false, options: { temperature: 0 } });
    expect(await whole.json()).toMatchObject({ done_reason: 'stop' });
  });

  it('of one API is a hit in another', async () => {
    const native = { model: 'demo', messages: [{ role: 'user' as const, content: 'What is a cache?' }] };
    const first = await fetch(`${pair.url}/api/chat`, {
      method: 'POST',
      body: JSON.stringify({ ...native, options: { temperature: 1, top_p: 1 } }),
    });
    const words = wordsOf(await first.text());
    const openai = new OpenAI({ baseURL: `${pair.url}/v1`, apiKey: 'any' });
    const { data, response } = await openai.chat.completions.create(native).withResponse();
    expect(response.headers.get('x-cache')).toBe('HIT');
    expect(data.choices[0]?.message.content).toBe(words);
  });
});
