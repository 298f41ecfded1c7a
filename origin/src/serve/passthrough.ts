/** Catalog routes and embeddings that need no turn of their own: asked as they are, answered as they come. */

import { fillFlight } from '../coalesce/fill.ts';
import { createFlight } from '../coalesce/flight.ts';
import type { Request, Response } from '../http/listener.ts';
import type { Origin } from '../origin.ts';
import { readFlight } from './read-flight.ts';

export async function passThrough(
  origin: Origin,
  path: string,
  request: Request,
  response: Response,
  body?: string,
): Promise<void> {
  const method = request.method === 'POST' ? 'POST' : request.method === 'HEAD' ? 'HEAD' : 'GET';
  const abort = new AbortController();
  response.once('close', () => abort.abort());
  const flight = createFlight({ path, model: '', streaming: false });
  const reader = flight.join();
  void fillFlight(flight, () => origin.ollama().request(method, path, body, abort.signal), abort.signal);
  await readFlight(flight, reader, response, path, () => ({}));
}
