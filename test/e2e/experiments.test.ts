/** An experiment on the running pair: arms with settings of their own, clients that stay in theirs, and what the operator sees. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pair, startPair } from '../../scripts/lib/pair.ts';
import { FAST } from '../simulated-ollama/fast.ts';
import { chatBody, freshQuestion, post } from './ask.ts';

const SESSIONS = Array.from({ length: 60 }, (_, at) => `session-${at}`);

let pair: Pair;
beforeAll(async () => {
  pair = await startPair({
    ollama: FAST,
    vars: {
      EXPERIMENT: JSON.stringify({
        name: 'lifetimes',
        by: 'session',
        arms: { kept: { CACHE_TTL: 600 }, unkept: { CACHE_TTL: 0 } },
      }),
    },
  });
});
afterAll(() => pair.close());

let asked = 0;
function ask(content: string, session: string) {
  asked += 1;
  const body = chatBody(content, { options: { num_predict: 5 } });
  return post(pair.url, '/api/chat', body, { 'x-session-id': session });
}
const report = async () =>
  (await (
    await fetch(`${pair.url}/api/cache/experiments`, {
      headers: { 'x-api-key': pair.edgeVars.ADMIN_KEY ?? '' },
    })
  ).json()) as {
    experiment: { name: string; since: string | null };
    arms: { arm: string; requests: number; hit_rate: { value: number; low: number; high: number } | null }[];
    verdict: { decided: boolean; arm?: string; because: string };
  };

describe('an experiment', () => {
  it('keeps a client in its arm, with that arm’s settings and answers', async () => {
    const arms = new Map<string, string[]>();
    for (const session of SESSIONS.slice(0, 12)) {
      const question = freshQuestion();
      const first = await ask(question, session);
      const again = await ask(question, session);
      expect(first.cache).toBe('MISS');
      const arm = first.headers.get('x-cache-arm') ?? '';
      expect(again.headers.get('x-cache-arm')).toBe(arm);
      expect(again.cache).toBe(arm === 'kept' ? 'HIT' : 'MISS');
      arms.set(arm, [...(arms.get(arm) ?? []), session]);
    }
    expect([...arms.keys()].sort()).toEqual(['kept', 'unkept']);
    // Neither arm lives on what the other has stored.
    const [kept = '', unkept = ''] = [arms.get('kept')?.[0], arms.get('unkept')?.[0]];
    const question = freshQuestion();
    await ask(question, kept);
    expect((await ask(question, unkept)).cache).toBe('MISS');
    expect((await ask(question, kept)).cache).toBe('HIT');
  });

  it('shows the operator every request that was counted, and decides when it is sure', async () => {
    const before = await report();
    expect(before.experiment).toMatchObject({ name: 'lifetimes' });
    expect(before.verdict).toMatchObject({ decided: false });

    const hits = { kept: 0, unkept: 0 };
    // A question each: nobody joins another's generation.
    await Promise.all(
      SESSIONS.map(async (session) => {
        const question = freshQuestion();
        for (let time = 0; time < 6; time++) {
          const { headers, cache } = await ask(question, session);
          if (cache === 'HIT') hits[headers.get('x-cache-arm') as 'kept' | 'unkept'] += 1;
        }
      }),
    );
    const total = (from: typeof before) => from.arms.reduce((sum, arm) => sum + arm.requests, 0);
    await expect
      .poll(async () => total(await report()), { timeout: 10_000, interval: 250 })
      .toBeGreaterThanOrEqual(asked);
    const after = await report();
    expect(total(after)).toBe(asked);
    const kept = after.arms.find(({ arm }) => arm === 'kept');
    expect(kept?.hit_rate?.value).toBeGreaterThan(0.6);
    expect(hits.unkept).toBe(0);
    expect(after.verdict).toMatchObject({ decided: true, arm: 'kept' });
  });

  it('is for the operator only', async () => {
    expect((await fetch(`${pair.url}/api/cache/experiments`)).status).toBe(401);
  });
});
