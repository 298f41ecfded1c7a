/** The routes, in one screen: an allowlist. What is not named here is closed until someone opens it. */
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import { type Arrival, admit, infer, type Route } from './admit.ts';
import { allowedOrigin } from './cors.ts';
import { isOperatorsPage } from './dashboard/session.ts';
import { embedDialects } from './dialects/embeddings.ts';
import { dialects, errorShape } from './dialects/routes.ts';
import type { Edge, Visit } from './edge.ts';
import { type Fault, fault } from './exchange/fault.ts';
import { health } from './operate/health.ts';
import { operatorRoutes } from './operate/routes.ts';
import { faultResponse } from './respond.ts';
import { serve } from './serve.ts';
import { catalogPaths, serveDocument, serveProcesses, serveShow } from './serve-catalog.ts';
import { serveEmbeddings } from './serve-embeddings.ts';
import { serveReport } from './serve-report.ts';

const RUNNING = 'Ollama is running';
const EXPOSED = [
  ...['X-Cache', 'Cache-Status', 'X-Cache-Similarity', 'X-Cache-Receipt', 'X-Cache-Arm', 'Age', 'Server-Timing'],
  ...['Retry-After', 'RateLimit', 'RateLimit-Policy'],
];
/** What is open beside the answers and the catalog's documents. */
const OTHERS = [
  ['POST', '/api/show', serveShow],
  ['GET', '/api/ps', serveProcesses],
  ['POST', '/api/cache/report', (visit: Visit, _route: Route, edge: Edge) => serveReport(visit, edge)],
] as const;

export function createApp(edge: Edge) {
  const app = new Hono();
  app.get('/', (c) => c.text(RUNNING));
  app.get('/health', (c) => health(edge, new URL(c.req.url).hostname));

  for (const dialect of dialects)
    app.post(dialect.path, (c) => infer(arrivalOf(c), dialect, edge, (visit, own) => serve(visit, dialect, own)));
  for (const dialect of embedDialects)
    app.post(dialect.path, (c) =>
      infer(arrivalOf(c), dialect, edge, (visit, own) => serveEmbeddings(visit, dialect, own)),
    );
  for (const path of catalogPaths) {
    const route = routeOf(path);
    app.get(path, (c) => admit(arrivalOf(c), route, edge, (visit) => serveDocument(visit, c.req.path, route, edge)));
  }
  for (const [method, path, then] of OTHERS) {
    const route = routeOf(path);
    app.on(method, path, (c) => admit(arrivalOf(c), route, edge, (visit) => then(visit, route, edge)));
  }
  operatorRoutes(app, edge);

  // Not a route of its own: a path with a single handler is called without a chain of middleware.
  app.notFound((c) => closed(c.req.method, c.req.path));
  app.onError((error, c) => {
    console.error('unexpected', error);
    return refuse(c.req.path, fault('internal', 'something went wrong here'));
  });

  const browsers = new Hono();
  browsers.use(
    cors({
      origin: (origin) => allowedOrigin(origin, edge.config.CORS_ORIGINS),
      exposeHeaders: EXPOSED,
    }),
  );
  browsers.all('*', (c) => app.fetch(c.req.raw, c.env, c.executionCtx));

  return {
    fetch(request: Request, env: object, context: ExecutionContext): Response | Promise<Response> {
      const origin = request.headers.get('origin');
      return origin === null ? app.fetch(request, env, context) : fromBrowser(request, origin, env, context);
    },
  };

  /** Web pages go by the rules of CORS, all but the operator's. */
  async function fromBrowser(request: Request, origin: string, env: object, context: ExecutionContext) {
    const { ADMIN_KEY, CORS_ORIGINS } = edge.config;
    if (await isOperatorsPage(request, origin, ADMIN_KEY, Date.now())) return app.fetch(request, env, context);
    if (allowedOrigin(origin, CORS_ORIGINS) !== undefined) return browsers.fetch(request, env, context);
    return refuse(new URL(request.url).pathname, fault('forbidden', 'this origin is not in CORS_ORIGINS'));
  }

  function closed(method: string, path: string): Response {
    const known = [...dialects, ...embedDialects].some((dialect) => dialect.path === path);
    if (known)
      return refuse(
        path,
        { ...fault('invalid_request', `${method} is not allowed here`), status: 405 },
        { allow: 'POST' },
      );
    if (path.startsWith('/api/') || path.startsWith('/v1/'))
      return refuse(path, fault('forbidden', `${method} ${path} is not open at the edge`));
    return refuse(path, fault('not_found', `there is no ${path} here`));
  }
}

function arrivalOf(c: Context): Arrival {
  return { request: c.req.raw, later: (work) => c.executionCtx.waitUntil(work) };
}

/** A route that is no dialect's own. */
function routeOf(path: string): Route {
  const { errorBody } = errorShape(path);
  return { path, errorBody };
}

function refuse(path: string, reason: Fault, headers: Record<string, string> = {}): Response {
  return faultResponse(errorShape(path), reason, headers);
}
