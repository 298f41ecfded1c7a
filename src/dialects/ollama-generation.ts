/** What `/api/chat` and `/api/generate` have in common in their requests: reading it, and writing the canonical body. */
import { isObject, type Json, type JsonObject } from '../exchange/json.ts';
import { type ChatPrompt, canonicalModel } from '../exchange/prompt.ts';
import { booleanField, type FaultSink, intField, objectField, refuse, stringField } from './fields.ts';
import { readOptions } from './options.ts';

export type Generation = Omit<ChatPrompt, 'kind' | 'messages' | 'tools'>;

export const GENERATION_FIELDS = [
  'model',
  'stream',
  'format',
  'keep_alive',
  'options',
  'think',
  'truncate',
  'shift',
  'logprobs',
  'top_logprobs',
  '_debug_render_only',
] as const;

export interface GenerationReading {
  /** As the client wrote it. */
  readonly model: string;
  readonly stream: boolean;
  readonly generation: Generation;
  readonly unknownOptions: JsonObject | undefined;
}

/**
 * Defaults are left out, so that prompts that mean the same are equal.
 * @param body keys folded; faults go to the sink
 */
export function readGeneration(sink: FaultSink, body: JsonObject): GenerationReading {
  const model = stringField(sink, body, 'model') ?? '';
  const stream = booleanField(sink, body, 'stream') ?? true;
  booleanField(sink, body, '_debug_render_only');
  checkKeepAlive(sink, body.keep_alive);

  const read = readOptions(objectField(sink, body, 'options'));
  if (read.kind === 'fault') sink.first ??= read.fault;
  const generation: { -readonly [Key in keyof Generation]: Generation[Key] } = {
    model: canonicalModel(model),
    options: read.kind === 'options' ? read.options : {},
  };
  const format = readFormat(sink, body.format);
  if (format !== undefined) generation.format = format;
  const think = readThink(sink, body.think);
  if (think !== undefined) generation.think = think;
  if (booleanField(sink, body, 'truncate') === false) generation.truncate = false;
  if (booleanField(sink, body, 'shift') === false) generation.shift = false;
  const top = intField(sink, body, 'top_logprobs') ?? 0;
  if (top < 0 || top > 20) refuse(sink, 'top_logprobs must be between 0 and 20');
  if (booleanField(sink, body, 'logprobs')) {
    generation.logprobs = true;
    if (top > 0) generation.topLogprobs = top;
  }
  return { model, stream, generation, unknownOptions: read.kind === 'options' ? read.unknown : undefined };
}

/** A format that is empty or null counts as none. */
function readFormat(sink: FaultSink, value: Json | undefined): Json | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (value === 'json' || isObject(value)) return value;
  const given = JSON.stringify(JSON.stringify(value));
  return refuse(sink, `invalid format: ${given}; expected "json" or a valid JSON Schema object`);
}

const LEVELS: ReadonlySet<string> = new Set(['high', 'medium', 'low', 'max']);

function readThink(sink: FaultSink, value: Json | undefined): boolean | string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string')
    return refuse(sink, 'think must be a boolean or string ("high", "medium", "low", "max", true, or false)');
  if (LEVELS.has(value)) return value;
  const given = JSON.stringify(value);
  return refuse(sink, `invalid think value: ${given} (must be "high", "medium", "low", "max", true, or false)`);
}

/** Go's time.ParseDuration. */
const DURATION = /^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;

/** It changes no answer and is not forwarded with a prompt, but a wrong one is refused as Ollama refuses it. */
export function checkKeepAlive(sink: FaultSink, value: Json | undefined): void {
  if (value === undefined || value === null || typeof value === 'number') return;
  if (typeof value !== 'string') {
    const type =
      typeof value === 'boolean' ? 'bool' : Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
    refuse(sink, `Unsupported type: '${type}'`);
  } else if (!DURATION.test(value)) refuse(sink, `time: invalid duration ${JSON.stringify(value)}`);
}

/** For a request that loads or unloads a model: there it is the point. */
export function keepAliveOf(body: JsonObject): JsonObject {
  return body.keep_alive === undefined ? {} : { keep_alive: body.keep_alive };
}

/** The body's part that `readGeneration` reads back as an equal Generation; it streams. */
export function writeGeneration(model: string, generation: Generation): JsonObject {
  const { format, think, truncate, shift, logprobs, topLogprobs, options } = generation;
  return {
    model,
    stream: true,
    ...(format !== undefined && { format }),
    ...(think !== undefined && { think }),
    ...(truncate === false && { truncate }),
    ...(shift === false && { shift }),
    ...(logprobs && { logprobs }),
    ...(topLogprobs !== undefined && { top_logprobs: topLogprobs }),
    ...(Object.keys(options).length > 0 && { options: options as JsonObject }),
  };
}

/** The same for a request that is not modelled in full, or asks for no answer: nothing is lost but placement options. */
export function writeUnmodelled(reading: GenerationReading, more: JsonObject): JsonObject {
  const { model, stream, generation, unknownOptions } = reading;
  return {
    ...writeGeneration(model, generation),
    stream,
    ...(unknownOptions && { options: { ...(generation.options as JsonObject), ...unknownOptions } }),
    ...more,
  };
}
