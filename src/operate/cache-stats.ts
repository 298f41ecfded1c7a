/** `GET /api/cache/stats`: what the cache does, in numbers, as JSON; `GET /metrics`: the same for Prometheus. */
import type { Edge } from '../edge.ts';
import { renderMetrics } from '../statistics/prometheus.ts';
import { reportOf } from '../statistics/report.ts';
import type { OperatorVisit } from './routes.ts';
import { semanticState } from './semantic-state.ts';

/** Nothing of the past in steps: only the sums of the windows. */
const NO_POINTS = Number.MAX_SAFE_INTEGER;
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export async function cacheStats(_visit: OperatorVisit, edge: Edge): Promise<Response> {
  const now = Date.now();
  const [windows, semantic] = await Promise.all([edge.statistics.read(NO_POINTS), semanticState(edge)]);
  return Response.json(
    { ...reportOf(windows, edge.config, now), semantic },
    { headers: { 'cache-control': 'no-store' } },
  );
}

export async function metrics(_visit: OperatorVisit, edge: Edge): Promise<Response> {
  const { windows, missing } = await edge.statistics.read(NO_POINTS);
  return new Response(renderMetrics(windows.all, missing, edge.config), {
    headers: { 'content-type': METRICS_TYPE, 'cache-control': 'no-store' },
  });
}
