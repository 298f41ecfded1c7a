/**
 * Clients that send anything: never a crash, always an answer or the API's own error, no header that the client wrote, and never
 * a word of another tenant's answers.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBody } from '../../src/dialects/fold.ts';
import { dialects, errorShape } from '../../src/dialects/routes.ts';
import { fault } from '../../src/exchange/fault.ts';
import { sha256Hex } from '../../src/exchange/key.ts';
import { fuzzedEdge, PATIENCE, RUNS, SEED, tags } from './edge.ts';
import { type Asking, asking, keyOf, TENANTS } from './requests.ts';

/** How the origin answers next. */
type Manner = 'answers' | 'refuses' | 'fails' | 'babbles';
let manner: Manner = 'answers';

/** Every answer says whose it is. */
const saying = (request: Request) =>
  `for ${request.headers.get('x-edge-tenant')} in ${request.headers.get('x-edge-namespace') || 'none'};`;
const marks = /for (\w+) in ([^;]*);/g;

async function origin(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === '/api/tags') return tags();
  if (manner === 'refuses') return refused(request, pathname);
  if (manner === 'fails')
    return new Response('<html>bad</html>', { status: 503, headers: { 'content-type': 'text/html' } });
  if (manner === 'babbles') return new Response('\u0000{{{', { headers: { 'content-type': 'application/json' } });
  const text = await request.text();
  if (/embed/.test(pathname)) return embeddingsFor(pathname, JSON.parse(text) as { input?: unknown });
  return answered(request, pathname, text);
}

function refused(request: Request, path: string): Response {
  const body = errorShape(path).errorBody(fault('invalid_request', saying(request)));
  return new Response(body, { status: 400, headers: { 'content-type': 'application/json' } });
}

/** The dialect's own rendering of an answer that names its owner. */
function answered(request: Request, path: string, text: string): Response {
  const dialect = dialects.find((each) => each.path === path);
  const parsed = parseBody(text);
  const reading = parsed.kind === 'fault' || dialect === undefined ? undefined : dialect.read(parsed.body);
  if (reading?.kind === 'opaque') return Response.json({ raw: saying(request) });
  if (dialect === undefined || reading?.kind !== 'prompt') return refused(request, path);
  const answer = {
    content: saying(request),
    thinking: '',
    toolCalls: [],
    context: [1],
    doneReason: 'stop',
    usage: { promptTokens: 3, completionTokens: 3 },
    timing: { total: 4, load: 1, promptEval: 1, eval: 2 },
    createdAt: 0,
  } as const;
  const { view } = reading;
  return view.stream
    ? new Response(dialect.renderStream(answer, view), { headers: { 'content-type': dialect.streamType } })
    : new Response(dialect.renderJson(answer, view), { headers: { 'content-type': 'application/json' } });
}

function embeddingsFor(path: string, { input }: { readonly input?: unknown }): Response {
  const vectors = (Array.isArray(input) ? input : [input]).map(() => [0.6, 0.8]);
  if (path === '/api/embeddings') return Response.json({ embedding: vectors[0] });
  if (path === '/api/embed')
    return Response.json({
      model: 'tiny',
      embeddings: vectors,
      total_duration: 1,
      load_duration: 1,
      prompt_eval_count: 1,
    });
  const data = vectors.map((embedding, index) => ({ object: 'embedding', embedding, index }));
  return Response.json({ object: 'list', data, model: 'tiny', usage: { prompt_tokens: 1, total_tokens: 1 } });
}

const OURS = new Set(
  `content-type content-length age allow cache-status server-timing traceparent x-cache x-cache-similarity x-expected-wait
  retry-after www-authenticate ratelimit ratelimit-policy access-control-allow-origin access-control-expose-headers vary
  x-experiment-arm`.split(/\s+/),
);

function requestOf({ tenant, path, method, body, headers }: Asking): Request {
  const sent = new Headers();
  for (const [name, value] of headers) sent.set(name, value);
  if (tenant !== undefined) sent.set('authorization', `Bearer ${keyOf(tenant)}`);
  return new Request(`http://edge.test${path}`, { method, headers: sent, body: body.slice() });
}

/** Set members that name whom the answer may be for. */
const namespaceOf = (request: Request) =>
  encodeURIComponent((request.headers.get('x-cache-namespace') ?? '').slice(0, 256)) || 'none';

describe('a client', () => {
  it(
    `that sends anything at all (${RUNS} requests)`,
    async () => {
      const keys = Object.fromEntries(
        await Promise.all(TENANTS.map(async (tenant) => [await sha256Hex(keyOf(tenant)), tenant])),
      );
      const app = await fuzzedEdge(origin, { API_KEYS: JSON.stringify(keys) });
      const manners = fc.oneof(
        { weight: 7, arbitrary: fc.constant('answers' as const) },
        fc.constantFrom('refuses' as const, 'fails' as const, 'babbles' as const),
      );
      const seen = new Map<number, number>();
      const outcomes = new Map<string, number>();
      await fc.assert(
        fc.asyncProperty(asking, manners, async (asked, how) => {
          manner = how;
          const request = requestOf(asked);
          const namespace = namespaceOf(request);
          const { response, body } = await app.ask(request);
          const { status } = response;
          seen.set(status, (seen.get(status) ?? 0) + 1);
          const outcome = response.headers.get('x-cache') ?? 'none';
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
          expect(body).not.toContain('something went wrong');
          if (status === 500) throw new Error(`500: ${body}`);
          for (const [name, value] of response.headers) {
            expect(OURS, name).toContain(name);
            expect(value, name).toMatch(/^[\t\x20-\x7e]*$/);
          }
          if (status >= 400) {
            const { error } = JSON.parse(body) as { error?: unknown };
            if (asked.path.startsWith('/v1/')) expect(error).toHaveProperty('message');
            else expect(error).toBeTypeOf('string');
          }
          for (const [, owner, space] of body.matchAll(marks)) {
            expect(owner).toBe(asked.tenant);
            // A call that only loads a model has no namespace.
            if (outcome !== 'BYPASS' || space !== 'none') expect(space).toBe(namespace);
          }
        }),
        { numRuns: RUNS, seed: SEED },
      );
      // The requests reach every part: answers, hits, refusals.
      for (const status of [200, 400, 401, 403, 405])
        expect(seen.get(status) ?? 0, `status ${status}`).toBeGreaterThan(0);
      for (const outcome of ['HIT', 'MISS', 'BYPASS']) expect(outcomes.get(outcome) ?? 0, outcome).toBeGreaterThan(0);
    },
    PATIENCE,
  );
});
