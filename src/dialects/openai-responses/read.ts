/** A `/v1/responses` request as a Prompt, and the canonical body that reads back as the same. */
import { fault } from '../../exchange/fault.ts';
import type { Json, JsonObject } from '../../exchange/json.ts';
import { type ChatPrompt, canonicalModel, type Options } from '../../exchange/prompt.ts';
import { blocked } from '../blocked.ts';
import type { Reading } from '../dialect.ts';
import {
  booleanField,
  type FaultSink,
  faultSink,
  intField,
  numberField,
  objectField,
  stringField,
  stringsField,
} from '../fields.ts';
import { fold } from '../fold.ts';
import { readEffort, readSchema, strangeField, textOf, writeEffort } from '../openai-common.ts';
import { readInput, writeInput } from './input.ts';
import { readTools, writeTool } from './tools.ts';

const FIELDS: ReadonlySet<string> = new Set([
  'model',
  'background',
  'include',
  'input',
  'instructions',
  'max_output_tokens',
  'reasoning',
  'temperature',
  'text',
  'top_p',
  'truncation',
  'tools',
  'stream',
]);

/**
 * What clients of OpenAI send and Ollama ignores: it changes no answer. `conversation` and `previous_response_id` are not here:
 * an Ollama that knew them would answer another question.
 */
const IGNORED: ReadonlySet<string> = new Set([
  'user',
  'store',
  'metadata',
  'tool_choice',
  'parallel_tool_calls',
  'max_tool_calls',
  'service_tier',
  'stream_options',
  'top_logprobs',
  'prompt_cache_key',
  'prompt_cache_retention',
  'safety_identifier',
]);

const REASONING_FIELDS: ReadonlySet<string> = new Set(['effort', 'summary', 'generate_summary']);
const TEXT_FIELDS: ReadonlySet<string> = new Set(['format']);
const FORMAT_FIELDS: ReadonlySet<string> = new Set(['type', 'name', 'schema', 'strict']);

export function read(body: JsonObject): Reading {
  const { known, unknown } = fold(body, FIELDS);
  const sink = faultSink('ResponsesRequest');
  const refusals = faultSink('ResponsesRequest');
  const model = stringField(sink, known, 'model') ?? '';
  const stream = booleanField(sink, known, 'stream') ?? false;
  booleanField(sink, known, 'background');
  stringsField(sink, known, 'include');
  stringField(sink, known, 'truncation');
  const options = readOptions(sink, known);
  const instructions = stringField(sink, known, 'instructions') ?? '';
  const { messages, unmodelled } = readInput(sink, refusals, instructions, known.input);
  const reasoning = fold(objectField(sink, known, 'reasoning') ?? {}, REASONING_FIELDS);
  const think = readEffort(refusals, stringField(sink, reasoning.known, 'effort'), JSON.stringify);
  const text = readText(sink, known);
  const tools = readTools(sink, known);

  const wrong = sink.first ?? refusals.first;
  if (wrong !== undefined) return { kind: 'fault', fault: wrong };
  if (model.trim() === '') return { kind: 'fault', fault: fault('invalid_request', 'model is required') };
  const refusal = blocked(model, unknown);
  if (refusal !== undefined) return { kind: 'fault', fault: refusal };

  const name = canonicalModel(model);
  // An input of which nothing is understood may still be one that the origin answers.
  if (messages.length === 0 && unmodelled === undefined)
    return { kind: 'control', model: name, forward: { ...known, ...unknown } };
  const why =
    unmodelled ??
    text.unmodelled ??
    tools.unmodelled ??
    strangeField(reasoning.unknown, IGNORED) ??
    strangeField(unknown, IGNORED);
  if (why !== undefined) return { kind: 'opaque', model: name, stream, forward: { ...known, ...unknown }, why };

  const prompt: ChatPrompt = {
    kind: 'chat',
    model: name,
    options,
    messages,
    ...(text.schema !== undefined && { format: text.schema }),
    ...(think !== undefined && { think }),
    ...(tools.tools.length > 0 && { tools: tools.tools }),
  };
  const request = {
    ...known,
    reasoning: reasoning.known,
    ...(text.format && { text: { format: text.format } }),
    tools: tools.echo,
  };
  return {
    kind: 'prompt',
    prompt,
    view: { stream, model, includeUsage: true, request },
    forward: write(model, prompt),
  };
}

/**
 * Both are 1 where the request says nothing, as the answer then claims. Some versions of Ollama sample at the model's own `top_p`
 * all the same; the canonical body says 1, so that the prompt is true of every version.
 */
function readOptions(sink: FaultSink, body: JsonObject): Options {
  const options = {
    temperature: numberField(sink, body, 'temperature') ?? 1,
    top_p: numberField(sink, body, 'top_p') ?? 1,
  };
  const most = intField(sink, body, 'max_output_tokens');
  return most === undefined ? options : { ...options, num_predict: most };
}

interface TextReading {
  readonly schema: Json | undefined;
  /** As the answer repeats it: members in Ollama's order. */
  readonly format: JsonObject | undefined;
  readonly unmodelled: string | undefined;
}

/** Of the formats, Ollama knows schemas: it answers `json_object` as if there were none, which a later one might not. */
function readText(sink: FaultSink, body: JsonObject): TextReading {
  const text = fold(objectField(sink, body, 'text') ?? {}, TEXT_FIELDS);
  const given = objectField(sink, text.known, 'format');
  const strange = Object.keys(text.unknown).find((key) => key !== 'verbosity');
  if (given === undefined) return { schema: undefined, format: undefined, unmodelled: strange };
  const { known } = fold(given, FORMAT_FIELDS);
  const type = stringField(sink, known, 'type') ?? '';
  const name = stringField(sink, known, 'name') ?? '';
  const strict = booleanField(sink, known, 'strict');
  const { schema } = known;
  return {
    schema: type === 'json_schema' ? readSchema(sink, schema) : undefined,
    format: {
      type,
      ...(name !== '' && { name }),
      ...(schema !== undefined && { schema }),
      ...(strict !== undefined && { strict }),
    },
    unmodelled: type === 'json_schema' || type === 'text' || type === '' ? strange : `text.format.${textOf(type)}`,
  };
}

/** It streams; what an answer only repeats of its request is left out, and put in again by the renderer. */
function write(model: string, { messages, options, format, think, tools }: ChatPrompt): JsonObject {
  const { temperature, top_p, num_predict } = options;
  return {
    model,
    input: writeInput(messages),
    stream: true,
    temperature,
    top_p,
    ...(num_predict !== undefined && { max_output_tokens: num_predict }),
    ...(format !== undefined && { text: { format: { type: 'json_schema', name: 'answer', schema: format } } }),
    ...(think !== undefined && { reasoning: { effort: writeEffort(think) } }),
    ...(tools && { tools: tools.map(writeTool) }),
  };
}
