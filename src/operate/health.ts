/** `GET /health`: whether the edge works, what it reaches, and what an operator should know. Needs no key and tells no secret. */
import type { Edge } from '../edge.ts';

const PATIENCE_MS = 2_000;

/** @param hostname the one that the request came to */
export async function health(edge: Edge, hostname: string): Promise<Response> {
  const origin = await edge
    .origin(
      { method: 'GET', path: '/health', priority: 'interactive', tenant: '', namespace: '', ttl: 0, lookup: false },
      AbortSignal.timeout(PATIENCE_MS),
    )
    .then((response) => (response.ok ? 'up' : `answers ${response.status}`))
    .catch(() => 'down');
  const notes: string[] = [];
  if (hostname.endsWith('.workers.dev'))
    notes.push('The Cache API has no effect on *.workers.dev: the colo tier only works on a custom domain.');
  if (edge.config.API_KEYS === undefined) notes.push('API_KEYS is not set: everyone is tenant public.');
  if (edge.limits === undefined) notes.push('RATE_LIMITS is off: nobody is limited.');
  return Response.json({ status: 'ok', origin, tiers: edge.tiers.names, notes });
}
