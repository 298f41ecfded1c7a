/** Prefetch, from outside: sessions through the real edge, the sidecar's predictor, and what it did. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pair, startPair } from '../../scripts/lib/pair.ts';
import { post } from './ask.ts';
import { cacheStatusOf } from './cache-status.ts';

const FAST = { loadMs: 20, tokensPerSecond: 2_000, totalTokensPerSecond: 20_000, prefillTokensPerSecond: 1e6 };
const settle = (ms = 300) => new Promise((resume) => setTimeout(resume, ms));
const [ACME, OTHER] = ['key of acme', 'key of the other'];
const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');

let pair: Pair;
beforeAll(async () => {
  pair = await startPair({
    ollama: FAST,
    vars: {
      API_KEYS: JSON.stringify({
        [hashOf(ACME.replaceAll(' ', '-'))]: 'acme',
        [hashOf(OTHER.replaceAll(' ', '-'))]: 'other',
      }),
      PREFETCH_TENANTS: 'acme',
    },
  });
});
afterAll(() => pair.close());

interface Message {
  readonly role: string;
  readonly content: string;
}
type Stats = Readonly<Record<string, number>>;
const generations = () => pair.ollama.stats().started;
async function stats(): Promise<Stats> {
  const headers = { 'x-api-key': pair.edgeVars.ADMIN_KEY ?? '' };
  return (await (await fetch(`${pair.url}/api/predict/stats`, { headers })).json()) as Stats;
}
async function until(check: () => Promise<boolean>): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    if (await check()) return true;
    await settle(50);
  }
  return false;
}

/** Nothing is being asked ahead any more. */
const quiet = () =>
  until(async () => {
    const { waiting, running } = await stats();
    return waiting === 0 && running === 0;
  });

let sessions = 0;
/** A conversation of its own: nothing of it is cached, since its first words are unlike any other's. */
function conversation(key = ACME) {
  const number = ++sessions;
  const messages: Message[] = [{ role: 'system', content: `You are assistant number ${number}.` }];
  return {
    async say(content: string) {
      messages.push({ role: 'user', content });
      const body = { model: 'tinyllama', messages, stream: false, options: { num_predict: 20, seed: number } };
      const headers = { authorization: `Bearer ${key.replaceAll(' ', '-')}`, 'x-session-id': `session ${number}` };
      const answer = await post(pair.url, '/api/chat', body, headers);
      const { message } = JSON.parse(answer.text) as { message: Message };
      messages.push({ role: 'assistant', content: message.content });
      return answer;
    },
  };
}
async function teach(key = ACME): Promise<void> {
  for (let round = 0; round < 3; round++) {
    const talk = conversation(key);
    for (const turn of ['Hello', 'What does it cost?', 'How do I pay?']) await talk.say(turn);
  }
}

describe('a session’s next prompt', () => {
  it('is on disk before it is asked, in a conversation that nobody had before', async () => {
    await teach();
    await quiet();
    const talk = conversation();
    expect((await talk.say('hello')).cache).toBe('MISS');
    expect(await quiet()).toBe(true);
    const before = generations();
    const next = await talk.say('What does it cost?');
    expect([next.cache, cacheStatusOf(next.headers).disk?.includes('hit')]).toEqual(['HIT', true]);
    // A hit, and yet the one after it is thought of.
    expect(await quiet()).toBe(true);
    expect(cacheStatusOf((await talk.say('How do I pay?')).headers).disk).toMatch(/; hit/);
    expect(generations()).toBeGreaterThan(before);
    const { used = 0, precision = 0, recall = 0 } = await stats();
    expect(used).toBeGreaterThanOrEqual(2);
    expect(precision).toBeGreaterThan(0);
    expect(recall).toBeGreaterThan(0);
    const report = (await (
      await fetch(`${pair.url}/api/pool/stats`, { headers: { 'x-api-key': pair.edgeVars.ADMIN_KEY ?? '' } })
    ).json()) as { predict: Stats };
    expect(report.predict.used).toBe(used);
  });

  it('is learnt from what the edge answered itself, too', async () => {
    const one = conversation();
    await one.say('A question that opens');
    await one.say('and one that follows');
    await settle(500);
    const { contexts = 0 } = await stats();
    // The same conversation again: every answer is a hit at the edge.
    sessions -= 1;
    const again = conversation();
    expect((await again.say('A question that opens')).cache).toBe('HIT');
    await again.say('something else');
    expect(await until(async () => ((await stats()).contexts ?? 0) > contexts)).toBe(true);
  });

  it('gives way to real work', async () => {
    await quiet();
    pair.ollama.control({ tokensPerSecond: 10, totalTokensPerSecond: 40 });
    const { cancelled = 0 } = await stats();
    const talk = conversation();
    await talk.say('Hello');
    expect(await until(async () => (await stats()).running === 1)).toBe(true);
    const other = conversation(OTHER);
    const real = other.say('Something else entirely');
    // At once, not when the other is done; and nothing else begins beside it.
    expect(await until(async () => ((await stats()).cancelled ?? 0) > cancelled)).toBe(true);
    await settle(500);
    expect((await stats()).running).toBe(0);
    expect((await real).status).toBe(200);

    // Work of another kind, too.
    const { cancelled: before = 0 } = await stats();
    await conversation().say('Hello');
    expect(await until(async () => (await stats()).running === 1)).toBe(true);
    pair.ollama.control({ embedTokensPerSecond: 10 });
    const headers = { authorization: `Bearer ${OTHER.replaceAll(' ', '-')}` };
    await post(pair.url, '/api/embed', { model: 'all-minilm', input: `${Date.now()} some words to embed` }, headers);
    expect((await stats()).cancelled).toBeGreaterThan(before);
    pair.ollama.control(FAST);
  });

  it('is joined when it is asked for while it is being generated', async () => {
    await quiet();
    pair.ollama.control({ tokensPerSecond: 20, totalTokensPerSecond: 80 });
    const { used = 0, cancelled = 0 } = await stats();
    const talk = conversation();
    await talk.say('Hello');
    expect(await until(async () => (await stats()).running === 1)).toBe(true);
    const joined = await talk.say('What does it cost?');
    expect(joined.headers.get('cache-status')).toMatch(/disk; fwd=uri-miss; collapsed/);
    expect(await stats()).toMatchObject({ used: used + 1, cancelled });
    pair.ollama.control(FAST);
  });

  it('is known again after a restart, from history', async () => {
    await settle(800);
    await pair.killSidecar();
    await pair.startSidecar();
    expect(await until(async () => ((await stats()).contexts ?? 0) > 5)).toBe(true);
    const talk = conversation();
    await talk.say('Hello');
    expect(await quiet()).toBe(true);
    expect(cacheStatusOf((await talk.say('What does it cost?')).headers).disk).toMatch(/; hit/);
  });

  it('is not asked ahead for a tenant that has it off', async () => {
    await quiet();
    const { begun = 0, contexts = 0 } = await stats();
    await teach(OTHER);
    await settle(500);
    expect(await stats()).toMatchObject({ begun, contexts });
  });
});
