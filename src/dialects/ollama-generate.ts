/** `/api/generate`: Ollama's own completion API. */
import { type FaultKind, fault } from '../exchange/fault.ts';
import type { JsonObject } from '../exchange/json.ts';
import type { TextPrompt } from '../exchange/prompt.ts';
import { blocked } from './blocked.ts';
import type { Dialect, Reading, View } from './dialect.ts';
import { booleanField, type FaultSink, faultSink, intsField, stringField, stringsField } from './fields.ts';
import { fold } from './fold.ts';
import { ollamaErrorBody } from './ollama-error.ts';
import {
  GENERATION_FIELDS,
  type Generation,
  keepAliveOf,
  readGeneration,
  writeGeneration,
  writeUnmodelled,
} from './ollama-generation.ts';
import { writeLogprobs } from './ollama-logprobs.ts';
import { answeredToolCalls, plainBase64, writeToolCall } from './ollama-messages.ts';
import { writeMetrics } from './ollama-metrics.ts';
import {
  chunkDecoder,
  lineRenderer,
  type ReadPart,
  renderDocument,
  renderLines,
  text,
  type WriteChunk,
} from './ollama-stream.ts';
import { firstUnknown } from './options.ts';

const FIELDS: ReadonlySet<string> = new Set([
  ...GENERATION_FIELDS,
  'prompt',
  'suffix',
  'system',
  'template',
  'context',
  'raw',
  'images',
]);

type Text = Omit<TextPrompt, keyof Generation | 'kind'>;

function read(body: JsonObject): Reading {
  const { known, unknown } = fold(body, FIELDS);
  const sink = faultSink('GenerateRequest');
  const reading = readGeneration(sink, known);
  const words = readText(sink, known);
  if (sink.first !== undefined) return { kind: 'fault', fault: sink.first };
  const { model, stream, generation, unknownOptions } = reading;
  if (model.trim() === '') return refused('not_found', `model '${model}' not found`);
  const refusal = blocked(model, known);
  if (refusal !== undefined) return { kind: 'fault', fault: refusal };

  if (words.prompt === '') {
    const forward = writeUnmodelled(reading, { ...words, ...keepAliveOf(known), ...unknown });
    return { kind: 'control', model: generation.model, forward };
  }
  if (words.raw && (words.template !== undefined || words.system !== undefined || words.context !== undefined))
    return refused('invalid_request', 'raw mode does not support template, system, or context');
  const why = firstUnknown(unknown, unknownOptions);
  if (why !== undefined) {
    const forward = writeUnmodelled(reading, { ...words, ...unknown });
    return { kind: 'opaque', model: generation.model, stream, forward, why };
  }
  const prompt: TextPrompt = { kind: 'text', ...generation, ...words };
  const view: View = { stream, model, includeUsage: true, request: known };
  return { kind: 'prompt', prompt, view, forward: { ...writeGeneration(model, generation), ...words } };
}

function refused(kind: FaultKind, message: string): Reading {
  return { kind: 'fault', fault: fault(kind, message) };
}

function readText(sink: FaultSink, body: JsonObject): Text {
  const words: { -readonly [Key in keyof Text]: Text[Key] } = { prompt: stringField(sink, body, 'prompt') ?? '' };
  const suffix = stringField(sink, body, 'suffix');
  if (suffix) words.suffix = suffix;
  const system = stringField(sink, body, 'system');
  if (system) words.system = system;
  const template = stringField(sink, body, 'template');
  if (template) words.template = template;
  if (booleanField(sink, body, 'raw')) words.raw = true;
  // An empty context is not an absent one: with it, the model's own example messages are left out.
  const context = intsField(sink, body, 'context');
  if (context !== undefined && !(words.raw && context.length === 0)) words.context = context;
  const images = stringsField(sink, body, 'images');
  if (images !== undefined && images.length > 0) words.images = images.map(plainBase64);
  return words;
}

const readPart: ReadPart = (chunk) => ({
  content: text(chunk.response),
  thinking: text(chunk.thinking),
  toolCalls: answeredToolCalls(chunk.tool_calls),
});

/** Members in the order of Ollama's own. */
const writeChunk: WriteChunk = (model, createdAt, part, ending) => {
  const { content, thinking, toolCalls, firstCall = 0, logprobs } = part;
  const end = ending && {
    done_reason: ending.reason,
    context: ending.context?.length === 0 ? undefined : ending.context,
    ...writeMetrics(ending.usage, ending.timing),
  };
  return {
    model,
    created_at: createdAt,
    response: content,
    thinking: thinking || undefined,
    done: ending !== undefined,
    ...end,
    tool_calls:
      toolCalls && toolCalls.length > 0
        ? toolCalls.map((call, index) => writeToolCall(call, firstCall + index))
        : undefined,
    logprobs: writeLogprobs(logprobs),
  };
};

export const ollamaGenerate: Dialect = {
  name: 'ollama-generate',
  path: '/api/generate',
  streamType: 'application/x-ndjson',
  read,
  decoder: (streaming) => chunkDecoder(streaming, readPart),
  relay: () => undefined,
  // An answer that came through `/v1/completions` has no context, which every client of this route may continue from.
  suffices: (answer, prompt) =>
    (!prompt.logprobs || answer.logprobs !== undefined) &&
    (answer.context !== undefined || (prompt.kind === 'text' && prompt.raw === true)),
  renderJson: (answer, view) => renderDocument(writeChunk, answer, view),
  renderStream: (answer, view) => renderLines(writeChunk, answer, view),
  streamRenderer: (view) => lineRenderer(writeChunk, view),
  errorBody: ollamaErrorBody,
};
