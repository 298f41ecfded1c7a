/** What the simulated Ollama says of itself, and the routes that manage it: they exist, so that tests can see them blocked. */
import type { ServerResponse } from 'node:http';
import type { State } from './generation.ts';
import { modelOf } from './generation.ts';
import { openaiError } from './openai.ts';
import { json } from './start.ts';
import { type Body, Refusal, text } from './wire.ts';

export interface SimulatedModel {
  readonly name: string;
  readonly digest: string;
  readonly version: number;
}

const MANAGEMENT = new Set(['/api/pull', '/api/push', '/api/create', '/api/copy', '/api/delete']);
const details = {
  parent_model: '',
  format: 'gguf',
  family: 'llama',
  families: ['llama'],
  parameter_size: '1.1B',
  quantization_level: 'Q4_0',
};

/** @returns whether the path is one of them */
export function answerCatalog(
  state: State,
  method: string,
  path: string,
  body: Body,
  response: ServerResponse,
): boolean {
  if (path === '/') {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end('Ollama is running');
  } else if (path === '/api/version') {
    json(response, 200, { version: '0.0.0-simulated' });
  } else if (path === '/api/tags') {
    const models = [...state.models.values()].map(({ name, digest }) => ({
      name,
      model: name,
      modified_at: '2026-01-01T00:00:00Z',
      size: 637_700_138,
      digest,
      details,
    }));
    json(response, 200, { models });
  } else if (path === '/api/ps') {
    const models = state.engine.loaded.map(({ name, expiresAt }) => ({
      name,
      model: name,
      size: 1_000_000_000,
      digest: state.models.get(name)?.digest ?? '',
      details,
      expires_at: new Date(expiresAt).toISOString(),
      size_vram: 0,
      context_length: 4096,
    }));
    json(response, 200, { models });
  } else if (path === '/api/show' && method === 'POST') {
    const name = text(body.model) || text(body.name);
    if (name === '') throw new Refusal(400, 'model is required');
    modelOf(state, name);
    json(response, 200, {
      license: '',
      modelfile: '# simulated',
      parameters: '',
      template: '{{ .Prompt }}',
      details,
      model_info: { 'general.architecture': 'llama' },
      capabilities: ['completion', 'tools'],
      modified_at: '2026-01-01T00:00:00Z',
    });
  } else if (path === '/v1/models') {
    json(response, 200, {
      object: 'list',
      data: [...state.models.keys()].map((id) => ({
        id,
        object: 'model',
        created: 1_767_225_600,
        owned_by: 'library',
      })),
    });
  } else if (path.startsWith('/v1/models/')) {
    const id = decodeURIComponent(path.slice('/v1/models/'.length));
    try {
      modelOf(state, id);
      json(response, 200, { id, object: 'model', created: 1_767_225_600, owned_by: 'library' });
    } catch (error) {
      json(response, 404, openaiError(404, error instanceof Error ? error.message : 'not found'));
    }
  } else if (MANAGEMENT.has(path)) {
    json(response, 200, { status: 'success' });
  } else {
    return false;
  }
  return true;
}
