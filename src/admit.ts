/** Admit: who asks, whether they may, and what; the same for every route. */
import type { Dialect } from './dialects/dialect.ts';
import type { Edge, Visit } from './edge.ts';
import { fault } from './exchange/fault.ts';
import { MAX_NAME } from './exchange/key.ts';
import { readBody } from './intake.ts';
import type { Observe } from './observe.ts';
import { observed } from './observed.ts';
import { authenticate, PUBLIC_TENANT } from './operate/auth.ts';
import { faultResponse } from './respond.ts';
import { coloOf } from './statistics/colo.ts';
import { startTrail, type Trail } from './trail.ts';

/** A request as it comes in. */
export type Arrival = Pick<Visit, 'request' | 'later'>;

/** Where it comes in, and how it is refused there. */
export type Route = Pick<Dialect, 'path' | 'errorBody'>;

const EVERYONE = { ok: true, tenant: PUBLIC_TENANT } as const;

/** A request for an answer: it is told of, however it went, and served with the settings of its client's arm. */
export function infer(
  arrival: Arrival,
  route: Route,
  edge: Edge,
  then: (visit: Visit, edge: Edge) => Promise<Response>,
): Promise<Response> {
  const { request, later } = arrival;
  const trail = startTrail(request.headers);
  const tell: Observe = (event) => {
    edge.observe(event);
    edge.statistics.handOn(later, () => coloOf(request));
  };
  const trial = edge.experiment?.begin(tell, later);
  const serveIt = (visit: Visit) => (trial === undefined ? then(visit, edge) : trial.serve(visit, then));
  const answer = () => admit(arrival, route, edge, serveIt, trail);
  return observed(route.path, request, trail, trial?.observe ?? tell, answer);
}

export async function admit(
  { request, later }: Arrival,
  route: Route,
  edge: Edge,
  then: (visit: Visit) => Promise<Response>,
  trail: Trail = startTrail(request.headers),
): Promise<Response> {
  const { API_KEYS, MAX_BODY_BYTES } = edge.config;
  const caller = API_KEYS ? await authenticate(request.headers, API_KEYS) : EVERYONE;
  if (!caller.ok) return faultResponse(route, edge.limits?.stranger({ request, later }) ?? caller.fault);
  const { tenant } = caller;
  trail.tell({ tenant });
  const refused = edge.limits?.request({ request, tenant, later });
  if (refused !== undefined) return limited(faultResponse(route, refused), { request, tenant }, edge);
  // Cut off, two of them could be one.
  if ((request.headers.get('x-cache-namespace')?.length ?? 0) > MAX_NAME)
    return faultResponse(route, fault('invalid_request', `X-Cache-Namespace is longer than ${MAX_NAME} characters`));
  const body = await readBody(request, MAX_BODY_BYTES, route.path.startsWith('/v1/'));
  if (!body.ok) return faultResponse(route, body.fault);
  return limited(await then({ request, text: body.text, tenant, trail, later }), { request, tenant }, edge);
}

/** The answer, with what is left of its caller's limits. */
function limited(response: Response, caller: Pick<Visit, 'request' | 'tenant'>, { limits }: Edge): Response {
  if (limits === undefined) return response;
  for (const [name, value] of Object.entries(limits.fields(caller))) response.headers.set(name, value);
  return response;
}
