/** A `/v1/chat/completions` request as a Prompt, and the canonical body that reads back as the same. */
import { fault } from '../../exchange/fault.ts';
import type { Json, JsonObject } from '../../exchange/json.ts';
import { type ChatPrompt, canonicalModel } from '../../exchange/prompt.ts';
import { blocked } from '../blocked.ts';
import type { Reading } from '../dialect.ts';
import { arrayField, booleanField, type FaultSink, faultSink, intField, refuse, stringField } from '../fields.ts';
import { fold } from '../fold.ts';
import {
  foldedField,
  readEffort,
  readSampling,
  readSchema,
  strangeField,
  textOf,
  wantsUsage,
  writeEffort,
  writeSampling,
} from '../openai-common.ts';
import { readOpenaiMessages, writeOpenaiMessage } from './messages.ts';

const FIELDS: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'stream',
  'stream_options',
  'max_tokens',
  'seed',
  'stop',
  'temperature',
  'frequency_penalty',
  'presence_penalty',
  'top_p',
  'response_format',
  'tools',
  'reasoning',
  'reasoning_effort',
  'logprobs',
  'top_logprobs',
  '_debug_render_only',
]);

/** What clients of OpenAI send and Ollama ignores: it changes no answer. */
const IGNORED: ReadonlySet<string> = new Set([
  'n',
  'user',
  'logit_bias',
  'tool_choice',
  'max_completion_tokens',
  'parallel_tool_calls',
  'store',
  'metadata',
  'service_tier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'safety_identifier',
  'verbosity',
]);

const FORMAT_FIELDS: ReadonlySet<string> = new Set(['type', 'json_schema']);
const SCHEMA_FIELDS: ReadonlySet<string> = new Set(['schema']);
const REASONING_FIELDS: ReadonlySet<string> = new Set(['effort']);

export function read(body: JsonObject): Reading {
  const { known, unknown } = fold(body, FIELDS);
  const sink = faultSink('ChatCompletionRequest');
  const model = stringField(sink, known, 'model') ?? '';
  const stream = booleanField(sink, known, 'stream') ?? false;
  const options = readSampling(sink, known, readStop(known.stop));
  const { messages, unmodelled } = readOpenaiMessages(sink, known);
  const tools = arrayField(sink, known, 'tools', 'api.Tool') ?? [];
  const format = readFormat(sink, known);
  const think = readThink(sink, known);
  const logprobs = booleanField(sink, known, 'logprobs') ?? false;
  const top = intField(sink, known, 'top_logprobs') ?? 0;
  const includeUsage = wantsUsage(sink, known);
  if (top < 0 || top > 20) refuse(sink, 'top_logprobs must be between 0 and 20');
  if (messages.length === 0) refuse(sink, "[] is too short - 'messages'");
  if (sink.first !== undefined) return { kind: 'fault', fault: sink.first };
  if (model.trim() === '') return { kind: 'fault', fault: fault('invalid_request', 'model is required') };
  const refusal = blocked(model, known);
  if (refusal !== undefined) return { kind: 'fault', fault: refusal };

  const name = canonicalModel(model);
  const why = unmodelled ?? strangeField(unknown, IGNORED);
  if (why !== undefined) return { kind: 'opaque', model: name, stream, forward: { ...known, ...unknown }, why };

  const prompt: ChatPrompt = {
    kind: 'chat',
    model: name,
    options,
    messages,
    ...(format !== undefined && { format }),
    ...(think !== undefined && { think }),
    ...(logprobs && { logprobs }),
    ...(logprobs && top > 0 && { topLogprobs: top }),
    ...(tools.length > 0 && { tools }),
  };
  return {
    kind: 'prompt',
    prompt,
    view: { stream, model, includeUsage, request: known },
    forward: write(model, prompt),
  };
}

/** As Ollama: one string, or the strings among an array's elements. */
function readStop(value: Json | undefined): readonly string[] | undefined {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? (value as readonly Json[]).filter((item) => typeof item === 'string') : undefined;
}

function readFormat(sink: FaultSink, body: JsonObject): Json | undefined {
  const format = foldedField(sink, body, 'response_format', FORMAT_FIELDS);
  const type = textOf(format?.type).trim().toLowerCase();
  if (type === 'json_object') return 'json';
  if (format === undefined || type !== 'json_schema') return undefined;
  return readSchema(sink, foldedField(sink, format, 'json_schema', SCHEMA_FIELDS)?.schema);
}

function readThink(sink: FaultSink, body: JsonObject): boolean | string | undefined {
  const reasoning = foldedField(sink, body, 'reasoning', REASONING_FIELDS);
  const effort = stringField(sink, body, 'reasoning_effort');
  return readEffort(
    sink,
    reasoning === undefined ? effort : stringField(sink, reasoning, 'effort'),
    (text) => `'${text}'`,
  );
}

/** It streams, and asks for usage. */
function write(model: string, prompt: ChatPrompt): JsonObject {
  const { messages, options, format, think, logprobs, topLogprobs, tools } = prompt;
  return {
    model,
    messages: messages.map(writeOpenaiMessage),
    stream: true,
    stream_options: { include_usage: true },
    ...writeSampling(options),
    ...(format !== undefined && { response_format: writeFormat(format) }),
    ...(think !== undefined && { reasoning_effort: writeEffort(think) }),
    ...(logprobs && { logprobs }),
    ...(topLogprobs !== undefined && { top_logprobs: topLogprobs }),
    ...(tools && { tools }),
  };
}

function writeFormat(format: Json): JsonObject {
  return format === 'json'
    ? { type: 'json_object' }
    : { type: 'json_schema', json_schema: { name: 'answer', schema: format } };
}
