/**
 * `GET /api/pool/stats`: the sidecar's connection pools, its queue and its lanes, as it tells them; `GET /metrics/origin`: its own
 * metrics, for a Prometheus that cannot reach it; `GET /api/predict/stats`: what became of the prompts that it asked ahead.
 */
import { ollamaChat } from '../dialects/ollama-chat.ts';
import type { Edge } from '../edge.ts';
import { fault } from '../exchange/fault.ts';
import { faultResponse, JSON_TYPE } from '../respond.ts';
import type { OperatorVisit } from './routes.ts';

const PATIENCE_MS = 5_000;

export function poolStats(visit: OperatorVisit, edge: Edge): Promise<Response> {
  return fromOrigin('/api/pool/stats', visit, edge);
}

export function predictStats(visit: OperatorVisit, edge: Edge): Promise<Response> {
  return fromOrigin('/api/predict/stats', visit, edge);
}

export function originMetrics(visit: OperatorVisit, edge: Edge): Promise<Response> {
  return fromOrigin('/metrics', visit, edge);
}

async function fromOrigin(path: string, { request }: OperatorVisit, edge: Edge): Promise<Response> {
  const response = await edge
    .origin(
      {
        method: 'GET',
        path,
        priority: 'interactive',
        tenant: '',
        namespace: '',
        ttl: 0,
        lookup: false,
      },
      AbortSignal.any([request.signal, AbortSignal.timeout(PATIENCE_MS)]),
    )
    .catch(() => undefined);
  if (response === undefined) return faultResponse(ollamaChat, fault('bad_gateway', 'the origin cannot be reached'));
  const contentType = response.headers.get('content-type') ?? JSON_TYPE;
  return new Response(response.body, { status: response.status, headers: { 'content-type': contentType } });
}
