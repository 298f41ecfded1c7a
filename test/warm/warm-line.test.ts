import { describe, expect, it } from 'vitest';
import { readWarmLine } from '../../src/warm/warm-line.ts';

const SCOPE = { tenant: 'public', namespace: '' };
const read = (line: object | string) => readWarmLine(typeof line === 'string' ? line : JSON.stringify(line), SCOPE);
const request = (line: object) => {
  const of = read(line);
  return of.kind === 'request' ? { ...of.request, dialect: of.request.dialect.path } : of;
};
const reason = (line: object | string) => {
  const of = read(line);
  return of.kind === 'bad' ? of.reason : undefined;
};

describe('a line of what is to be warmed', () => {
  it('is a short question, or a whole request', () => {
    expect(request({ model: 'm', prompt: 'Why?', system: 'Be brief.' })).toEqual({
      dialect: '/api/generate',
      body: { model: 'm', prompt: 'Why?', system: 'Be brief.' },
      tenant: 'public',
      namespace: '',
      tags: [],
      ttl: undefined,
    });
    expect(request({ model: 'm', messages: [], tenant: 'acme', namespace: 'n', tags: ['a'], ttl: 60 })).toEqual({
      dialect: '/api/chat',
      body: { model: 'm', messages: [] },
      tenant: 'acme',
      namespace: 'n',
      tags: ['a'],
      ttl: 60,
    });
    expect(request({ model: 'm', input: 'x' })).toMatchObject({ dialect: '/api/embed' });
    expect(request({ path: '/v1/messages', body: { model: 'm' }, tags: ['b'] })).toMatchObject({
      dialect: '/v1/messages',
      body: { model: 'm' },
      tags: ['b'],
    });
  });

  it('says what is wrong with it', () => {
    expect(read(' \r')).toEqual({ kind: 'blank' });
    expect(reason('[1]')).toMatch(/object/);
    expect(reason({ prompt: 'x' })).toMatch(/model/);
    expect(reason({ model: 'm' })).toMatch(/prompt is missing/);
    expect(reason({ path: '/api/chat' })).toMatch(/body/);
    expect(reason({ path: '/api/chat', body: {}, model: 'm' })).toMatch(/model belongs in the body/);
    expect(reason({ path: '/api/delete', body: {} })).toMatch(/no route/);
    expect(reason({ model: 'm', prompt: 'x', tags: 'a' })).toMatch(/tags/);
    expect(reason({ model: 'm', prompt: 'x', tags: ['日本'] })).toMatch(/tags/);
    expect(reason({ model: 'm', prompt: 'x', namespace: 'n'.repeat(257) })).toMatch(/namespace/);
    expect(reason({ model: 'm', prompt: 'x', namespace: 'two\nlines' })).toMatch(/namespace/);
    expect(reason({ model: 'm', prompt: 'x', ttl: 0 })).toMatch(/ttl/);
    expect(reason({ model: 'm', prompt: 'x', tenant: 1 })).toMatch(/tenant/);
  });
});
