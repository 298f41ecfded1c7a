/** A `/v1/messages` request as a Prompt, and the canonical body that reads back as the same. */
import { fault } from '../../exchange/fault.ts';
import { isObject, type Json, type JsonObject } from '../../exchange/json.ts';
import { type ChatPrompt, canonicalModel, type Message, type Options } from '../../exchange/prompt.ts';
import { blocked } from '../blocked.ts';
import type { Reading } from '../dialect.ts';
import {
  arrayField,
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
import { strangeField, textOf } from '../openai-common.ts';
import { blockState, readMessage } from './blocks.ts';
import { readTools } from './tools.ts';
import { write } from './write.ts';

const FIELDS: ReadonlySet<string> = new Set([
  'model',
  'max_tokens',
  'messages',
  'system',
  'stream',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'tools',
  'tool_choice',
  'thinking',
  'metadata',
  'output_config',
]);

/** What clients of Anthropic send and Ollama ignores, besides `tool_choice` and `metadata`: it changes no answer. */
const IGNORED: ReadonlySet<string> = new Set(['service_tier', 'inference_geo', 'context_management', 'cache_control']);

const THINKING_FIELDS: ReadonlySet<string> = new Set(['type', 'budget_tokens', 'display']);
const OUTPUT_FIELDS: ReadonlySet<string> = new Set(['effort']);

export function read(body: JsonObject): Reading {
  const { known, unknown } = fold(body, FIELDS);
  const sink = faultSink('MessagesRequest');
  const state = blockState('MessagesRequest');
  const model = stringField(sink, known, 'model') ?? '';
  const stream = booleanField(sink, known, 'stream') ?? false;
  const most = intField(sink, known, 'max_tokens') ?? 0;
  const items = arrayField(sink, known, 'messages', 'anthropic.MessageParam') ?? [];
  const options = readOptions(sink, known, most);
  const messages = [...readSystem(known.system), ...items.flatMap((item) => readMessage(state, item))];
  const tools = readTools(sink, state.refusals, known);
  const think = readThink(sink, known);

  const wrong = sink.first ?? state.sink.first;
  if (wrong !== undefined) return { kind: 'fault', fault: wrong };
  if (model.trim() === '') return refused('model is required');
  if (most <= 0) return refused('max_tokens is required and must be positive');
  if (items.length === 0) return refused('messages is required');
  if (state.refusals.first !== undefined) return { kind: 'fault', fault: state.refusals.first };
  const refusal = blocked(model, known) ?? tools.blocked;
  if (refusal !== undefined) return { kind: 'fault', fault: refusal };

  const name = canonicalModel(model);
  // A message of which nothing is understood may still be one that the origin answers.
  if (messages.length === 0 && state.unmodelled === undefined)
    return { kind: 'control', model: name, forward: { ...known, ...unknown } };
  const why = state.unmodelled ?? tools.unmodelled ?? think.unmodelled ?? strangeField(unknown, IGNORED);
  if (why !== undefined) return { kind: 'opaque', model: name, stream, forward: { ...known, ...unknown }, why };

  const prompt: ChatPrompt = {
    kind: 'chat',
    model: name,
    options,
    messages,
    ...(think.value !== undefined && { think: think.value }),
    ...(tools.tools.length > 0 && { tools: tools.tools }),
  };
  const view = { stream, model, includeUsage: true, request: known };
  return { kind: 'prompt', prompt, view, forward: write(model, prompt) };
}

function refused(message: string): Reading {
  return { kind: 'fault', fault: fault('invalid_request', message) };
}

/** Ollama fills in nothing here: what is absent is left to the model's own defaults. */
function readOptions(sink: FaultSink, body: JsonObject, most: number): Options {
  const options: { -readonly [Key in keyof Options]: Options[Key] } = { num_predict: most };
  const temperature = numberField(sink, body, 'temperature');
  if (temperature !== undefined) options.temperature = temperature;
  const topP = numberField(sink, body, 'top_p');
  if (topP !== undefined) options.top_p = topP;
  const topK = intField(sink, body, 'top_k');
  if (topK !== undefined) options.top_k = topK;
  const stop = stringsField(sink, body, 'stop_sequences') ?? [];
  if (stop.length > 0) options.stop = stop;
  return options;
}

/** A text, or blocks of which Ollama joins the texts and skips the rest; keys are exact. */
function readSystem(system: Json | undefined): readonly Message[] {
  const blocks = Array.isArray(system) ? (system as readonly Json[]).filter(isObject) : [];
  const texts = blocks.filter(({ type }) => type === 'text').map(({ text }) => textOf(text));
  const content = typeof system === 'string' ? system : texts.join('');
  return content === '' ? [] : [{ role: 'system', content }];
}

const LEVELS: ReadonlySet<string> = new Set(['high', 'medium', 'low', 'max']);

/** `thinking` decides; only where it says neither yes nor no does the effort. */
function readThink(
  sink: FaultSink,
  body: JsonObject,
): { readonly value: boolean | string | undefined; readonly unmodelled: string | undefined } {
  const thinking = fold(objectField(sink, body, 'thinking') ?? {}, THINKING_FIELDS);
  const output = fold(objectField(sink, body, 'output_config') ?? {}, OUTPUT_FIELDS);
  const type = stringField(sink, thinking.known, 'type');
  intField(sink, thinking.known, 'budget_tokens');
  const given = (stringField(sink, output.known, 'effort') ?? '').trim().toLowerCase();
  const effort = given === 'xhigh' ? 'high' : given;
  const strange = Object.keys({ ...thinking.unknown, ...output.unknown })[0];
  const level = LEVELS.has(effort) ? effort : undefined;
  const value = type === 'enabled' ? true : type === 'disabled' ? false : level;
  return { value, unmodelled: strange };
}
