/** `GET /api/cache/stats`: what the cache does, in numbers, as JSON; `GET /metrics`: the same for Prometheus. */
import type { Edge } from '../edge.ts';
import { renderMetrics } from '../statistics/prometheus.ts';
import { reportOf } from '../statistics/report.ts';
import type { OperatorVisit } from './routes.ts';
<<<<<<< HEAD
import { semanticState } from './semantic-state.ts';
=======
import { type SemanticState, semanticState } from './semantic-state.ts';
>>>>>>> 184d51e (A page to watch: live numbers, plots, recent requests; purge and warm from it; a signed session, one file under a strict policy)

/** Nothing of the past in steps: only the sums of the windows. */
const NO_POINTS = Number.MAX_SAFE_INTEGER;
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export async function cacheStats(_visit: OperatorVisit, edge: Edge): Promise<Response> {
<<<<<<< HEAD
  const now = Date.now();
  const [windows, semantic] = await Promise.all([edge.statistics.read(NO_POINTS), semanticState(edge)]);
  return Response.json(
    { ...reportOf(windows, edge.config, now), semantic },
    { headers: { 'cache-control': 'no-store' } },
  );
=======
  const [reading, semantic] = await Promise.all([edge.statistics.read(NO_POINTS), semanticState(edge)]);
  const report = { ...reportOf(reading, edge.config, Date.now()), semantic: semanticReport(semantic) };
  return Response.json(report, { headers: { 'cache-control': 'no-store' } });
>>>>>>> 184d51e (A page to watch: live numbers, plots, recent requests; purge and warm from it; a signed session, one file under a strict policy)
}

export async function metrics(_visit: OperatorVisit, edge: Edge): Promise<Response> {
  const { windows, missing } = await edge.statistics.read(NO_POINTS);
  return new Response(renderMetrics(windows.all, missing, edge.config), {
    headers: { 'content-type': METRICS_TYPE, 'cache-control': 'no-store' },
  });
}

/** The names of JSON for what the semantic cache says of itself. */
function semanticReport(state: SemanticState): object {
  if (!state.enabled) return state;
  const { embedder, index, threshold, thresholdByModel, errorLimit, checkShare, classes } = state;
  return {
    enabled: true,
    embedder,
    index,
    threshold,
    threshold_by_model: thresholdByModel,
    error_limit: errorLimit,
    check_share: checkShare,
    classes: classes?.map(({ upperBound, wrongChecks, unsureChecks, ...rest }) => ({
      ...rest,
      upper_bound: upperBound,
      wrong_checks: wrongChecks,
      unsure_checks: unsureChecks,
    })),
  };
}
