/** Questions that only read differently, seen from outside. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pair, startPair } from '../../scripts/lib/pair.ts';
import { type Asked, chatBody, post, wordsOf } from './ask.ts';
import { cacheStatusOf } from './cache-status.ts';

const FAST = { loadMs: 20, tokensPerSecond: 2_000, totalTokensPerSecond: 20_000, prefillTokensPerSecond: 1e6 };
/** On a busy machine the default of 30 ms would be luck. */
const PATIENT = { SEMANTIC_TIMEOUT_MS: '5000' };

let pair: Pair;
beforeAll(async () => {
  pair = await startPair({ ollama: FAST, vars: PATIENT });
});
afterAll(() => pair.close());

const chat = (content: string, headers: Record<string, string> = {}, more: object = {}) =>
  post(pair.url, '/api/chat', chatBody(content, more), headers);

/** What is written after an answer is there a moment later. */
const settle = () => new Promise((resume) => setTimeout(resume, 300));
async function stored(content: string, headers: Record<string, string> = {}, more: object = {}): Promise<Asked> {
  const miss = await chat(content, headers, more);
  expect(miss.cache).toBe('MISS');
  await settle();
  return miss;
}

describe('a question in other words', () => {
  it('gets the stored answer, and says what it matched and how nearly', async () => {
    const first = await stored('How do I reset my password?');
    const again = await chat("what's the way to reset my password");
    expect(again.cache).toBe('SEMANTIC');
    expect(wordsOf(again.text)).toBe(wordsOf(first.text));
    const similarity = Number(again.headers.get('x-cache-similarity'));
    expect(similarity).toBeGreaterThanOrEqual(0.85);
    expect(similarity).toBeLessThanOrEqual(1);
    expect(cacheStatusOf(again.headers).semantic).toMatch(
      /^semantic; hit; ttl=\d+; key="[0-9a-f]{64}"; detail="sim=0\.\d+ How do I reset my password\?"$/,
    );
  });

  it('is one that asks something else: no', async () => {
    await stored('What is the capital of France?');
    expect((await chat('What is the capital of Germany?')).cache).toBe('MISS');
  });
});
