/**
 * Ollama's native `options`: a Go map, so names are exact. Only what changes the answer is kept. Placement options are dropped:
 * each other value of one would make Ollama load the model anew.
 */
import { type Fault, fault } from '../exchange/fault.ts';
import type { Json, JsonObject } from '../exchange/json.ts';
import type { Options } from '../exchange/prompt.ts';

type OptionType = 'integer' | 'float32' | 'boolean' | 'array';

const ANSWER: Readonly<Record<keyof Options, OptionType>> = {
  num_keep: 'integer',
  seed: 'integer',
  num_predict: 'integer',
  top_k: 'integer',
  top_p: 'float32',
  min_p: 'float32',
  typical_p: 'float32',
  repeat_last_n: 'integer',
  temperature: 'float32',
  repeat_penalty: 'float32',
  presence_penalty: 'float32',
  frequency_penalty: 'float32',
  stop: 'array',
  num_ctx: 'integer',
};

const PLACEMENT: Readonly<Record<string, OptionType>> = {
  num_batch: 'integer',
  num_gpu: 'integer',
  main_gpu: 'integer',
  use_mmap: 'boolean',
  num_thread: 'integer',
  draft_num_predict: 'integer',
};

/** Options of earlier versions: today's ignore them, of whatever type, and clients still send them. */
const RETIRED: ReadonlySet<string> = new Set([
  'numa',
  'low_vram',
  'f16_kv',
  'logits_all',
  'vocab_only',
  'use_mlock',
  'tfs_z',
  'mirostat',
  'mirostat_tau',
  'mirostat_eta',
  'penalize_newline',
  'use_imagegen_runner',
]);

const answerTypes = new Map<string, OptionType>(Object.entries(ANSWER));
const placementTypes = new Map<string, OptionType>(Object.entries(PLACEMENT));

export type OptionsReading =
  | {
      readonly kind: 'options';
      readonly options: Options;
      /** Options that Ollama may know and Prompt does not model: a request with any is opaque. */
      readonly unknown: JsonObject | undefined;
    }
  | { readonly kind: 'fault'; readonly fault: Fault };

const NONE: OptionsReading = { kind: 'options', options: {}, unknown: undefined };

export function readOptions(value: JsonObject | undefined): OptionsReading {
  if (value === undefined) return NONE;
  const options: Record<string, Json> = {};
  const unknown: [string, Json][] = [];
  for (const name of Object.keys(value)) {
    const given = value[name];
    if (given === undefined || given === null) continue;
    const answerType = answerTypes.get(name);
    const type = answerType ?? placementTypes.get(name);
    if (type === undefined) {
      if (!RETIRED.has(name)) unknown.push([name, given]);
      continue;
    }
    const wrong = typeFault(name, given, type);
    if (wrong !== undefined) return { kind: 'fault', fault: wrong };
    if (answerType !== undefined) options[name] = canonical(given, type);
  }
  return {
    kind: 'options',
    options: options as Options,
    unknown: unknown.length > 0 ? Object.fromEntries(unknown) : undefined,
  };
}

/** The name of the first field or option that no prompt models; undefined where there is none. */
export function firstUnknown(fields: JsonObject, options: JsonObject | undefined): string | undefined {
  const [field] = Object.keys(fields);
  if (field !== undefined || options === undefined) return field;
  return `options.${Object.keys(options)[0]}`;
}

/** Go converts JSON's floats to int by cutting their fraction off; adding 0 takes the sign from a zero. */
function canonical(value: Json, type: OptionType): Json {
  if (typeof value !== 'number') return value;
  return (type === 'integer' ? Math.trunc(value) : value) + 0;
}

function typeFault(name: string, value: Json, type: OptionType): Fault | undefined {
  if (type === 'array') {
    if (!Array.isArray(value)) return fault('invalid_request', `option "${name}" must be of type array`);
    if (value.every((item) => typeof item === 'string')) return undefined;
    return fault('invalid_request', `option "${name}" must be of an array of strings`);
  }
  if (typeof value === (type === 'boolean' ? 'boolean' : 'number')) return undefined;
  return fault('invalid_request', `option "${name}" must be of type ${type}`);
}
