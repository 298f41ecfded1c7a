/** The routes, in one screen: an allowlist. What is not named here is closed until someone opens it. */
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import { allowedOrigin } from './cors.ts';
import { isOperatorsPage } from './dashboard/session.ts';
import type { Dialect } from './dialects/dialect.ts';
import { embedDialects } from './dialects/embeddings.ts';
import { ollamaChat } from './dialects/ollama-chat.ts';
import { dialects, errorShape } from './dialects/routes.ts';
import type { Edge, Visit } from './edge.ts';
import { type Fault, fault } from './exchange/fault.ts';
import { readBody } from './intake.ts';
import type { Observe } from './observe.ts';
import { observed } from './observed.ts';
import { authenticate, PUBLIC_TENANT } from './operate/auth.ts';
import { health } from './operate/health.ts';
import { operatorRoutes } from './operate/routes.ts';
import { faultResponse } from './respond.ts';
import { serve } from './serve.ts';
import { catalogPaths, serveDocument, serveProcesses, serveShow } from './serve-catalog.ts';
import { serveEmbeddings } from './serve-embeddings.ts';
import { serveReport } from './serve-report.ts';
import { coloOf } from './statistics/colo.ts';
import { startTrail, type Trail } from './trail.ts';

const RUNNING = 'Ollama is running';
const EXPOSED = [
  ...['X-Cache', 'Cache-Status', 'X-Cache-Similarity', 'X-Cache-Receipt', 'X-Cache-Arm', 'Age', 'Server-Timing'],
  ...['Retry-After', 'RateLimit', 'RateLimit-Policy'],
];
const EVERYONE = { ok: true, tenant: PUBLIC_TENANT } as const;

export function createApp(edge: Edge) {
  const app = new Hono();
  app.get('/', (c) => c.text(RUNNING));
  app.get('/health', (c) => health(edge, new URL(c.req.url).hostname));

  for (const dialect of dialects)
    app.post(dialect.path, (c) => infer(c, dialect, (visit, own) => serve(visit, dialect, own)));
  for (const dialect of embedDialects)
    app.post(dialect.path, (c) => infer(c, dialect, (visit, own) => serveEmbeddings(visit, dialect, own)));
  for (const path of catalogPaths) {
    const shape = errorShape(path);
    app.get(path, (c) => admit(c, shape, (visit) => serveDocument(visit, c.req.path, shape, edge)));
  }
  app.post('/api/show', (c) => admit(c, ollamaChat, (visit) => serveShow(visit, ollamaChat, edge)));
  app.get('/api/ps', (c) => admit(c, ollamaChat, (visit) => serveProcesses(visit, ollamaChat, edge)));
  app.post('/api/cache/report', (c) => admit(c, ollamaChat, (visit) => serveReport(visit, edge)));
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

  /** A request for an answer: it is told of, however it went, and served with the settings of its client's arm. */
  function infer(
    c: Context,
    dialect: Pick<Dialect, 'path' | 'errorBody'>,
    then: (visit: Visit, edge: Edge) => Promise<Response>,
  ): Promise<Response> {
    const request = c.req.raw;
    const trail = startTrail(request.headers);
    const later = (work: Promise<unknown>) => c.executionCtx.waitUntil(work);
    const tell: Observe = (event) => {
      edge.observe(event);
      edge.statistics.handOn(later, () => coloOf(request));
    };
    const trial = edge.experiment?.begin(tell, later);
    const serveIt = (visit: Visit) => (trial === undefined ? then(visit, edge) : trial.serve(visit, then));
    return observed(dialect.path, request, trail, trial?.observe ?? tell, () => admit(c, dialect, serveIt, trail));
  }

  /** Who asks, and what: the same for every route. */
  async function admit(
    c: Context,
    shape: Pick<Dialect, 'errorBody'>,
    then: (visit: Visit) => Promise<Response>,
    trail: Trail = startTrail(c.req.raw.headers),
  ): Promise<Response> {
    const { API_KEYS, MAX_BODY_BYTES } = edge.config;
    const request = c.req.raw;
    const later = (work: Promise<unknown>) => c.executionCtx.waitUntil(work);
    const caller = API_KEYS ? await authenticate(request.headers, API_KEYS) : EVERYONE;
    if (!caller.ok) return faultResponse(shape, edge.limits?.stranger({ request, later }) ?? caller.fault);
    const { tenant } = caller;
    trail.tell({ tenant });
    const refused = edge.limits?.request({ request, tenant, later });
    if (refused !== undefined) return limited(faultResponse(shape, refused), { request, tenant }, edge);
    const body = await readBody(request, MAX_BODY_BYTES, c.req.path.startsWith('/v1/'));
    if (!body.ok) return faultResponse(shape, body.fault);
    return limited(await then({ request, text: body.text, tenant, trail, later }), { request, tenant }, edge);
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

/** The answer, with what is left of its caller's limits. */
function limited(response: Response, caller: Pick<Visit, 'request' | 'tenant'>, { limits }: Edge): Response {
  if (limits === undefined) return response;
  for (const [name, value] of Object.entries(limits.fields(caller))) response.headers.set(name, value);
  return response;
}

function refuse(path: string, reason: Fault, headers: Record<string, string> = {}): Response {
  return faultResponse(errorShape(path), reason, headers);
}
