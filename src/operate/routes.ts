/** The operator's routes, all behind ADMIN_KEY. A new one is a file of its own and a line here. */
import type { Hono } from 'hono';
import { errorShape } from '../dialects/routes.ts';
import type { Edge } from '../edge.ts';
import { faultResponse } from '../respond.ts';
import { authoriseOperator } from './auth.ts';
import { cacheStats, metrics } from './cache-stats.ts';
import { experiments } from './experiments.ts';
import { live } from './live.ts';
import { originMetrics, poolStats, predictStats } from './pool-stats.ts';
import { purge } from './purge.ts';
import { warmCache } from './warm.ts';

export interface OperatorVisit {
  readonly request: Request;
  /** Keeps work alive past the response (`waitUntil`). */
  readonly later: (work: Promise<unknown>) => void;
}

type Handler = (visit: OperatorVisit, edge: Edge) => Promise<Response>;

const ROUTES: readonly (readonly [method: 'GET' | 'POST', path: string, handler: Handler])[] = [
  ['GET', '/api/pool/stats', poolStats],
  ['GET', '/api/cache/experiments', experiments],
  ['POST', '/api/cache/purge', purge],
  ['GET', '/api/cache/stats', cacheStats],
  ['GET', '/api/cache/live', live],
  ['GET', '/metrics', metrics],
  ['GET', '/api/predict/stats', predictStats],
  ['GET', '/metrics/origin', originMetrics],
  ['POST', '/api/cache/warm', warmCache],
];

export function operatorRoutes(app: Hono, edge: Edge): void {
  for (const [method, path, handler] of ROUTES)
    app.on(method, path, async (c) => {
      const refused = await authoriseOperator(c.req.raw.headers, edge.config.ADMIN_KEY);
      if (refused !== undefined) return faultResponse(errorShape(path), refused);
      return handler({ request: c.req.raw, later: (work) => c.executionCtx.waitUntil(work) }, edge);
    });
}
