/** An experiment with guards: what one arm's rules let through is not what another's do. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Pair, startPair } from '../../scripts/lib/pair.ts';
import { GUARD_NAMES } from '../../src/semantic/guards/guard.ts';
import { FAST } from '../simulated-ollama/fast.ts';
import { chatBody, post } from './ask.ts';

let pair: Pair;
beforeAll(async () => {
  pair = await startPair({
    ollama: FAST,
    vars: {
      SEMANTIC_TIMEOUT_MS: '5000',
      SEMANTIC_CHECK_SHARE: '0',
      EXPERIMENT: JSON.stringify({
        name: 'guards',
        by: 'session',
        cache: 'shared',
        arms: { strict: {}, loose: { SEMANTIC_GUARDS_OFF: GUARD_NAMES.join(',') } },
      }),
    },
  });
});
afterAll(() => pair.close());

function ask(content: string, session: string) {
  return post(pair.url, '/api/chat', chatBody(content, { options: { num_predict: 5 } }), { 'x-session-id': session });
}

/** A session in each arm. */
async function sessions(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (let at = 0; Object.keys(found).length < 2; at++) {
    const { headers } = await ask('hi', `session-${at}`);
    found[headers.get('x-cache-arm') ?? ''] ??= `session-${at}`;
  }
  return found;
}

interface Class {
  readonly embedder: string;
  readonly checks: { readonly reported: number };
}

it('keeps apart what arms find by meaning, though they share what is stored, and how often each is wrong', async () => {
  const { strict = '', loose = '' } = await sessions();
  expect((await ask('How do I boil 2 eggs?', strict)).cache).toBe('MISS');
  await expect.poll(async () => (await ask('how do I boil 2 eggs', strict)).cache, { timeout: 5_000 }).toBe('SEMANTIC');
  const recalled = await ask('How do I boil 3 eggs?', loose);
  expect(recalled.cache).toBe('SEMANTIC');
  expect((await ask('How do I boil 3 eggs?', strict)).cache).toBe('MISS');

  const receipt = recalled.headers.get('x-cache-receipt');
  expect((await post(pair.url, '/api/cache/report', { receipt })).status).toBe(200);
  const headers = { authorization: `Bearer ${pair.edgeVars.ADMIN_KEY}` };
  const stats = await fetch(`${pair.url}/api/cache/stats`, { headers });
  const { classes } = ((await stats.json()) as { semantic: { classes: Class[] } }).semantic;
  expect(classes.map(({ checks }) => checks.reported)).toEqual([1]);
  expect(classes[0]?.embedder).toBe(`static without ${GUARD_NAMES.join(',')}`);
});
