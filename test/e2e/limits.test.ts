/** Limits from outside: the refusal in each API's shape, hits that go on, joiners that cost nothing, and the official clients. */
import { createHash } from 'node:crypto';
import Anthropic from '@anthropic-ai/sdk';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pair, startPair } from '../../scripts/lib/pair.ts';
import { type Asked, chatBody, freshQuestion, post } from './ask.ts';

const model = 'tinyllama';
const sha256 = (key: string) => createHash('sha256').update(key).digest('hex');
const TENANTS = {
  slow: { requests: 0, generations: 1 },
  narrow: { requests: 3, generations: 0 },
  thrifty: { requests: 0, generations: 0, tokensPerDay: 1 },
  retrying: { requests: 0, generations: 1 },
};

let pair: Pair;
beforeAll(async () => {
  pair = await startPair({
    ollama: { loadMs: 20, tokensPerSecond: 500, totalTokensPerSecond: 20_000, prefillTokensPerSecond: 1e6 },
    vars: {
      RATE_LIMITS: 'on',
      API_KEYS: JSON.stringify(
        Object.fromEntries(Object.entries(TENANTS).map(([tenant, limits]) => [sha256(tenant), { tenant, ...limits }])),
      ),
    },
  });
});
afterAll(() => pair.close());

const as = (tenant: keyof typeof TENANTS) => ({ authorization: `Bearer ${tenant}` });
const messages = (content: string) => [{ role: 'user' as const, content }];

/** Asks several new things at once, and again, until one is refused. */
async function refused(ask: () => Promise<Asked>): Promise<Asked> {
  for (let time = 0; time < 10; time++) {
    const asked = await Promise.all(Array.from({ length: 5 }, ask));
    const one = asked.find(({ status }) => status !== 200);
    if (one !== undefined) return one;
  }
  throw new Error('was never refused');
}

describe('a generation too many', () => {
  const error = expect.any(String);
  it.each<[string, () => object, object]>([
    ['/api/chat', () => chatBody(freshQuestion()), { error }],
    ['/api/generate', () => ({ model, prompt: freshQuestion(), stream: false }), { error }],
    ['/api/embed', () => ({ model: 'all-minilm', input: freshQuestion() }), { error }],
    [
      '/v1/chat/completions',
      () => ({ model, messages: messages(freshQuestion()) }),
      { error: { message: error, type: 'rate_limit_error', param: null, code: null } },
    ],
    [
      '/v1/responses',
      () => ({ model, input: freshQuestion() }),
      { error: { message: error, type: 'rate_limit_error', param: null, code: null } },
    ],
    [
      '/v1/messages',
      () => ({ model, max_tokens: 20, messages: messages(freshQuestion()) }),
      { type: 'error', error: { type: 'rate_limit_error', message: error }, request_id: error },
    ],
  ])('is a 429 in the shape of %s', async (path, body, shape) => {
    const asked = await refused(() => post(pair.url, path, body(), as('slow')));
    expect(asked.status).toBe(429);
    expect(JSON.parse(asked.text)).toEqual(shape);
    expect(asked.headers.get('content-type')).toMatch(/^application\/json/);
    expect(Number(asked.headers.get('retry-after'))).toBe(1);
    expect(asked.headers.get('ratelimit-policy')).toBe('"generations";q=1;w=1');
    expect(asked.headers.get('ratelimit')).toBe('"generations";r=0;t=1');
  });

  it('is one only where no cache answers', async () => {
    const body = chatBody(freshQuestion());
    for (let time = 0; time < 30 && (await post(pair.url, '/api/chat', body, as('slow'))).status !== 200; time++)
      await new Promise((resume) => setTimeout(resume, 100));
    const hits = await Promise.all(Array.from({ length: 30 }, () => post(pair.url, '/api/chat', body, as('slow'))));
    expect(new Set(hits.map(({ cache }) => cache))).toEqual(new Set(['HIT']));
    expect(hits[0]?.headers.get('ratelimit')).toMatch(/^"generations";r=[01];t=1$/);
  });

  it('is none for who joins', async () => {
    await new Promise((resume) => setTimeout(resume, 1_100));
    const body = chatBody(freshQuestion(), { options: { num_predict: 200 } });
    const first = post(pair.url, '/api/chat', body, as('slow'));
    await new Promise((resume) => setTimeout(resume, 100));
    const joined = await Promise.all(Array.from({ length: 8 }, () => post(pair.url, '/api/chat', body, as('slow'))));
    expect(joined.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect((await first).cache).toBe('MISS');
  });
});

describe('a request too many', () => {
  it('is a 429 for a hit and for the model list too', async () => {
    const body = chatBody(freshQuestion());
    const asked = await refused(() => post(pair.url, '/api/chat', body, as('narrow')));
    expect(asked.status).toBe(429);
    expect(asked.headers.get('ratelimit-policy')).toBe('"requests";q=3;w=1');
    const lists = await Promise.all(
      Array.from({ length: 5 }, () => fetch(`${pair.url}/v1/models`, { headers: as('narrow') })),
    );
    expect(lists.map(({ status }) => status)).toContain(429);
    expect((await fetch(`${pair.url}/health`)).status).toBe(200);
  });
});

describe('a day’s tokens', () => {
  it('end generations and not hits', async () => {
    const body = chatBody(freshQuestion());
    expect((await post(pair.url, '/api/chat', body, as('thrifty'))).status).toBe(200);
    const asked = await refused(() => post(pair.url, '/api/chat', chatBody(freshQuestion()), as('thrifty')));
    expect(asked.status).toBe(429);
    expect(JSON.parse(asked.text).error).toContain('tokens are used up');
    const seconds = Number(asked.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(86_400);
    expect((await post(pair.url, '/api/chat', body, as('thrifty'))).cache).toBe('HIT');
  });
});

describe('the official clients', () => {
  it('openai and anthropic wait as they are told, and get their answers', async () => {
    const statuses: number[] = [];
    const watched: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      statuses.push(response.status);
      return response;
    };
    const given = { apiKey: 'retrying', fetch: watched, maxRetries: 10 };
    const openai = new OpenAI({ ...given, baseURL: `${pair.url}/v1` });
    const anthropic = new Anthropic({ ...given, baseURL: pair.url });
    const answers = await Promise.all([
      openai.chat.completions.create({ model, messages: messages(freshQuestion()) }),
      openai.chat.completions.create({ model, messages: messages(freshQuestion()) }),
      anthropic.messages.create({ model, max_tokens: 20, messages: messages(freshQuestion()) }),
    ]);
    expect(answers.every((answer) => answer.id !== '')).toBe(true);
    expect(statuses.filter((status) => status === 200)).toHaveLength(3);
    expect(statuses).toContain(429);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
  });

  it('openai and anthropic name it by its class when they may not retry', async () => {
    await new Promise((resume) => setTimeout(resume, 1_100));
    const given = { apiKey: 'retrying', maxRetries: 0 };
    const openai = new OpenAI({ ...given, baseURL: `${pair.url}/v1` });
    const anthropic = new Anthropic({ ...given, baseURL: pair.url });
    const ask = () => openai.chat.completions.create({ model, messages: messages(freshQuestion()) });
    const askOther = () => anthropic.messages.create({ model, max_tokens: 20, messages: messages(freshQuestion()) });
    const asked = await Promise.allSettled([ask(), ask(), askOther(), askOther()]);
    const refusals = asked.map((one) => (one.status === 'rejected' ? (one.reason as unknown) : undefined));
    expect(refusals.slice(0, 2).some((reason) => reason instanceof OpenAI.RateLimitError)).toBe(true);
    expect(refusals.slice(2).some((reason) => reason instanceof Anthropic.RateLimitError)).toBe(true);
  });

  it('ollama gives its caller the status and the sentence', async () => {
    const client = new Ollama({ host: pair.url, headers: as('retrying') });
    const ask = () => client.chat({ model, messages: messages(freshQuestion()) });
    const asked = await Promise.allSettled([ask(), ask(), ask()]);
    const reasons = asked.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    expect(reasons.length).toBeGreaterThan(0);
    expect(reasons[0]).toMatchObject({ status_code: 429, error: expect.stringContaining('generations') });
  });
});

describe('guessing at keys', () => {
  it.each(['/api/cache/experiments', '/api/tags'])('on %s is limited by address', async (path) => {
    const guess = () => fetch(pair.url + path, { headers: { authorization: 'Bearer a-guess-of-the-key' } });
    let statuses: number[] = [];
    for (let time = 0; time < 5 && !statuses.includes(429); time++)
      statuses = (await Promise.all(Array.from({ length: 150 }, guess))).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
  });
});
