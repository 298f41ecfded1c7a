/** The routes of Ollama, and who answers each. */
import type { ServerResponse } from 'node:http';
import { anthropicMessages } from '../anthropic/messages.ts';
import type { Backend } from '../backend.ts';
import { type Dialect, openaiRefusal } from '../dialect.ts';
import { goJson } from '../go/write.ts';
import { chat } from '../native/chat.ts';
import { generate } from '../native/generate.ts';
import { Refusal } from '../native/request.ts';
import { openaiChat } from '../openai/chat.ts';
import { openaiCompletions } from '../openai/completions.ts';
import { openaiResponses } from '../openai/responses.ts';
import { openaiModel, openaiModels, ps, show, tags } from './catalog.ts';
import { answerEmbedding, EMBEDDING_PATHS } from './embeddings.ts';
import { answerGeneration } from './generation.ts';
import { JSON_PLAIN, JSON_UTF8, reply } from './reply.ts';

const DIALECTS: ReadonlyMap<string, Dialect> = new Map(
  [chat, generate, openaiChat, openaiCompletions, openaiResponses, anthropicMessages].map((item) => [item.path, item]),
);
/** Accepted and without effect: there is nothing to pull or push here, and tests see what a gate lets through. */
const MANAGEMENT =
  /^\/api\/(?:pull|push|create|copy|delete|me|signout|status|blobs\/.*|user\/keys\/.*|experimental\/.*)$/;
const TEXT = { 'content-type': 'text/plain' } as const;

/** Whether a model would have to answer, as opposed to the server alone. */
export function needsModel(path: string): boolean {
  return DIALECTS.has(path) || EMBEDDING_PATHS.has(path);
}

function allowed(path: string): readonly string[] {
  if (needsModel(path) || path === '/api/show') return ['POST'];
  if (path === '/' || path === '/api/version' || path === '/api/tags') return ['HEAD', 'GET'];
  return path === '/api/ps' || path === '/v1/models' || /^\/v1\/models\/[^/]+$/.test(path) ? ['GET'] : [];
}

export async function route(
  backend: Backend,
  method: string,
  path: string,
  text: string,
  response: ServerResponse,
): Promise<void> {
  const model = decodeURIComponent(path.replace(/^\/v1\/models\//, ''));
  if (MANAGEMENT.test(path)) return reply(response, 200, JSON_UTF8, '{"status":"success"}');
  const methods = path.startsWith('/v1/models/') && model.includes('/') ? [] : allowed(path);
  if (methods.length === 0) return reply(response, 404, TEXT, '404 page not found');
  if (!methods.includes(method))
    return reply(response, 405, { ...TEXT, allow: methods.join(', ') }, '405 method not allowed');

  const dialect = DIALECTS.get(path);
  if (dialect !== undefined) return answerGeneration(backend, dialect, text, response);
  if (EMBEDDING_PATHS.has(path)) return answerEmbedding(backend, path, text, response);
  const v1 = path.startsWith('/v1/');
  try {
    if (path === '/') reply(response, 200, { 'content-type': 'text/plain; charset=utf-8' }, 'Ollama is running');
    else if (v1) reply(response, 200, JSON_PLAIN, `${goJson(listing(backend, path, model))}\n`);
    else reply(response, 200, JSON_UTF8, goJson(native(backend, path, text)));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { status, message } = error;
    if (v1) reply(response, status, JSON_PLAIN, `${goJson(openaiRefusal(status, message))}\n`);
    else reply(response, status, JSON_UTF8, goJson({ error: message }));
  }
}

const listing = (backend: Backend, path: string, model: string): object =>
  path === '/v1/models' ? openaiModels(backend) : openaiModel(backend, model);

function native(backend: Backend, path: string, text: string): object {
  if (path === '/api/tags') return tags(backend);
  if (path === '/api/ps') return ps(backend);
  return path === '/api/show' ? show(backend, text) : { version: backend.version };
}
