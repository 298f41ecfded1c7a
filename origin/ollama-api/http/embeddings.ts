/** /api/embed, /api/embeddings and /v1/embeddings. */
import type { ServerResponse } from 'node:http';
import type { Backend, Model } from '../backend.ts';
import { openaiRefusal } from '../dialect.ts';
import { any, bool, type Decoder, decode, GoTypeError, int, map, str, struct } from '../go/decode.ts';
import { GoSyntaxError } from '../go/parse.ts';
import { float32, goJson } from '../go/write.ts';
import { parseModelName } from '../names.ts';
import { keepAlive } from '../native/decoders.ts';
import { readOptions } from '../native/options.ts';
import { Refusal } from '../native/request.ts';
import { CLOUD_DISABLED, departure, namesCloudModel } from './generation.ts';
import { JSON_PLAIN, JSON_UTF8, reply } from './reply.ts';

const more = { keep_alive: keepAlive, options: map(any), truncate: bool };
const embedBody = struct('api.EmbedRequest', { model: str, input: any, dimensions: int, ...more });
const legacyBody = struct('api.EmbeddingRequest', { model: str, prompt: str, ...more });
const openaiBody = struct('openai.EmbedRequest', { model: str, input: any, dimensions: int, encoding_format: str });

export const EMBEDDING_PATHS: ReadonlySet<string> = new Set(['/api/embed', '/api/embeddings', '/v1/embeddings']);

interface Vectors {
  readonly vectors: readonly (readonly number[])[];
  readonly tokens: number;
  readonly totalNs: number;
  readonly loadNs: number;
}

interface Inputs {
  readonly model: string;
  readonly input: unknown;
  readonly dimensions: number | undefined;
  readonly options: Readonly<Record<string, unknown>> | undefined;
  readonly truncate: boolean;
  readonly keepAliveMs: number | undefined;
}

async function vectorsOf(backend: Backend, inputs: Inputs, signal: AbortSignal): Promise<Vectors> {
  const since = performance.now();
  const model = find(backend, inputs.model);
  const texts = inputs.input === '' ? [] : [inputs.input ?? []].flat();
  if (!texts.every((item) => typeof item === 'string')) throw new Refusal(400, 'invalid input type');
  if (model === undefined)
    throw new Refusal(404, `model ${JSON.stringify(inputs.model)} not found, try pulling it first`);
  const { dimensions, truncate, keepAliveMs } = inputs;
  const options = readOptions(inputs.options ?? {}, backend.contextLength());
  const made = await backend.embed(model, { texts, dimensions, options, truncate, keepAliveMs }, signal);
  const ns = (ms: number) => Math.round(ms * 1e6);
  return { ...made, totalNs: ns(performance.now() - since), loadNs: ns(made.loadMs) };
}

function find(backend: Backend, name: string): Model | undefined {
  const ref = parseModelName(name);
  if (ref.kind === 'missing' || ref.kind === 'invalid') throw new Refusal(404, "model '' not found");
  if (ref.kind === 'cloud') throw new Refusal(403, CLOUD_DISABLED);
  return backend.find(name);
}

function readOrRefuse<T>(text: string, decoder: Decoder<T>, empty: string): T {
  try {
    const given = decode(text, decoder);
    if (given !== undefined) return given;
  } catch (error) {
    if (error instanceof GoSyntaxError || error instanceof GoTypeError) throw new Refusal(400, error.message, 'reader');
    throw error;
  }
  throw new Refusal(400, empty, 'reader');
}

async function answerEmbed(backend: Backend, text: string, signal: AbortSignal): Promise<object> {
  const given = readOrRefuse(text, embedBody, 'missing request body');
  const { model = '', input, dimensions, options, truncate = true, keep_alive: keepAliveMs } = given;
  const { vectors, tokens, totalNs, loadNs } = await vectorsOf(
    backend,
    { model, input, dimensions, options, truncate, keepAliveMs },
    signal,
  );
  const embeddings = vectors.map((vector) => vector.map(float32));
  if (vectors.length === 0) return { model, embeddings };
  return { model, embeddings, total_duration: totalNs, load_duration: loadNs, prompt_eval_count: tokens };
}

/** Its numbers are float32 written as float64. */
async function answerLegacy(backend: Backend, text: string, signal: AbortSignal): Promise<object> {
  const given = readOrRefuse(text, legacyBody, 'missing request body');
  const { model = '', prompt: input = '', options, keep_alive: keepAliveMs } = given;
  if (model.trim() === '') throw new Refusal(400, 'model is required');
  const asked = { model, input, dimensions: undefined, options, truncate: false, keepAliveMs };
  const { vectors } = await vectorsOf(backend, asked, signal).catch((error: unknown) => {
    if (error instanceof Refusal && error.message.includes('context length')) throw new Refusal(500, error.message);
    throw error;
  });
  return { embedding: vectors[0] ?? [] };
}

async function answerOpenai(backend: Backend, text: string, signal: AbortSignal): Promise<object> {
  const given = readOrRefuse(text, openaiBody, 'EOF');
  const format = (given.encoding_format ?? 'float').toLowerCase();
  if (given.input === undefined || given.input === null || (Array.isArray(given.input) && given.input.length === 0))
    throw new Refusal(400, 'invalid input', 'reader');
  if (format !== 'float' && format !== 'base64') {
    const why = `Invalid value for 'encoding_format' = ${given.encoding_format}. Supported values: ['float', 'base64'].`;
    throw new Refusal(400, why, 'reader');
  }
  const { model = '', dimensions } = given;
  const input = given.input === '' ? [''] : given.input;
  const asked = { model, input, dimensions, options: undefined, truncate: true, keepAliveMs: undefined };
  const { vectors, tokens } = await vectorsOf(backend, asked, signal);
  const data = vectors.map((vector, index) => ({
    object: 'embedding',
    embedding: format === 'base64' ? base64(vector) : vector.map(float32),
    index,
  }));
  return { object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } };
}

/** Little-endian float32. */
function base64(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, at * 4);
  return bytes.toString('base64');
}

const ANSWERS: Readonly<Record<string, typeof answerEmbed>> = {
  '/api/embed': answerEmbed,
  '/api/embeddings': answerLegacy,
  '/v1/embeddings': answerOpenai,
};

export async function answerEmbedding(
  backend: Backend,
  path: string,
  text: string,
  response: ServerResponse,
): Promise<void> {
  const v1 = path.startsWith('/v1/');
  const signal = departure(response, backend.departureMs());
  if (v1 && namesCloudModel(text)) return reply(response, 403, JSON_UTF8, goJson({ error: CLOUD_DISABLED }));
  try {
    const answer = await (ANSWERS[path] ?? answerEmbed)(backend, text, signal);
    reply(response, 200, v1 ? JSON_PLAIN : JSON_UTF8, goJson(answer) + (v1 ? '\n' : ''));
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof Refusal)) throw error;
    const { status, message, stage } = error;
    if (!v1) return reply(response, status, JSON_UTF8, goJson({ error: message }));
    const body = goJson(openaiRefusal(status, message));
    reply(response, status, stage === 'reader' ? JSON_UTF8 : JSON_PLAIN, stage === 'reader' ? body : `${body}\n`);
  }
}
