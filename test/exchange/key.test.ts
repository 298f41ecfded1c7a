import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, type Json, type JsonObject } from '../../src/exchange/json.ts';
import { exchangeKey, type Scope } from '../../src/exchange/key.ts';
import { type ChatPrompt, canonicalModel } from '../../src/exchange/prompt.ts';

const scope: Scope = { tenant: 'public', namespace: '', model: 'm:latest', digest: 'd' };
const chat: ChatPrompt = { kind: 'chat', model: 'm:latest', options: {}, messages: [{ role: 'user', content: 'hi' }] };
const keyOf = (prompt: ChatPrompt, over: Partial<Scope> = {}) =>
  exchangeKey({ ...scope, ...over }, { kind: 'prompt', prompt });

const options = fc.record(
  {
    temperature: fc.double({ min: 0, max: 2, noNaN: true }),
    top_k: fc.nat(100),
    seed: fc.integer(),
    stop: fc.array(fc.string(), { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: [] },
);
const messages = fc.array(
  fc.record({ role: fc.constantFrom('system', 'user', 'assistant'), content: fc.string({ unit: 'binary' }) }),
  { minLength: 1, maxLength: 4 },
);
const prompts = fc.record({ messages, options }).map(({ messages, options }) => ({ ...chat, messages, options }));

describe('exchangeKey', () => {
  it('is the same for equal prompts, however their fields are ordered', async () => {
    await fc.assert(
      fc.asyncProperty(prompts, async (prompt) => {
        const turned = Object.fromEntries(Object.entries(structuredClone(prompt)).reverse()) as unknown as ChatPrompt;
        expect(await keyOf(turned)).toBe(await keyOf(prompt));
      }),
    );
  });

  it('differs for any two prompts that differ', async () => {
    await fc.assert(
      fc.asyncProperty(prompts, prompts, async (one, other) => {
        const equal = canonicalJson(one as unknown as Json) === canonicalJson(other as unknown as Json);
        expect((await keyOf(one)) === (await keyOf(other))).toBe(equal);
      }),
    );
  });

  it('keeps the order of members where it reaches the model: schemas, tools, arguments', async () => {
    const [ab, ba] = [
      { a: {}, b: {} },
      { b: {}, a: {} },
    ];
    const schema = (properties: object) => ({ ...chat, format: { properties } }) as unknown as ChatPrompt;
    const tool = (properties: object) => ({ ...chat, tools: [{ properties }] }) as unknown as ChatPrompt;
    const call = (args: object) =>
      ({
        ...chat,
        messages: [{ role: 'assistant', content: '', toolCalls: [{ id: '', name: 'f', arguments: args }] }],
      }) as ChatPrompt;
    for (const of of [schema, tool, call]) expect(await keyOf(of(ab))).not.toBe(await keyOf(of(ba)));
    const opaque = (body: object) => exchangeKey(scope, { kind: 'opaque', dialect: 'd', body: body as JsonObject });
    expect(await opaque(ab)).not.toBe(await opaque(ba));
  });

  it('never joins what separators could: moving text between messages changes it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), async (a, b) => {
        const two = {
          ...chat,
          messages: [
            { role: 'user', content: a },
            { role: 'user', content: b },
          ],
        };
        const one = { ...chat, messages: [{ role: 'user', content: a + b }] };
        expect(await keyOf(two)).not.toBe(await keyOf(one));
      }),
    );
  });

  it.each(['tenant', 'namespace', 'model', 'digest'] as const)('differs by %s', async (field) => {
    expect(await keyOf(chat, { [field]: 'another' })).not.toBe(await keyOf(chat));
  });

  it('of a client’s own is apart from every prompt, and by the kind of answer', async () => {
    const own = (answers: string) => exchangeKey(scope, { kind: 'own', answers, name: 'mine' });
    expect(new Set([await own('chat'), await own('text'), await keyOf(chat)]).size).toBe(3);
  });
});

describe('canonicalJson', () => {
  it('reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value as Json))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('canonicalModel', () => {
  it.each([
    ['x', 'x:latest'],
    ['X:Latest', 'x:latest'],
    ['library/x', 'x:latest'],
    ['registry.ollama.ai/library/x:7b', 'x:7b'],
    ['someone/x', 'someone/x:latest'],
    ['hf.co/someone/x:Q4_K_M', 'hf.co/someone/x:q4_k_m'],
    ['localhost:5000/me/x', 'localhost:5000/me/x:latest'],
  ])('%s is %s', (name, canonical) => {
    expect(canonicalModel(name)).toBe(canonical);
  });
});
