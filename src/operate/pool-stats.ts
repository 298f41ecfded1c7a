/** `GET /api/pool/stats`: the sidecar's connection pools, its queue and its lanes, as it tells them. */
import { ollamaChat } from '../dialects/ollama-chat.ts';
import type { Edge } from '../edge.ts';
import { fault } from '../exchange/fault.ts';
import { faultResponse, JSON_TYPE } from '../respond.ts';
import type { OperatorVisit } from './routes.ts';

const PATIENCE_MS = 5_000;

export async function poolStats({ request }: OperatorVisit, edge: Edge): Promise<Response> {
  const response = await edge
    .origin(
      {
        method: 'GET',
        path: '/api/pool/stats',
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
  return new Response(response.body, { status: response.status, headers: { 'content-type': JSON_TYPE } });
}
