/**
 * The operator's routes, behind ADMIN_KEY or the session of the page that it opens; only the page itself needs neither. A new one is
 * a file of its own and a line here.
 */
import type { Hono } from 'hono';
import { dashboardPage, dashboardSession } from '../dashboard/page.ts';
import { SESSION_PATH, sessionHolds } from '../dashboard/session.ts';
import { errorShape } from '../dialects/routes.ts';
import type { Edge } from '../edge.ts';
import { faultResponse } from '../respond.ts';
import { authoriseOperator } from './auth.ts';
import { cacheStats, metrics } from './cache-stats.ts';
import { experiments } from './experiments.ts';
import { live } from './live.ts';
import { originMetrics, poolStats, predictStats } from './pool-stats.ts';
import { purge } from './purge.ts';
import { reportByOperator } from './report.ts';
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
  ['POST', '/dashboard/report', reportByOperator],
  ['GET', '/metrics', metrics],
  ['GET', '/api/predict/stats', predictStats],
  ['GET', '/metrics/origin', originMetrics],
  ['POST', '/api/cache/warm', warmCache],
];

export function operatorRoutes(app: Hono, edge: Edge): void {
  app.get('/dashboard', (c) => dashboardPage(c.req.raw));
  app.on(['GET', 'POST', 'DELETE'], SESSION_PATH, (c) =>
    dashboardSession(c.req.raw, (work) => c.executionCtx.waitUntil(work), edge),
  );
  for (const [method, path, handler] of ROUTES)
    app.on(method, path, async (c) => {
      const request = c.req.raw;
      const later = (work: Promise<unknown>) => c.executionCtx.waitUntil(work);
      const { ADMIN_KEY } = edge.config;
      const refused = (await sessionHolds(request, ADMIN_KEY, Date.now()))
        ? undefined
        : await authoriseOperator(request.headers, ADMIN_KEY);
      if (refused !== undefined)
        return faultResponse(errorShape(path), edge.limits?.stranger({ request, later }) ?? refused);
      return handler({ request, later }, edge);
    });
}
