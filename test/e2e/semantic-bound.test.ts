/** The bound on the error of semantic hits, and what people report, seen from outside: real processes, a model that turns bad. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pair, startPair } from '../../scripts/lib/pair.ts';
import { type Asked, chatBody, post } from './ask.ts';
import { cacheStatusOf } from './cache-status.ts';
import { type ScriptedOllama, startScriptedOllama } from './scripted-ollama.ts';

const hash = (key: string) => createHash('sha256').update(key).digest('hex');
const TENANTS = ['acme', 'globex', 'initech'] as const;
type Tenant = (typeof TENANTS)[number];
const API_KEYS = JSON.stringify(Object.fromEntries(TENANTS.map((tenant) => [hash(`ek-${tenant}`), tenant])));
const bearer = (tenant: Tenant) => ({ authorization: `Bearer ek-${tenant}` });

/** Says the same to both wordings. */
const good = () => 'Yes, you can do that in the settings.';
/** Contradicts itself: what is asked in the second wording gets the other answer. */
const bad = (question: string) => (question.startsWith('Can') ? 'Yes, you can.' : 'No, that is not possible.');
const asks = (what: string) => `Can I reset my ${what}?`;
const asksAgain = (what: string) => `Is it possible to reset my ${what}?`;

let ollama: ScriptedOllama;
let pair: Pair;
beforeAll(async () => {
  ollama = await startScriptedOllama(good);
  pair = await startPair({
    vars: { SEMANTIC_TIMEOUT_MS: '5000', SEMANTIC_CHECK_SHARE: '1', ADMIN_KEY: 'the-key-of-the-operator', API_KEYS },
    origin: { OLLAMA_URL: ollama.url },
  });
});
afterAll(async () => {
  await pair.close();
  await ollama.close();
});

const chat = (content: string, tenant: Tenant) => post(pair.url, '/api/chat', chatBody(content), bearer(tenant));

/** Until something that happens after an answer has happened. */
async function eventually(happened: () => boolean): Promise<void> {
  for (let tries = 0; !happened() && tries < 100; tries++) await new Promise((resume) => setTimeout(resume, 50));
  expect(happened()).toBe(true);
  await new Promise((resume) => setTimeout(resume, 200));
}

/** Asks in both wordings; waits for the second's own generation, whether it is a check or a miss. */
async function asked(what: string, tenant: Tenant): Promise<Asked> {
  expect((await chat(asks(what), tenant)).cache).toBe('MISS');
  await new Promise((resume) => setTimeout(resume, 200));
  const generations = ollama.asked.length;
  const second = await chat(asksAgain(what), tenant);
  await eventually(() => ollama.asked.length > generations);
  return second;
}

const THINGS = 'router printer camera tablet laptop oven boiler radio piano drone kettle freezer'.split(' ');

describe('a model whose answers turn bad', () => {
  it('has its semantic hits stopped within three checks, for the tenant that gets them, and nobody else', async () => {
    for (const what of THINGS.slice(0, 4)) expect((await asked(what, 'acme')).cache).toBe('SEMANTIC');
    ollama.answer = bad;
    const outcomes: (string | null)[] = [];
    let last: Asked | undefined;
    for (const what of THINGS.slice(4, 9)) {
      last = await asked(what, 'acme');
      outcomes.push(last.cache);
    }
    expect(outcomes).toEqual(['SEMANTIC', 'SEMANTIC', 'SEMANTIC', 'MISS', 'MISS']);
    expect(cacheStatusOf(last?.headers ?? new Headers()).semantic).toMatch(/refused=bound/);
    expect((await asked('router', 'globex')).cache).toBe('SEMANTIC');
    // The next isolate knows.
    await pair.restartEdge();
    expect((await asked('kettle', 'acme')).cache).toBe('MISS');
  });

  it('is seen in the statistics', async () => {
    const stats = await fetch(`${pair.url}/api/cache/stats`, {
      headers: { authorization: 'Bearer the-key-of-the-operator' },
    });
    const { semantic } = (await stats.json()) as { semantic: { classes: { tenant: string }[] } };
    expect(semantic).toMatchObject({ enabled: true, embedder: 'static', index: 'local', error_limit: 0.01 });
    expect(semantic.classes.find(({ tenant }) => tenant === 'acme')).toMatchObject({
      kind: 'question',
      phase: 'stopped',
      stops: 1,
      checks: { right: 4, unsure: 0, reported: 0 },
    });
  });

  it('has the checked question’s own answer from then on', async () => {
    const again = await chat(asksAgain('laptop'), 'acme');
    expect(again.cache).toBe('HIT');
    expect(again.text).toContain('not possible');
  });
});

describe('a wrong hit', () => {
  const report = (body: object, tenant: Tenant) => post(pair.url, '/api/cache/report', body, bearer(tenant));

  it('is reported with its receipt, and the two never match again', async () => {
    ollama.answer = good;
    const hit = await asked('freezer', 'initech');
    expect(hit.cache).toBe('SEMANTIC');
    const receipt = hit.headers.get('x-cache-receipt');
    expect((await report({ receipt }, 'globex')).status).toBe(403);
    expect((await report({ receipt: `${receipt}x` }, 'initech')).status).toBe(400);
    expect((await report({}, 'initech')).status).toBe(400);
    expect((await post(pair.url, '/api/cache/report', { receipt })).status).toBe(401);

    const first = await report({ receipt }, 'initech');
    expect([first.status, JSON.parse(first.text)]).toEqual([200, { removed: true, counted: true }]);
    expect(JSON.parse((await report({ receipt }, 'initech')).text)).toEqual({ removed: true, counted: false });
    // Not the exact answer that the check has stored: the same question, in another spelling.
    const again = await chat(`${asksAgain('freezer')}!`, 'initech');
    expect(again.cache).not.toBe('HIT');
    expect(cacheStatusOf(again.headers).semantic ?? '').not.toContain(asks('freezer').slice(0, 20));
  });
});
