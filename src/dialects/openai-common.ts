/** What OpenAI's dialects have in common: errors, ids, sampling, and the framing of their streams. */
import type { Done, Usage } from '../exchange/answer.ts';
import { type Fault, faultOfStatus } from '../exchange/fault.ts';
import { isObject, type Json, type JsonObject } from '../exchange/json.ts';
import type { Options } from '../exchange/prompt.ts';
import { booleanField, type FaultSink, intField, numberField, objectField, refuse } from './fields.ts';
import { fold } from './fold.ts';
import { writeEvent } from './framing/sse.ts';

export const DONE = '[DONE]';
export const END_OF_STREAM = writeEvent(DONE);

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
};

export function openaiError({ status, message }: Fault): JsonObject {
  return { error: { message, type: ERROR_TYPES[status] ?? 'api_error', param: null, code: null } };
}

export function openaiErrorBody(fault: Fault): string {
  return JSON.stringify(openaiError(fault));
}

/** What an origin that talks nonsense amounts to. */
export const UNREADABLE: Fault = faultOfStatus(502, 'the origin sent an event that is not JSON');

/** The fault in a frame or document that is an error; undefined for any other. */
export function faultIn(document: JsonObject): Fault | undefined {
  const { error } = document;
  if (error === undefined || error === null) return undefined;
  const message = isObject(error) ? error.message : error;
  return faultOfStatus(500, typeof message === 'string' && message !== '' ? message : 'the origin failed');
}

/** One event of a stream: a JSON value, which has no line ends in it, with an event name where the dialect has them. */
export function sse(data: object, event = ''): string {
  const written = `data: ${JSON.stringify(data)}\n\n`;
  return event === '' ? written : `event: ${event}\n${written}`;
}

/** Ollama's own ids repeat after a thousand: these do not. */
export function mintId(prefix: string): string {
  return prefix + crypto.randomUUID().replaceAll('-', '').slice(0, 24);
}

/** Clients answer a tool's call by its id, so that none may be without: origins before Ollama's ids sent none. */
export const callId = (id: string): string => (id === '' ? mintId('call_') : id);

export const unixSeconds = (ms: number): number => Math.floor(ms / 1000);

export function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A JSON schema, or the word `json`; one that is empty or null counts as none, as in Ollama's own API. */
export function readSchema(sink: FaultSink, value: Json | undefined): Json | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (value === 'json' || isObject(value)) return value;
  const given = JSON.stringify(JSON.stringify(value));
  return refuse(sink, `invalid format: ${given}; expected "json" or a valid JSON Schema object`);
}

const EFFORTS: ReadonlySet<string> = new Set(['high', 'medium', 'low', 'max']);

/** Reasoning effort as Prompt's `think`. @param quoted the value as the dialect's message quotes it */
export function readEffort(
  sink: FaultSink,
  effort: string | undefined,
  quoted: (text: string) => string,
): boolean | string | undefined {
  if (effort === undefined || effort === '') return undefined;
  if (effort === 'none') return false;
  if (EFFORTS.has(effort)) return effort;
  const known = '(must be "high", "medium", "low", "max", or "none")';
  return refuse(sink, `invalid reasoning value: ${quoted(effort)} ${known}`);
}

export function writeEffort(think: boolean | string): string {
  return think === false ? 'none' : String(think);
}

/** An object of a struct's type, its keys folded. @param fields what is asked for; the rest is left out */
export function foldedField(
  sink: FaultSink,
  body: JsonObject,
  field: string,
  fields: ReadonlySet<string>,
): JsonObject | undefined {
  const value = objectField(sink, body, field);
  return value && fold(value, fields).known;
}

const STREAM_OPTIONS: ReadonlySet<string> = new Set(['include_usage']);

/** `stream_options.include_usage` */
export function wantsUsage(sink: FaultSink, body: JsonObject): boolean {
  const options = foldedField(sink, body, 'stream_options', STREAM_OPTIONS);
  return options !== undefined && booleanField(sink, options, 'include_usage') === true;
}

/** The first unknown field that might matter to some version of Ollama: null says nothing, and no answer depends on the harmless. */
export function strangeField(unknown: JsonObject, harmless: ReadonlySet<string>): string | undefined {
  return Object.keys(unknown).find((key) => !harmless.has(key) && unknown[key] !== null);
}

export const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/**
 * The sampling options that both chat and completions read. Ollama samples OpenAI's requests at 1.0 and 1.0 where they say
 * nothing, whatever the model's own defaults are: written out, they are the same prompt as Ollama's own API with these options.
 */
export function readSampling(sink: FaultSink, body: JsonObject, stop: readonly string[] | undefined): Options {
  const options: { -readonly [Key in keyof Options]: Options[Key] } = {
    temperature: numberField(sink, body, 'temperature') ?? 1,
    top_p: numberField(sink, body, 'top_p') ?? 1,
  };
  const most = intField(sink, body, 'max_tokens');
  if (most !== undefined) options.num_predict = most;
  const seed = intField(sink, body, 'seed');
  if (seed !== undefined) options.seed = seed;
  const frequency = numberField(sink, body, 'frequency_penalty');
  if (frequency !== undefined) options.frequency_penalty = frequency;
  const presence = numberField(sink, body, 'presence_penalty');
  if (presence !== undefined) options.presence_penalty = presence;
  if (stop !== undefined && stop.length > 0) options.stop = stop;
  return options;
}

/** The body's part that `readSampling` reads back as equal options. */
export function writeSampling(options: Options): JsonObject {
  const { temperature, top_p, num_predict, seed, frequency_penalty, presence_penalty, stop } = options;
  return {
    temperature,
    top_p,
    ...(num_predict !== undefined && { max_tokens: num_predict }),
    ...(seed !== undefined && { seed }),
    ...(frequency_penalty !== undefined && { frequency_penalty }),
    ...(presence_penalty !== undefined && { presence_penalty }),
    ...(stop !== undefined && { stop }),
  };
}

/** What an origin says that it counted. */
export const tokenCount = (given: Json | undefined): number =>
  typeof given === 'number' && given > 0 ? Math.trunc(given) : 0;

export function readUsage(value: Json | undefined): Usage | undefined {
  if (!isObject(value)) return undefined;
  return { promptTokens: tokenCount(value.prompt_tokens), completionTokens: tokenCount(value.completion_tokens) };
}

export function writeUsage({ promptTokens, completionTokens }: Usage): JsonObject {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}

/** `done` as OpenAI's finish reasons say it; a tool call ends a turn like any other stop. */
export function doneOf(finish: string, usage: Usage | undefined): Done {
  return { kind: 'done', reason: finish === 'tool_calls' ? 'stop' : finish, ...(usage && { usage }) };
}
