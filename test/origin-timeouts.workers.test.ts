/** An origin that takes a request and says nothing: each route gives up in its API's shape. */
import { expect, it } from 'vitest';
import { fuzzedEdge, tags } from './fuzz/edge.ts';

const silent = (request: Request): Promise<Response> | Response => {
  if (new URL(request.url).pathname === '/api/tags') return tags();
  return new Promise((_, reject) => {
    request.signal.addEventListener('abort', () => reject(request.signal.reason));
  });
};

it.each([
  ['GET', '/api/ps', undefined],
  ['POST', '/api/generate', { model: 'tiny' }],
  ['POST', '/api/chat', { model: 'tiny', messages: [] }],
  ['POST', '/api/chat', { model: 'tiny', messages: [{ role: 'user', content: 'hi' }] }],
  ['POST', '/api/embed', { model: 'tiny', input: 'hi' }],
])('%s %s is a 504', async (method, path, body) => {
  const { ask } = await fuzzedEdge(silent, { ORIGIN_TIMEOUT_MS: '300' });
  const { response, body: text } = await ask(
    new Request(`http://edge${path}`, { method, ...(body && { body: JSON.stringify(body) }) }),
  );
  expect(response.status).toBe(504);
  expect(JSON.parse(text)).toEqual({ error: 'the origin did not answer in time' });
});
