/** Questions that only read differently, seen from outside. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pair, startPair } from '../../scripts/lib/pair.ts';
import { type Asked, chatBody, post, wordsOf } from './ask.ts';
import { cacheStatusOf } from './cache-status.ts';
import { type ScriptedOllama, startScriptedOllama } from './scripted-ollama.ts';

/** On a busy machine the default of 30 ms would be luck. */
const OPERATOR = { authorization: 'Bearer the-key-of-the-operator' };
const PATIENT = { SEMANTIC_TIMEOUT_MS: '5000' };
/** What is written after an answer is there a moment later. */
const settle = () => new Promise((resume) => setTimeout(resume, 200));

let ollama: ScriptedOllama;
let pair: Pair;

async function start(vars: Record<string, string>): Promise<void> {
  ollama = await startScriptedOllama((question) => `The answer to "${question}" is long enough.`);
  pair = await startPair({
    vars: { ...PATIENT, ADMIN_KEY: 'the-key-of-the-operator', ...vars },
    origin: { OLLAMA_URL: ollama.url },
  });
}
async function stop(): Promise<void> {
  await pair.close();
  await ollama.close();
}

const chat = (content: string, headers: Record<string, string> = {}, more: object = {}) =>
  post(pair.url, '/api/chat', chatBody(content, more), headers);

async function stored(content: string, headers: Record<string, string> = {}, more: object = {}): Promise<Asked> {
  const miss = await chat(content, headers, more);
  expect(miss.cache).toBe('MISS');
  await settle();
  return miss;
}

/** A thing that nobody has asked about yet. */
const THINGS =
  'router printer camera tablet laptop oven boiler radio piano drone kettle freezer scooter guitar heater'.split(' ');
let next = 0;
const thing = (): string => THINGS[next++] as string;
const asks = (what: string) => `How do I reset my ${what}?`;
const asksAgain = (what: string) => `what's the way to reset my ${what}`;

describe('a question in other words', () => {
  beforeAll(() => start({ SEMANTIC_CHECK_SHARE: '0', SEMANTIC_THRESHOLD_BY_MODEL: '{"llama3.2:1b":"off"}' }));
  afterAll(stop);

  it('gets the stored answer, and says what it matched and how nearly', async () => {
    const what = thing();
    const first = await stored(asks(what));
    const again = await chat(asksAgain(what));
    expect(again.cache).toBe('SEMANTIC');
    expect(wordsOf(again.text)).toBe(wordsOf(first.text));
    const similarity = Number(again.headers.get('x-cache-similarity'));
    expect(similarity).toBeGreaterThanOrEqual(0.85);
    expect(similarity).toBeLessThanOrEqual(1);
    expect(cacheStatusOf(again.headers).semantic).toMatch(
      new RegExp(`^semantic; hit; ttl=\\d+; key="[0-9a-f]{64}"; detail="sim=0\\.\\d+ How do I reset my ${what}\\?"$`),
    );
    expect(again.headers.get('server-timing')).toMatch(/semantic;dur=/);
    expect(Number(again.headers.get('age'))).toBeLessThan(60);
    expect(ollama.asked).not.toContain(asksAgain(what));
  });

  it('is streamed through another API', async () => {
    const what = thing();
    // What OpenAI's clients ask with where they say nothing.
    const first = await stored(asks(what), {}, { options: { temperature: 1, top_p: 1 } });
    const again = await post(pair.url, '/v1/chat/completions', {
      model: 'tinyllama',
      stream: true,
      messages: [{ role: 'user', content: asksAgain(what) }],
    });
    expect([again.cache, again.headers.get('content-type')]).toEqual(['SEMANTIC', 'text/event-stream']);
    const frames = again.text.split('\n\n').filter((frame) => frame.startsWith('data: {'));
    const words = frames.map((frame) => JSON.parse(frame.slice(6)).choices[0]?.delta.content ?? '').join('');
    expect(words).toBe(wordsOf(first.text));
    expect(again.text).toMatch(/data: \[DONE\]\s*$/);
  });

  it('is found by an isolate that has just begun', async () => {
    const what = thing();
    await stored(asks(what));
    await pair.restartEdge();
    expect((await chat(asksAgain(what))).cache).toBe('SEMANTIC');
  });

  it('is not one that asks something else: the guard is named', async () => {
    await stored('How many moons does Mars have in 2024?');
    const other = await chat('How many moons does Mars have in 2025?');
    expect(other.cache).toBe('MISS');
    expect(cacheStatusOf(other.headers).semantic).toMatch(/^semantic; fwd=miss; stored; detail="refused=numbers sim=/);
  });

  it('shares nothing where anything else of the request differs', async () => {
    const what = thing();
    const system = { role: 'system', content: 'Answer as a pirate.' };
    await stored(asks(what));
    const question = { role: 'user', content: asksAgain(what) };
    const others: object[] = [
      { messages: [system, question] },
      { messages: [{ role: 'user', content: 'Hello' }, { role: 'assistant', content: 'Hi' }, question] },
      { options: { temperature: 0.1 } },
      { think: true },
    ];
    for (const other of others) expect((await chat(asksAgain(what), {}, other)).cache).not.toBe('SEMANTIC');
    expect((await chat(asksAgain(what), { 'x-cache-namespace': 'other' })).cache).toBe('MISS');
    expect((await chat(asksAgain(what), { 'x-cache-key': 'own' })).cache).toBe('MISS');
    expect((await chat(asksAgain(what), { 'cache-control': 'no-cache' })).cache).toBe('BYPASS');
  });

  it('is off for a format, and for a header that says so or makes no sense; a threshold may only rise', async () => {
    const what = thing();
    await stored(asks(what));
    await stored(asks(what), {}, { format: 'json' });
    expect((await chat(asksAgain(what), {}, { format: 'json' })).cache).toBe('MISS');
    for (const threshold of ['0', '0.2', '0.85'])
      expect((await chat(asksAgain(what), { 'x-cache-threshold': threshold })).cache).toBe('SEMANTIC');
    const strict = await chat(asksAgain(what), { 'x-cache-threshold': '0.999' });
    expect(strict.cache).toBe('MISS');
    expect(cacheStatusOf(strict.headers).semantic).toMatch(/refused=threshold/);
    const another = thing();
    await stored(asks(another));
    for (const threshold of ['off', '85', 'high'])
      expect(
        (await chat(`${asksAgain(another)} ${'?'.repeat(threshold.length)}`, { 'x-cache-threshold': threshold })).cache,
      ).toBe('MISS');
  });

  it('answers only-if-cached', async () => {
    const what = thing();
    await stored(asks(what));
    const cached = { 'cache-control': 'only-if-cached' };
    expect((await chat(asksAgain(what), cached)).cache).toBe('SEMANTIC');
    expect((await chat(asksAgain(thing()), cached)).status).toBe(504);
  });

  it('leaves the index when its answer is purged', async () => {
    const what = thing();
    await stored(asks(what), { 'x-cache-tags': what });
    const hit = await chat(asksAgain(what));
    expect(hit.cache).toBe('SEMANTIC');
    const purged = await post(pair.url, '/api/cache/purge', { tag: what }, OPERATOR);
    expect(JSON.parse(purged.text)).toMatchObject({ reached: { semantic: { state: 'done', removed: 1 } } });
    const late = await chat(asksAgain(what));
    expect(late.cache).toBe('MISS');
    expect(cacheStatusOf(late.headers).semantic).toMatch(/^semantic; fwd=uri-miss/);
  });

  it('leaves the index when the answer is no longer fresh', async () => {
    const what = thing();
    await stored(asks(what), { 'x-cache-ttl': '2' });
    expect((await chat(asksAgain(what))).cache).toBe('SEMANTIC');
    await new Promise((resume) => setTimeout(resume, 2_100));
    const late = await chat(asksAgain(what));
    expect(late.cache).toBe('MISS');
    expect(cacheStatusOf(late.headers).semantic).toMatch(/^semantic; fwd=uri-miss/);
  });
});

describe('the time that a semantic hit takes', () => {
  const SECOND = 1e9;
  beforeAll(async () => {
    await start({ SEMANTIC_CHECK_SHARE: '0', SEMANTIC_PAD_LATENCY: 'true' });
    // The model took half a second to begin, and another half to write.
    ollama.timing = { total: 1.2 * SECOND, load: 0.2 * SECOND, prompt: 0.5 * SECOND, eval: 0.5 * SECOND };
  });
  afterAll(stop);

  it('is that of the generation, where it must not tell', async () => {
    const what = thing();
    const first = await stored(asks(what));
    const startedAt = performance.now();
    const whole = await chat(asksAgain(what));
    expect(whole.cache).toBe('SEMANTIC');
    expect(performance.now() - startedAt).toBeGreaterThan(990);
    expect(wordsOf(whole.text)).toBe(wordsOf(first.text));
  });

  it('is spread over the stream as well', async () => {
    const what = thing();
    const first = await stored(asks(what));
    const startedAt = performance.now();
    const response = await fetch(`${pair.url}/api/chat`, {
      method: 'POST',
      body: JSON.stringify(chatBody(asksAgain(what), { stream: true })),
    });
    const arrivals: number[] = [];
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      arrivals.push(performance.now() - startedAt);
      text += decoder.decode(chunk, { stream: true });
    }
    expect(response.headers.get('x-cache')).toBe('SEMANTIC');
    expect(wordsOf(text)).toBe(wordsOf(first.text));
    expect(arrivals.length).toBeGreaterThan(5);
    expect(arrivals[0]).toBeGreaterThan(490);
    expect(arrivals.at(-1)).toBeGreaterThan(900);
  });
});
