/** `/api/embed`, and `/api/embeddings` from before it: one prompt a request, and a vector that is not normalised. */
import { type FaultKind, fault } from '../exchange/fault.ts';
import type { JsonObject } from '../exchange/json.ts';
import { canonicalModel, type Options } from '../exchange/prompt.ts';
import { blocked } from './blocked.ts';
import {
  brokenAnswer,
  decodedVectors,
  distinctInputs,
  type EmbedDialect,
  type EmbedReading,
  inputStrings,
  parseAnswer,
} from './embed-dialect.ts';
import { booleanField, type FaultSink, faultSink, intField, objectField, stringField } from './fields.ts';
import { float32Json, float64Json } from './floats.ts';
import { fold } from './fold.ts';
import { ollamaErrorBody } from './ollama-error.ts';
import { checkKeepAlive, keepAliveOf } from './ollama-generation.ts';
import { firstUnknown, readOptions } from './options.ts';

const EMBED_FIELDS: ReadonlySet<string> = new Set([
  'model',
  'input',
  'keep_alive',
  'truncate',
  'dimensions',
  'options',
]);
const LEGACY_FIELDS: ReadonlySet<string> = new Set(['model', 'prompt', 'keep_alive', 'options']);

function refused(kind: FaultKind, message: string): EmbedReading {
  return { kind: 'fault', fault: fault(kind, message) };
}

interface Common {
  readonly model: string;
  readonly options: Options;
  readonly unknownOptions: JsonObject | undefined;
  /** The body's members that every form of it has. */
  readonly members: JsonObject;
}

function readCommon(sink: FaultSink, body: JsonObject): Common {
  const model = stringField(sink, body, 'model') ?? '';
  checkKeepAlive(sink, body.keep_alive);
  const read = readOptions(objectField(sink, body, 'options'));
  if (read.kind === 'fault') sink.first ??= read.fault;
  const { options, unknown } = read.kind === 'options' ? read : { options: {}, unknown: undefined };
  const all = { ...options, ...unknown };
  const members = { model, ...(Object.keys(all).length > 0 && { options: all as JsonObject }) };
  return { model, options, unknownOptions: unknown, members };
}

function readEmbed(body: JsonObject): EmbedReading {
  const { known, unknown } = fold(body, EMBED_FIELDS);
  const sink = faultSink('EmbedRequest');
  const { model, options, unknownOptions, members } = readCommon(sink, known);
  const truncate = booleanField(sink, known, 'truncate') === false && ({ truncate: false } as const);
  const size = intField(sink, known, 'dimensions') ?? 0;
  if (sink.first !== undefined) return { kind: 'fault', fault: sink.first };
  if (model.trim() === '') return refused('not_found', `model '${model}' not found`);
  const refusal = blocked(model, known);
  if (refusal !== undefined) return { kind: 'fault', fault: refusal };
  const inputs = inputStrings(known.input);
  if (inputs === undefined) return refused('invalid_request', 'invalid input type');

  const more = { ...truncate, ...(size > 0 && { dimensions: size }) };
  const name = canonicalModel(model);
  if (known.input === '' || inputs.length === 0) {
    return {
      kind: 'control',
      model: name,
      forward: { ...members, ...more, input: [], ...keepAliveOf(known), ...unknown },
    };
  }
  const why = firstUnknown(unknown, unknownOptions);
  if (why !== undefined)
    return { kind: 'opaque', model: name, forward: { ...members, ...more, input: inputs, ...unknown }, why };
  return {
    kind: 'embed',
    ...distinctInputs(inputs, { kind: 'embed', model: name, normalised: true, ...more, options }),
    view: { model, encoding: 'float' },
    forwardFor: (missing) => ({ ...members, ...more, input: missing.map(({ input }) => input) }),
  };
}

function readLegacy(body: JsonObject): EmbedReading {
  const { known, unknown } = fold(body, LEGACY_FIELDS);
  const sink = faultSink('EmbeddingRequest');
  const { model, options, unknownOptions, members } = readCommon(sink, known);
  const prompt = stringField(sink, known, 'prompt') ?? '';
  if (sink.first !== undefined) return { kind: 'fault', fault: sink.first };
  if (model.trim() === '') return refused('invalid_request', 'model is required');
  const refusal = blocked(model, known);
  if (refusal !== undefined) return { kind: 'fault', fault: refusal };

  const name = canonicalModel(model);
  if (prompt === '') {
    return { kind: 'control', model: name, forward: { ...members, prompt, ...keepAliveOf(known), ...unknown } };
  }
  const why = firstUnknown(unknown, unknownOptions);
  if (why !== undefined) return { kind: 'opaque', model: name, forward: { ...members, prompt, ...unknown }, why };
  return {
    kind: 'embed',
    inputs: [{ kind: 'embed', model: name, input: prompt, normalised: false, options }],
    order: [0],
    view: { model, encoding: 'float' },
    forwardFor: () => ({ ...members, prompt }),
  };
}

const present = (value: number, name: string): string => (value > 0 ? `,"${name}":${Math.trunc(value)}` : '');

export const ollamaEmbed: EmbedDialect = {
  name: 'ollama-embed',
  path: '/api/embed',
  read: readEmbed,
  decode(originJson, asked) {
    const answer = parseAnswer(originJson);
    return answer === undefined ? brokenAnswer() : decodedVectors(answer.embeddings, answer.prompt_eval_count, asked);
  },
  render: (vectors, promptTokens, { model }, { total, load }) =>
    `{"model":${JSON.stringify(model)},"embeddings":[${vectors.map(float32Json).join(',')}]${present(total, 'total_duration')}${present(load, 'load_duration')}${present(promptTokens, 'prompt_eval_count')}}`,
  errorBody: ollamaErrorBody,
};

export const ollamaEmbeddings: EmbedDialect = {
  name: 'ollama-embeddings',
  path: '/api/embeddings',
  read: readLegacy,
  decode(originJson, asked) {
    const answer = parseAnswer(originJson);
    return answer === undefined ? brokenAnswer() : decodedVectors([answer.embedding ?? null], 0, asked);
  },
  render: (vectors) => `{"embedding":${vectors[0] === undefined ? '[]' : float64Json(vectors[0])}}`,
  errorBody: ollamaErrorBody,
};
