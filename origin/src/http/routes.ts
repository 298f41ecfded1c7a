/** The routes that are open. An allowlist: what a later Ollama adds stays closed until someone opens it here. */
import type { DialectName } from '../../../src/dialects/dialect.ts';

export type Route =
  | { readonly kind: 'generation'; readonly dialect: DialectName }
  | { readonly kind: 'embedding' }
  | { readonly kind: 'catalog' }
  | { readonly kind: 'health' }
  | { readonly kind: 'closed' };

const GENERATION: Readonly<Record<string, DialectName>> = {
  '/api/chat': 'ollama-chat',
  '/api/generate': 'ollama-generate',
  '/v1/chat/completions': 'openai-chat',
  '/v1/completions': 'openai-completions',
  '/v1/responses': 'openai-responses',
  '/v1/messages': 'anthropic-messages',
};

const EMBEDDING = new Set(['/api/embed', '/api/embeddings', '/v1/embeddings']);
const CATALOG = new Set(['GET /', 'HEAD /', 'GET /api/tags', 'GET /api/version', 'POST /api/show', 'GET /api/ps']);
const CATALOG_MODELS = /^GET \/v1\/models(\/[^/].*)?$/;

export function routeOf(method: string, path: string): Route {
  if (method === 'POST') {
    const dialect = GENERATION[path];
    if (dialect !== undefined) return { kind: 'generation', dialect };
    if (EMBEDDING.has(path)) return { kind: 'embedding' };
  }
  if (method === 'GET' && path === '/health') return { kind: 'health' };
  const line = `${method} ${path}`;
  return CATALOG.has(line) || CATALOG_MODELS.test(line) ? { kind: 'catalog' } : { kind: 'closed' };
}
