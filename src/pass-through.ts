/** Pass through: what the cache has no part in goes to the origin and comes back as it is. */

import type { Dialect } from './dialects/dialect.ts';
import type { Edge, Visit } from './edge.ts';
import type { JsonObject } from './exchange/json.ts';
import { canonicalModel } from './exchange/prompt.ts';
import { clientAddress } from './limits/address.ts';
import { clear } from './limits/clear.ts';
import { firstByte } from './origin/first-byte.ts';
import { refusalOf } from './origin/refusal.ts';
import { faultResponse } from './respond.ts';
import type { Trail } from './trail.ts';

/** A request that asks for no answer, such as loading a model. */
export async function passThrough(
  visit: Visit,
  dialect: Pick<Dialect, 'path' | 'errorBody'>,
  { model, forward }: { readonly model: string; readonly forward: JsonObject },
  edge: Edge,
): Promise<Response> {
  const { trail } = visit;
  trail.tell({ model: canonicalModel(model) });
  const cleared = await clear(visit, edge);
  if (!cleared.ok) return faultResponse(dialect, cleared.fault, trail.headers('BYPASS'));
  const answered = await firstByte(edge.config.ORIGIN_TIMEOUT_MS, visit.request.signal, (signal) =>
    edge.origin(
      {
        method: 'POST',
        path: dialect.path,
        body: forward,
        priority: 'interactive',
        tenant: visit.tenant,
        namespace: '',
        ttl: 0,
        lookup: false,
        traceparent: trail.traceparent,
        client: clientAddress(visit.request.headers),
      },
      signal,
    ),
  );
  trail.step('origin');
  trail.cache({ cache: 'memory', fwd: 'bypass' });
  if (!answered.ok) return faultResponse(dialect, answered.fault, trail.headers('BYPASS'));
  const { response } = answered;
  const headers = trail.headers('BYPASS', response.headers);
  if (!response.ok) return faultResponse(dialect, refusalOf(response, await response.text().catch(() => '')), headers);
  headers['content-type'] = response.headers.get('content-type') ?? 'application/json; charset=utf-8';
  const body = response.body === null ? null : counted(response.body, trail);
  return new Response(body, { status: response.status, headers });
}

function counted(body: ReadableStream<Uint8Array>, trail: Trail): ReadableStream<Uint8Array> {
  trail.streams();
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      trail.sent(chunk.byteLength);
      controller.enqueue(chunk);
    },
    flush: () => trail.ended(),
  });
  return body.pipeThrough(counter);
}
