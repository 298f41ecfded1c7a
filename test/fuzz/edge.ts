/** The whole Worker app under fuzz, in the Workers runtime: only the network behind it is replaced. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { createApp } from '../../src/app.ts';
import { assemble } from '../../src/assemble.ts';
import { loadConfig } from '../../src/config.ts';

/** How often each property is tried: `FUZZ_RUNS`; `npm run fuzz` sets 100,000. */
export const RUNS = Number(import.meta.env.FUZZ_RUNS || 3_000);
/** The same inputs every time, unless `FUZZ_SEED` says otherwise. */
export const SEED = Number(import.meta.env.FUZZ_SEED || 20_261_125);

/** How long so many runs may take, ms: a bound against hanging, not a measure. */
export const PATIENCE = 30_000 + RUNS * 20;

export interface FuzzedEdge {
  /** Answers and waits for all that follows the answer. The body is read to its end. */
  ask(request: Request): Promise<{ readonly response: Response; readonly body: string }>;
}

/** @param origin takes the place of the sidecar */
export async function fuzzedEdge(
  origin: (request: Request) => Promise<Response> | Response,
  settings: Readonly<Record<string, string>> = {},
): Promise<FuzzedEdge> {
  const loaded = loadConfig({
    ORIGIN_URL: 'http://origin.invalid',
    ORIGIN_SECRET: 'secret',
    CACHE_TIERS: 'memory',
    RATE_LIMITS: 'off',
    MEMORY_ENTRIES: '50000',
    ...settings,
  });
  if (!loaded.ok) throw new Error(loaded.problems.join('; '));
  globalThis.fetch = async (input, init) => origin(new Request(input, init));
  const edge = assemble(loaded.config, {}, new ArrayBuffer(0));
  // Statistics are handed on a second later: too long to wait for after each request.
  const app = createApp({ ...edge, statistics: { ...edge.statistics, handOn: () => {} } });
  return {
    async ask(request) {
      const context = createExecutionContext();
      const response = await app.fetch(request, {}, context);
      // By hand: the runtime warns about text() of NDJSON.
      const body = new TextDecoder().decode(await response.arrayBuffer());
      await waitOnExecutionContext(context);
      return { response, body };
    },
  };
}

/** Bytes in pieces that are cut at these places (modulo the length). */
export function inPieces(bytes: Uint8Array, places: readonly number[]): ReadableStream<Uint8Array> {
  const cuts = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  const pieces = [0, ...cuts].map((from, at) => bytes.slice(from, cuts[at] ?? bytes.length));
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) if (piece.length > 0) controller.enqueue(piece);
      controller.close();
    },
  });
}

export const MODELS = ['tiny', 'tiny-think', 'tiny-tools'];

/** `/api/tags` of an origin that has the recordings' models. */
export const tags = () =>
  Response.json({ models: MODELS.map((model) => ({ name: `${model}:latest`, digest: `digest of ${model}` })) });
