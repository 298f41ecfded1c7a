/** The sidecar: what stands between the edges and a small Ollama. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { fault } from '../../src/exchange/fault.ts';
import { createFlights } from './coalesce/flights.ts';
import type { Config } from './config.ts';
import { readJson } from './http/body.ts';
import { listen, type Request, type Response } from './http/listener.ts';
import { send, sendFault } from './http/reply.ts';
import { routeOf } from './http/routes.ts';
import { connectOllama } from './ollama/client.ts';
import { watchDigests } from './ollama/digests.ts';
import type { Origin } from './origin.ts';
import { serveGeneration } from './serve/generation.ts';
import { passThrough } from './serve/passthrough.ts';

export interface Sidecar {
  readonly url: string;
  /** Ends everything at once. */
  close(): Promise<void>;
}

export async function startSidecar(config: Config): Promise<Sidecar> {
  const ollamas = config.OLLAMA_URL.map(connectOllama);
  const digests = watchDigests(ollamas);
  let turn = 0;
  const origin: Origin = {
    config,
    digests,
    flights: createFlights(config.ABANDON_GRACE_MS),
    ollama() {
      turn = (turn + 1) % ollamas.length;
      const next = ollamas[turn];
      if (next === undefined) throw new Error('OLLAMA_URL names no lane');
      return next;
    },
  };
  const mayEnter = secretCheck(config.ORIGIN_SECRET);

  const listener = await listen(config.ORIGIN_HOST, config.ORIGIN_PORT, (request, response) => {
    const path = pathOf(request);
    answer(path, request, response).catch((error: unknown) => {
      if (request.destroyed && !response.writable) return;
      console.error(error);
      sendFault(response, path, fault('internal', 'the sidecar failed'));
    });
  });

  async function answer(path: string, request: Request, response: Response): Promise<void> {
    const route = routeOf(request.method ?? '', path);
    if (route.kind === 'health') return send(response, 200, 'application/json', '{"status":"ok"}');
    if (!mayEnter(request.headers['x-edge-secret']))
      return sendFault(response, path, fault('unauthorized', 'only the edge may ask the sidecar'));
    if (route.kind === 'closed')
      return sendFault(response, path, fault('forbidden', `${request.method} ${path} is not open through this cache`));
    if (route.kind === 'generation') return serveGeneration(origin, path, request, response);
    if (request.method !== 'POST') return passThrough(origin, path, request, response);
    const body = await readJson(request, config.MAX_BODY_BYTES);
    if (!body.ok) return sendFault(response, path, body.fault);
    return passThrough(origin, path, request, response, JSON.stringify(body.value));
  }

  return {
    url: `http://${config.ORIGIN_HOST}:${listener.port}`,
    async close() {
      digests.close();
      await listener.close();
      await Promise.all(ollamas.map((ollama) => ollama.close()));
    },
  };
}

function pathOf(request: Request): string {
  const target = request.url ?? '/';
  const query = target.indexOf('?');
  return query < 0 ? target : target.slice(0, query);
}

/** Compares hashes, so that neither length nor content shows in the time it takes. */
function secretCheck(secret: string): (given: string | string[] | undefined) => boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  const expected = hash(secret);
  return (given) => typeof given === 'string' && timingSafeEqual(hash(given), expected);
}
