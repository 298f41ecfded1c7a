/** `GET /api/cache/stats`: what the cache does, in numbers, as JSON; `GET /metrics`: the same for Prometheus. */
import { ollamaChat } from '../dialects/ollama-chat.ts';
import type { Edge } from '../edge.ts';
import { fault } from '../exchange/fault.ts';
import { faultResponse } from '../respond.ts';
import { coloOf } from '../statistics/colo.ts';
import { renderMetrics } from '../statistics/prometheus.ts';
import { reportOf } from '../statistics/report.ts';
import type { OperatorVisit } from './routes.ts';
import { semanticState } from './semantic-state.ts';

/** Nothing of the past in steps: only the sums of the windows. */
const NO_POINTS = Number.MAX_SAFE_INTEGER;
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export async function cacheStats({ request }: OperatorVisit, edge: Edge): Promise<Response> {
  const now = Date.now();
  const [windows, semantic] = await Promise.all([
    edge.statistics.read(NO_POINTS, () => coloOf(request)),
    semanticState(edge),
  ]);
  return Response.json(
    { ...reportOf(windows, edge.config, now), semantic },
    { headers: { 'cache-control': 'no-store' } },
  );
}

/** A counter that is too low looks as if it had begun anew: rather no answer than one without some of the shards. */
export async function metrics({ request }: OperatorVisit, edge: Edge): Promise<Response> {
  const { windows, missing } = await edge.statistics.read(NO_POINTS, () => coloOf(request));
  if (missing > 0)
    return faultResponse(ollamaChat, fault('overloaded', `${missing} shards of the statistics did not answer`, 5));
  return new Response(renderMetrics(windows.all, edge.config), {
    headers: { 'content-type': METRICS_TYPE, 'cache-control': 'no-store' },
  });
}
