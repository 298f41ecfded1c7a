/** The catalog's routes: which models there are. Kept for minutes, served stale while the origin is down. */

import type { Dialect } from './dialects/dialect.ts';
import { fold, parseBody } from './dialects/fold.ts';
import type { Edge, Visit } from './edge.ts';
import { fault } from './exchange/fault.ts';
import { canonicalModel } from './exchange/prompt.ts';
import { clientAddress } from './limits/address.ts';
import type { Document, Wanted } from './origin/documents.ts';
import { firstByte } from './origin/first-byte.ts';
import { refusalOf } from './origin/refusal.ts';
import { faultResponse } from './respond.ts';

/** `GET` stands for `HEAD` too. */
export const catalogPaths: readonly string[] = ['/api/tags', '/api/version', '/v1/models', '/v1/models/:model{.+}'];

type ErrorShape = Pick<Dialect, 'errorBody'>;

/** A document by its path. */
export function serveDocument(visit: Visit, path: string, shape: ErrorShape, edge: Edge): Promise<Response> {
  return answer(visit, { method: 'GET', path }, shape, edge);
}

const SHOW_FIELDS = new Set(['model', 'name', 'verbose']);

/** `POST /api/show`: a model's details. */
export async function serveShow(visit: Visit, shape: ErrorShape, edge: Edge): Promise<Response> {
  const parsed = parseBody(visit.text);
  if (parsed.kind === 'fault') return faultResponse(shape, parsed.fault);
  const { known } = fold(parsed.body, SHOW_FIELDS);
  const model = known.model || known.name;
  if (typeof model !== 'string') return faultResponse(shape, fault('invalid_request', 'model is required'));
  const body = { model: canonicalModel(model), ...(known.verbose === true && { verbose: true }) };
  return answer(visit, { method: 'POST', path: '/api/show', body }, shape, edge);
}

/** `GET /api/ps`: what is loaded right now, never kept. */
export async function serveProcesses(visit: Visit, shape: ErrorShape, edge: Edge): Promise<Response> {
  const { trail } = visit;
  const answered = await firstByte(edge.config.ORIGIN_TIMEOUT_MS, visit.request.signal, (signal) =>
    edge.origin(
      {
        method: 'GET',
        path: '/api/ps',
        priority: 'interactive',
        tenant: visit.tenant,
        namespace: '',
        ttl: 0,
        lookup: false,
        client: clientAddress(visit.request.headers),
      },
      signal,
    ),
  );
  const headers = trail.headers('BYPASS');
  if (!answered.ok) return faultResponse(shape, answered.fault, headers);
  const { response } = answered;
  if (!response.ok) return faultResponse(shape, refusalOf(response, await response.text().catch(() => '')), headers);
  headers['content-type'] = response.headers.get('content-type') ?? 'application/json; charset=utf-8';
  return new Response(response.body, { status: response.status, headers });
}

const OUTCOMES = { fresh: 'HIT', stale: 'STALE', fetched: 'MISS' } as const;

async function answer(visit: Visit, wanted: Wanted, shape: ErrorShape, edge: Edge): Promise<Response> {
  const { trail } = visit;
  const renew = /no-cache|no-store/.test(visit.request.headers.get('cache-control') ?? '');
  edge.purges.tend(visit.later);
  const found: Document = await edge.document(wanted, { renew, later: visit.later });
  trail.step('catalog');
  if (found.kind === 'fault') return faultResponse(shape, found.fault, trail.headers('MISS'));
  const ttl = edge.config.CATALOG_TTL - (Date.now() - found.storedAt) / 1000;
  trail.cache(
    found.kind === 'fetched'
      ? { cache: 'memory', fwd: renew ? 'request' : 'uri-miss', stored: true }
      : { cache: 'memory', hit: true, ttl },
  );
  const headers = trail.headers(OUTCOMES[found.kind]);
  headers['content-type'] = found.contentType;
  if (found.kind !== 'fetched') headers.age = String(Math.floor((Date.now() - found.storedAt) / 1000));
  return new Response(found.body, { headers });
}
