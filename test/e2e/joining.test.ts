/** Many who ask the same new question at the same time read one generation. */
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Pair, startPair } from '../../scripts/lib/pair.ts';
import { chatBody, freshQuestion, post, wordsOf } from './ask.ts';

/** Slow enough to be joined: some forty tokens take two seconds. */
const SLOW = { loadMs: 20, tokensPerSecond: 20, totalTokensPerSecond: 80, prefillTokensPerSecond: 1e6 };
const pause = (ms: number) => new Promise((resume) => setTimeout(resume, ms));

let pair: Pair;
beforeAll(async () => {
  pair = await startPair({ ollama: SLOW });
  await post(pair.url, '/api/chat', chatBody('warm', { options: { num_predict: 1 } }));
});
afterAll(() => pair.close());
afterEach(() => pair.ollama.control({ cut: undefined, ...SLOW }));

const stats = () => pair.ollama.stats();
const stream = (content: string) => ({ ...chatBody(content), stream: true });

/** Opens a stream; `first` resolves with its first piece. */
function open(path: string, body: object, signal?: AbortSignal) {
  const startedAt = performance.now();
  const response = fetch(pair.url + path, { method: 'POST', body: JSON.stringify(body), ...(signal && { signal }) });
  let text = '';
  let firstAt = Number.NaN;
  const done = response.then(async (found) => {
    const decoder = new TextDecoder();
    for await (const piece of found.body as unknown as AsyncIterable<Uint8Array>) {
      if (Number.isNaN(firstAt)) firstAt = performance.now() - startedAt;
      text += decoder.decode(piece, { stream: true });
    }
    return { text, firstMs: firstAt, cache: found.headers.get('x-cache'), status: found.headers.get('cache-status') };
  });
  return { done, response };
}

describe('a miss', () => {
  it('streams as it is generated: the first piece long before the last', async () => {
    const startedAt = performance.now();
    const { text, firstMs } = await open('/api/chat', stream(freshQuestion())).done;
    const whole = performance.now() - startedAt;
    expect(wordsOf(text)).not.toBe('');
    expect(firstMs).toBeLessThan(whole / 2);
    expect(text.trim().split('\n').length).toBeGreaterThan(5);
  });
});

describe('joining', () => {
  it('a hundred equal requests cost one generation, and each gets the whole answer', async () => {
    const body = stream(freshQuestion());
    const before = stats().started;
    const answers = await Promise.all(Array.from({ length: 100 }, () => open('/api/chat', body).done));
    expect(stats().started).toBe(before + 1);
    expect(new Set(answers.map(({ text }) => wordsOf(text))).size).toBe(1);
    expect(answers.filter(({ cache }) => cache === 'MISS')).toHaveLength(1);
    expect(answers.filter(({ cache }) => cache === 'JOINED')).toHaveLength(99);
    expect(answers.find(({ cache }) => cache === 'JOINED')?.status).toMatch(/memory; fwd=uri-miss; stored; collapsed/);
  });

  it('gives whole answers to those who do not stream, however briefly they waited', async () => {
    pair.ollama.control({ tokensPerSecond: 250, totalTokensPerSecond: 500 });
    for (let round = 0; round < 5; round += 1) {
      const body = chatBody(freshQuestion());
      const answers = await Promise.all(Array.from({ length: 20 }, () => post(pair.url, '/api/chat', body)));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      expect(new Set(answers.map(({ text }) => wordsOf(text))).size).toBe(1);
    }
  });

  it('late, gives what was written so far at once, then the rest as it comes', async () => {
    const body = stream(freshQuestion());
    const first = open('/api/chat', body);
    await first.response;
    await pause(700);
    const late = await open('/api/chat', body).done;
    expect(late.cache).toBe('JOINED');
    expect(late.firstMs).toBeLessThan(300);
    expect(wordsOf(late.text)).toBe(wordsOf((await first.done).text));
  });

  it('works across dialects, streaming or not', async () => {
    const content = freshQuestion();
    const openai = new OpenAI({ baseURL: `${pair.url}/v1`, apiKey: 'any' });
    const before = stats().started;
    const messages = [{ role: 'user' as const, content }];
    const first = open('/v1/chat/completions', { model: 'tinyllama', messages, stream: true });
    await first.response;
    const native = { ...chatBody(content), options: { temperature: 1, top_p: 1 } };
    const [streamed, whole, sdk] = await Promise.all([
      open('/api/chat', { ...native, stream: true }).done,
      post(pair.url, '/api/chat', native),
      openai.chat.completions.create({ model: 'tinyllama', messages }),
    ]);
    expect(stats().started).toBe(before + 1);
    expect([streamed.cache, whole.cache]).toEqual(['JOINED', 'JOINED']);
    expect(wordsOf(streamed.text)).toBe(wordsOf(whole.text));
    expect(sdk.choices[0]?.message.content).toBe(wordsOf(whole.text));
    expect((await first.done).text).toMatch(/data: \[DONE\]\n\n$/);
    expect(JSON.parse(streamed.text.trim().split('\n').at(-1) ?? '')).toMatchObject({
      done: true,
      done_reason: 'stop',
    });
  });
});

describe('leaving', () => {
  it('of the first reader does not stop the others', async () => {
    const body = stream(freshQuestion());
    const leaver = new AbortController();
    const first = open('/api/chat', body, leaver.signal);
    first.done.catch(() => {});
    await first.response;
    const second = open('/api/chat', body);
    await second.response;
    const before = stats();
    leaver.abort();
    const { text, cache } = await second.done;
    expect(cache).toBe('JOINED');
    expect(JSON.parse(text.trim().split('\n').at(-1) ?? '')).toMatchObject({ done: true });
    expect(stats().cancelled).toBe(before.cancelled);
    await pause(300);
    expect((await post(pair.url, '/api/chat', { ...body, stream: false })).cache).toBe('HIT');
  });

  it('of everyone cancels the origin’s work, and keeps nothing', async () => {
    pair.ollama.control({ tokensPerSecond: 4 });
    const body = stream(freshQuestion());
    const before = stats().cancelled;
    const leavers = [new AbortController(), new AbortController()];
    const readers = leavers.map(({ signal }) => open('/api/chat', body, signal));
    for (const reader of readers) {
      reader.done.catch(() => {});
      await reader.response;
    }
    for (const leaver of leavers) leaver.abort();
    await expect.poll(() => stats().cancelled, { timeout: 10_000 }).toBe(before + 1);
    pair.ollama.control(SLOW);
    expect((await open('/api/chat', body).done).cache).toBe('MISS');
  });

  it('before the first token cancels it too', async () => {
    pair.ollama.control({ prefillTokensPerSecond: 250, tokensPerSecond: 4 });
    const leaver = new AbortController();
    const before = stats();
    const reader = open('/api/chat', stream(freshQuestion().repeat(20)), leaver.signal);
    reader.response.catch(() => {});
    reader.done.catch(() => {});
    await expect.poll(() => stats().started, { timeout: 5_000 }).toBe(before.started + 1);
    leaver.abort();
    await expect.poll(() => stats().cancelled, { timeout: 10_000 }).toBe(before.cancelled + 1);
  });
});

describe('a generation that is cut', () => {
  it.each(['silent', 'error', 'garbage', 'close'] as const)(
    '%s: every reader gets its dialect’s error, nothing is kept',
    async (how) => {
      pair.ollama.control({ cut: { after: 5, how } });
      const content = freshQuestion();
      const native = { ...chatBody(content), options: { temperature: 1, top_p: 1 } };
      const readers = [
        open('/api/chat', { ...native, stream: true }).done,
        open('/v1/chat/completions', { model: 'tinyllama', messages: [{ role: 'user', content }], stream: true }).done,
      ];
      const whole = post(pair.url, '/api/chat', native);
      const [ndjson, sse] = await Promise.all(readers);
      expect(JSON.parse(ndjson?.text.trim().split('\n').at(-1) ?? '')).toEqual({ error: expect.any(String) });
      expect(sse?.text).toMatch(/data: \{"error":\{.*\}\}\n\n$/);
      expect(sse?.text).not.toContain('[DONE]');
      expect((await whole).status).toBeGreaterThanOrEqual(500);
      expect(JSON.parse((await whole).text)).toEqual({ error: expect.any(String) });

      pair.ollama.control({ cut: undefined });
      const again = await post(pair.url, '/api/chat', native);
      expect([again.status, again.cache]).toEqual([200, 'MISS']);
    },
  );
});
