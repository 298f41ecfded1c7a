import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold, foldName, parseBody } from '../../src/dialects/fold.ts';
import type { JsonObject } from '../../src/exchange/json.ts';

const FIELDS = new Set(['model', 'prompt', 'keep_alive', 'stream']);

function bodyOf(text: string): JsonObject {
  const parsed = parseBody(text);
  if (parsed.kind !== 'body') throw new Error(parsed.fault.message);
  return parsed.body;
}

function messageOf(text: string): string {
  const parsed = parseBody(text);
  return parsed.kind === 'fault' ? `${parsed.fault.status} ${parsed.fault.message}` : 'no fault';
}

describe('foldName', () => {
  it.each([
    ['model', 'model'],
    ['MoDeL', 'model'],
    ['\u212aEEP_ALIVE', 'keep_alive'],
    ['\u017ftream', 'stream'],
    ['MÜLLER', 'mÜller'],
    ['\u0130d', '\u0130d'],
  ])('folds %s to %s', (key, name) => expect(foldName(key)).toBe(name));
});

describe('parseBody and fold', () => {
  it.each([
    ['an exact key', '{"model":"a"}', { model: 'a' }],
    ['another case', '{"MODEL":"a","Keep_Alive":1}', { model: 'a', keep_alive: 1 }],
    ['the Kelvin sign and the long s', '{"\u212aeep_alive":1,"\u017ftream":true}', { keep_alive: 1, stream: true }],
    ['an escaped key', '{"\\u004dodel":"a"}', { model: 'a' }],
    ['the last of two cases', '{"model":"a","Model":"b"}', { model: 'b' }],
    ['the last of two cases, the exact one last', '{"Model":"a","model":"b"}', { model: 'b' }],
    ['an exact duplicate after a case variant', '{"model":"a","Model":"b","model":"c"}', { model: 'c' }],
    ['the first value, whatever follows it', '{"model":"a"} {"model":"b"} x', { model: 'a' }],
    ['the first value, with a collision', '{"model":"a","Model":"b"}]', { model: 'b' }],
    ['a variant between escaped spellings', '{"model":"a","MODEL":"b","mode\\u006c":"c"}', { model: 'c' }],
  ])('takes %s', (_, text, known) => {
    expect(fold(bodyOf(text), FIELDS).known).toEqual(known);
  });

  it('keeps what it does not know under its own key', () => {
    const { known, unknown, hasUnknown } = fold(bodyOf('{"model":"a","Seed":1,"__proto__":{"x":1}}'), FIELDS);
    expect(known).toEqual({ model: 'a' });
    expect(Object.keys(unknown)).toEqual(['Seed', '__proto__']);
    expect(hasUnknown).toBe(true);
    expect(Object.getPrototypeOf(unknown)).toBe(Object.prototype);
  });

  it('says so when all is known', () => expect(fold({ model: 'a' }, FIELDS).hasUnknown).toBe(false));

  it('reads every document as a reader that takes the last key that folds to a field', () => {
    const key = fc.constantFrom('model', 'Model', 'MODEL', 'keep_alive', 'Keep_alive', '\u212aeep_alive', 'x', 'X');
    const value = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(fc.array(fc.tuple(key, value), { maxLength: 8 }), (members) => {
        const text = `{ ${members.map(([k, v]) => `${JSON.stringify(k)} :\t${JSON.stringify(v)}`).join(' ,\n')} }`;
        const expected = new Map(members.map(([k, v]) => [foldName(k), JSON.parse(JSON.stringify(v))] as const));
        expected.delete('x');
        expect(fold(bodyOf(text), FIELDS).known).toEqual(Object.fromEntries(expected));
      }),
      { numRuns: 500 },
    );
  });

  it('reads a document with a collision as JSON.parse does, but for the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 3 }), (value, indent) => {
        const text = JSON.stringify({ a: value, A: [value, 'end\\"]}'], __proto__: null, x: -1.5e-7 }, null, indent);
        expect(bodyOf(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('finds collisions at every depth', () => {
    const body = bodyOf('{"messages":[{"content":"a","Content":"b","content":"c"}]}');
    const message = (body.messages as JsonObject[])[0] as JsonObject;
    expect(fold(message, new Set(['content'])).known).toEqual({ content: 'c' });
  });

  it.each([
    ['', '400 missing request body'],
    [' \n', '400 missing request body'],
    ['[1]', '400 the request body must be a JSON object'],
    ['null', '400 the request body must be a JSON object'],
    ['"a"', '400 the request body must be a JSON object'],
    ['{"a":1e999}', '400 the request body has a number that no 64-bit float can hold'],
    ['{"a":[{"b":-1e999}],"A":1}', '400 the request body has a number that no 64-bit float can hold'],
  ])('refuses %j', (text, message) => expect(messageOf(text)).toBe(message));

  it('refuses what is no JSON without quoting it', () => {
    expect(messageOf('{"a": secret}')).toMatch(/^400 invalid JSON/);
    expect(messageOf('{"a": secret}')).not.toContain('secret');
    expect(messageOf('{"model":')).toBe('400 unexpected EOF');
    expect(messageOf('{"model":"x')).toMatch(/^400 invalid JSON/);
    expect(messageOf('1 {"model":"x"}')).toMatch(/^400 the request body must be/);
  });

  it('bounds the depth, and survives any', () => {
    const nested = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(messageOf(nested(499))).toBe('no fault');
    expect(messageOf(nested(500))).toBe('400 the request body is nested more than 500 levels deep');
    expect(messageOf(nested(1_000_000))).toMatch(/^400 /);
  });
});
