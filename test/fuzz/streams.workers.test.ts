/**
 * Origins that break: what a real Ollama streamed, cut at every byte, garbled, ended by an error. Whatever comes, the client gets
 * an answer or its API's own error, and only what was complete is stored.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FuzzedEdge, fuzzedEdge, inPieces, PATIENCE, RUNS, SEED, tags } from './edge.ts';
import { type Recorded, streams } from './recorded.ts';

interface Script {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly pieces: readonly number[];
  /** Breaks the connection after the bytes instead of ending the body. */
  readonly breaks: boolean;
}

let script: Script | undefined;
let asked = 0;

async function edge(): Promise<FuzzedEdge> {
  return fuzzedEdge((request) => {
    if (new URL(request.url).pathname === '/api/tags') return tags();
    asked += 1;
    if (script === undefined) return new Response('{"error":"off"}', { status: 500 });
    const { bytes, contentType, pieces, breaks } = script;
    const body = inPieces(bytes, pieces);
    return new Response(breaks ? brokenAfter(body) : body, { headers: { 'content-type': contentType } });
  });
}

function brokenAfter(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  return body.pipeThrough(
    new TransformStream({
      flush() {
        throw new Error('connection reset');
      },
    }),
  );
}

let namespaces = 0;

/** Asks once with the origin following the script, then what the cache has of it. */
async function askTwice(app: FuzzedEdge, recorded: Recorded, following: Script) {
  const namespace = `n${namespaces++}`;
  const request = (headers: Record<string, string>) =>
    new Request(`http://edge.test${recorded.dialect.path}`, {
      method: 'POST',
      body: recorded.request,
      headers: { 'x-cache-namespace': namespace, ...headers },
    });
  script = following;
  const first = await app.ask(request({}));
  script = undefined;
  const before = asked;
  const again = await app.ask(request({ 'cache-control': 'only-if-cached' }));
  expect(asked, 'only-if-cached asks nobody').toBe(before);
  return { first, again, stored: again.response.status === 200 };
}

/** A client can tell: the stream ends in its API's terminal event or in its API's error; a refusal has its API's shape. */
function endsAsItsApiDoes(recorded: Recorded, status: number, body: string): boolean {
  if (status !== 200) {
    const error = (JSON.parse(body) as { error?: unknown }).error;
    return recorded.dialect.path.startsWith('/v1/')
      ? typeof (error as { message?: unknown }).message === 'string'
      : typeof error === 'string';
  }
  const end = body.trimEnd();
  switch (recorded.dialect.path) {
    case '/api/chat':
    case '/api/generate':
      return /"done": ?true|"error":/.test(end.slice(end.lastIndexOf('\n') + 1));
    case '/v1/chat/completions':
    case '/v1/completions':
      return end.endsWith('data: [DONE]') || /data: \{"error":[^\n]*$/.test(end);
    case '/v1/responses':
      return /event: (response\.(completed|failed|incomplete)|error)\ndata: [^\n]*$/.test(end);
    default:
      return /event: (message_stop|error)\ndata: [^\n]*$/.test(end);
  }
}

const place = fc.nat(1_000_000);
const which = fc.nat(streams.length - 1);

describe('an origin', () => {
  it('that is whole is stored, and replayed', async () => {
    const app = await edge();
    const whole = streams.filter(({ completeAt }) => completeAt !== undefined);
    expect(whole.length).toBeGreaterThan(40);
    let kept = 0;
    for (const recorded of whole) {
      const { bytes, contentType } = recorded;
      const { first, stored } = await askTwice(app, recorded, { bytes, contentType, pieces: [], breaks: false });
      expect(endsAsItsApiDoes(recorded, first.response.status, first.body), recorded.name).toBe(true);
      if (stored) kept += 1;
    }
    // The rest are calls without words and requests that the edge refuses by itself.
    expect(kept / whole.length).toBeGreaterThan(0.9);
  });

  it(
    `that is cut off at any byte: told as an error, never stored (${RUNS} cuts)`,
    async () => {
      const app = await edge();
      await fc.assert(
        fc.asyncProperty(
          which,
          place,
          fc.array(place, { maxLength: 4 }),
          fc.boolean(),
          async (index, at, pieces, breaks) => {
            const recorded = streams[index] as Recorded;
            const { bytes, contentType, completeAt = Number.POSITIVE_INFINITY } = recorded;
            const end = at % bytes.length;
            const { first, stored } = await askTwice(app, recorded, {
              bytes: bytes.slice(0, end),
              contentType,
              pieces,
              breaks,
            });
            if (end < completeAt) expect(stored, `${recorded.name} cut at ${end}`).toBe(false);
            expect(
              endsAsItsApiDoes(recorded, first.response.status, first.body),
              `${recorded.name} cut at ${end}: ${first.body.slice(-200)}`,
            ).toBe(true);
          },
        ),
        { numRuns: RUNS, seed: SEED },
      );
    },
    PATIENCE,
  );

  it(
    `that garbles bytes: an answer or an error, never a crash (${RUNS} streams)`,
    async () => {
      const app = await edge();
      const noise = fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(which, noise, fc.array(place, { maxLength: 4 }), async (index, changes, pieces) => {
          const recorded = streams[index] as Recorded;
          const bytes = recorded.bytes.slice();
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
          const { contentType } = recorded;
          const { first, again } = await askTwice(app, recorded, { bytes, contentType, pieces, breaks: false });
          expect([200, 400, 403, 404, 500, 502]).toContain(first.response.status);
          if (first.response.status !== 200)
            expect(endsAsItsApiDoes(recorded, first.response.status, first.body)).toBe(true);
          if (again.response.status === 200)
            expect(endsAsItsApiDoes(recorded, 200, again.body), recorded.name).toBe(true);
        }),
        { numRuns: RUNS, seed: SEED },
      );
    },
    PATIENCE,
  );

  it(
    `that answers with anything at all (${RUNS} answers)`,
    async () => {
      const app = await edge();
      const type = fc.constantFrom(
        'application/json',
        'application/x-ndjson',
        'text/event-stream',
        'text/html',
        'application/x-edge-exchange',
        '',
      );
      const body = fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.json().map((text) => new TextEncoder().encode(text)),
      );
      await fc.assert(
        fc.asyncProperty(
          which,
          type,
          body,
          fc.array(place, { maxLength: 2 }),
          fc.boolean(),
          async (index, contentType, bytes, pieces, breaks) => {
            const recorded = streams[index] as Recorded;
            const { first, stored } = await askTwice(app, recorded, { bytes, contentType, pieces, breaks });
            expect(stored).toBe(false);
            expect(
              endsAsItsApiDoes(recorded, first.response.status, first.body),
              `${first.response.status} ${first.body.slice(0, 300)}`,
            ).toBe(true);
          },
        ),
        { numRuns: RUNS, seed: SEED },
      );
    },
    PATIENCE,
  );
});
