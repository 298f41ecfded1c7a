/** The routes that are open. An allowlist: what a later Ollama adds stays closed until someone opens it here. */
import type { Dialect } from '../../../src/dialects/dialect.ts';
import type { EmbedDialect } from '../../../src/dialects/embed-dialect.ts';
import { embedDialects } from '../../../src/dialects/embeddings.ts';
import { dialects } from '../../../src/dialects/routes.ts';
import { SEEN_PATH } from '../../../src/origin/client.ts';

export type Route =
  | { readonly kind: 'generation'; readonly dialect: Dialect }
  | { readonly kind: 'embedding'; readonly dialect: EmbedDialect }
  | { readonly kind: 'catalog' }
  | { readonly kind: 'operator'; readonly page: 'health' | 'metrics' | 'pools' | 'purge' | 'popular' | 'predict' }
  /** An edge tells of a request that it had the answer for. */
  | { readonly kind: 'seen' }
  | { readonly kind: 'redis' }
  | { readonly kind: 'closed' };

/** Below it, Upstash's REST protocol. */
export const REDIS_MOUNT = '/redis';

export const generationByPath: ReadonlyMap<string, Dialect> = new Map(dialects.map((each) => [each.path, each]));
const embeddingByPath: ReadonlyMap<string, EmbedDialect> = new Map(embedDialects.map((each) => [each.path, each]));

const OPERATOR: Readonly<Record<string, Extract<Route, { kind: 'operator' }>['page']>> = {
  'GET /health': 'health',
  'GET /metrics': 'metrics',
  'GET /api/pool/stats': 'pools',
  'POST /api/cache/purge': 'purge',
  'GET /api/history/popular': 'popular',
  'GET /api/predict/stats': 'predict',
};
const CATALOG = new Set(['GET /', 'HEAD /', 'GET /api/tags', 'GET /api/version', 'POST /api/show', 'GET /api/ps']);
const CATALOG_MODELS = /^GET \/v1\/models(\/[^/].*)?$/;

export function routeOf(method: string, path: string): Route {
  if (method === 'POST') {
    const dialect = generationByPath.get(path);
    if (dialect !== undefined) return { kind: 'generation', dialect };
    const embedding = embeddingByPath.get(path);
    if (embedding !== undefined) return { kind: 'embedding', dialect: embedding };
  }
  if (path === REDIS_MOUNT || path.startsWith(`${REDIS_MOUNT}/`)) return { kind: 'redis' };
  const line = `${method} ${path}`;
  if (line === `POST ${SEEN_PATH}`) return { kind: 'seen' };
  const page = OPERATOR[line];
  if (page !== undefined) return { kind: 'operator', page };
  return CATALOG.has(line) || CATALOG_MODELS.test(line) ? { kind: 'catalog' } : { kind: 'closed' };
}
