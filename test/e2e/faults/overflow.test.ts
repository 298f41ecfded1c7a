/**
 * More is asked than can be generated: the queue is full, waits end, readers join, leave and give up. Who gets no answer is told so,
 * and whoever gets one gets the right one: never empty words, never those of another question, neither then nor from the cache.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pair, startPair } from '../../../scripts/lib/pair.ts';
import { keepAsking, type Oracle, startOracle, wrongInCache } from './asker.ts';

const OVERFLOWING_MS = 2_500;
const ASKERS = 40;
/** Some five answers a second: each of them asks for more than that by itself. */
const SLOW = { loadMs: 20, tokensPerSecond: 100, totalTokensPerSecond: 200, prefillTokensPerSecond: 1e5 };

describe.each([
  ['with semantic hits', {}],
  ['without', { SEMANTIC: 'off' }],
])('%s', (_, vars) => {
  let oracle: Oracle;
  let pair: Pair;
  beforeAll(async () => {
    [oracle, pair] = await Promise.all([
      startOracle(),
      startPair({ vars, ollama: SLOW, origin: { QUEUE_LIMIT: '8', QUEUE_WAIT_MS: '400' } }),
    ]);
  });
  afterAll(() => Promise.all([pair.close(), oracle.close()]));

  it('nobody gets a wrong or an empty answer', async () => {
    const asking = keepAsking(() => pair.url, oracle, ASKERS);
    await new Promise((resume) => setTimeout(resume, OVERFLOWING_MS));
    const report = await asking.stop();
    expect(report.wrong).toEqual([]);
    expect(report.hanging).toBe(0);
    expect(report.answered).toBeGreaterThan(10);
    expect(report.refused.length).toBeGreaterThan(10);
    expect(report.refused.filter((said) => !/ 503 .*(queue|busy|capacity|wait)/i.test(said))).toEqual([]);
    expect(await wrongInCache(pair.url, report.asked.slice(-300), oracle)).toEqual([]);
  });
});
