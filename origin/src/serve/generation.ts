/** A generation request's way through the sidecar. */

import type { JsonObject } from '../../../src/exchange/json.ts';
import { canonicalModel } from '../../../src/exchange/prompt.ts';
import { fillFlight } from '../coalesce/fill.ts';
import { readJson } from '../http/body.ts';
import type { Request, Response } from '../http/listener.ts';
import { sendFault } from '../http/reply.ts';
import { bodyForOllama } from '../ollama/body.ts';
import type { Origin } from '../origin.ts';
import { readFlight } from './read-flight.ts';
import { readTerms } from './terms.ts';

export async function serveGeneration(
  origin: Origin,
  path: string,
  request: Request,
  response: Response,
): Promise<void> {
  const body = await readJson(request, origin.config.MAX_BODY_BYTES);
  if (!body.ok) return sendFault(response, path, body.fault);
  const terms = readTerms(request);
  const name = textOf(body.value, 'model');
  const model = canonicalModel(name);
  const wire = { path, model: name, streaming: streams(path, body.value) };
  const forward = JSON.stringify(
    bodyForOllama(path, body.value, origin.config.MODEL_SETTINGS.get(model), origin.config.KEEP_ALIVE),
  );
  const { flight, joined } = origin.flights.board(terms.lookup ? terms.key : undefined, wire, (flight, signal) =>
    fillFlight(flight, () => origin.ollama().request('POST', path, forward, signal, traceHeaders(terms)), signal),
  );
  const digest = origin.digests.of(model);
  await readFlight(flight, flight.join(), response, path, () => ({
    'cache-status': `disk; fwd=uri-miss${joined ? '; collapsed' : ''}`,
    ...(digest !== undefined && { 'x-model-digest': digest }),
  }));
}

function traceHeaders(terms: { readonly traceparent: string | undefined }): Record<string, string> {
  return terms.traceparent === undefined ? {} : { traceparent: terms.traceparent };
}

function textOf(body: JsonObject, name: string): string {
  const value = body[name];
  return typeof value === 'string' ? value : '';
}

/** Ollama's own routes stream unless told not to; the others only when told to. */
function streams(path: string, body: JsonObject): boolean {
  return path.startsWith('/api/') ? body.stream !== false : body.stream === true;
}
