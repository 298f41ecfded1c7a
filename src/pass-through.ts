/** Pass through: what the cache has no part in goes to the origin and comes back as it is. */
import type { Dialect } from './dialects/dialect.ts';
import type { Edge, Visit } from './edge.ts';
import { fault } from './exchange/fault.ts';
import type { JsonObject } from './exchange/json.ts';
import { faultResponse } from './respond.ts';
import type { Trail } from './trail.ts';

/** A request that asks for no answer, such as loading a model. */
export async function passThrough(
  visit: Visit,
  dialect: Pick<Dialect, 'path' | 'errorBody'>,
  body: JsonObject,
  trail: Trail,
  edge: Edge,
): Promise<Response> {
  const response = await edge
    .origin(
      {
        method: 'POST',
        path: dialect.path,
        body,
        priority: 'interactive',
        tenant: visit.tenant,
        namespace: '',
        ttl: 0,
        lookup: false,
        traceparent: trail.traceparent,
      },
      visit.request.signal,
    )
    .catch(() => undefined);
  trail.step('origin');
  trail.cache({ cache: 'memory', fwd: 'bypass' });
  const headers = trail.headers('BYPASS', response?.headers);
  if (response === undefined)
    return faultResponse(dialect, fault('bad_gateway', 'the origin cannot be reached'), headers);
  headers['content-type'] = response.headers.get('content-type') ?? 'application/json; charset=utf-8';
  return new Response(response.body, { status: response.status, headers });
}
