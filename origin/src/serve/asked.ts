/** Asked: one generation request, read: what it asks, how it is sent on, and what the scheduler should know of it. */
import type { Dialect, Reading } from '../../../src/dialects/dialect.ts';
import { ollamaChat } from '../../../src/dialects/ollama-chat.ts';
import { ollamaGenerate } from '../../../src/dialects/ollama-generate.ts';
import { writeGeneration } from '../../../src/dialects/ollama-generation.ts';
import { writeMessage } from '../../../src/dialects/ollama-messages.ts';
import type { JsonObject } from '../../../src/exchange/json.ts';
import { canonicalModel, type Prompt } from '../../../src/exchange/prompt.ts';
import type { Wire } from '../coalesce/flight.ts';
import type { Config } from '../config.ts';
import { bodyForOllama } from '../ollama/body.ts';
import { prefixOf } from '../scheduler/prefix.ts';

export interface Asked {
  /** Of the request and its answer. */
  readonly dialect: Dialect;
  /** Of what is sent to Ollama and comes back: the same, or Ollama's own for what the other cannot say. */
  readonly sent: Dialect;
  readonly reading: Exclude<Reading, { kind: 'fault' }>;
  readonly wire: Wire;
  /** Canonical name. */
  readonly model: string;
  /** The body for Ollama. */
  readonly forward: string;
  /** Tokens to read, estimated. */
  readonly promptTokens: number;
  /** Tokens to write, estimated. */
  readonly answerTokens: number;
  readonly prefix: readonly number[];
  /** The last user turn, or the raw prompt; empty for an opaque request. */
  readonly question: string;
}

const CHARACTERS_A_TOKEN = 4;
/** Written when nothing says how much: a short paragraph or two. */
const USUAL_ANSWER = 256;
const LONGEST_ESTIMATE = 2_048;
const QUESTION_LENGTH = 2_000;

export function askedOf(
  dialect: Dialect,
  body: JsonObject,
  reading: Exclude<Reading, { kind: 'fault' }>,
  config: Pick<Config, 'MODEL_SETTINGS' | 'KEEP_ALIVE' | 'CLIENT_MAY_RELOAD'>,
): Asked {
  const prompt = reading.kind === 'prompt' ? reading.prompt : undefined;
  const name = reading.kind === 'prompt' ? reading.view.model : typeof body.model === 'string' ? body.model : '';
  const model = canonicalModel(name);
  const settings = config.MODEL_SETTINGS.get(model);
  // /v1 has no way to say num_ctx, and without it Ollama would load the model again with its default.
  const native = prompt !== undefined && settings?.num_ctx !== undefined && dialect.path.startsWith('/v1/');
  const sent = native ? nativeForm(prompt, name) : { dialect, body };
  const forward = JSON.stringify(bodyForOllama(sent.dialect.path, sent.body, settings, config));
  const text = prompt === undefined ? forward : textOf(prompt);
  const wanted = Math.min(prompt?.options.num_predict ?? -1, settings?.num_predict ?? Number.POSITIVE_INFINITY);
  return {
    dialect,
    sent: sent.dialect,
    reading,
    wire: { path: sent.dialect.path, model: name, streaming: native || streams(reading) },
    model,
    forward,
    promptTokens: Math.ceil(text.length / CHARACTERS_A_TOKEN),
    answerTokens: wanted > 0 ? Math.min(wanted, LONGEST_ESTIMATE) : USUAL_ANSWER,
    prefix: prefixOf(text),
    question: prompt === undefined ? '' : questionOf(prompt),
  };
}

/** The same prompt as Ollama's own API asks it; streams. */
export function nativeForm(prompt: Prompt, name: string): { readonly dialect: Dialect; readonly body: JsonObject } {
  if (prompt.kind === 'chat') {
    const { messages, tools } = prompt;
    const body = { ...writeGeneration(name, prompt), messages: messages.map(writeMessage), ...(tools && { tools }) };
    return { dialect: ollamaChat, body };
  }
  const { prompt: text, suffix, system, template, context, raw, images } = prompt;
  const given = { prompt: text, suffix, system, template, context, raw, images };
  return { dialect: ollamaGenerate, body: { ...writeGeneration(name, prompt), ...given } };
}

function streams(reading: Asked['reading']): boolean {
  if (reading.kind === 'control') return false;
  return reading.kind === 'prompt' ? reading.view.stream : reading.stream;
}

/** In the order in which templates put it: tools and system first, so that equal beginnings are equal text. */
function textOf(prompt: Prompt): string {
  if (prompt.kind === 'text') return `${prompt.system ?? ''}\n${prompt.prompt}`;
  const tools = prompt.tools === undefined ? '' : JSON.stringify(prompt.tools);
  return `${tools}${prompt.messages.map(({ role, content }) => `${role}\n${content}\n`).join('')}`;
}

function questionOf(prompt: Prompt): string {
  if (prompt.kind === 'text') return prompt.prompt.slice(0, QUESTION_LENGTH);
  return (prompt.messages.findLast(({ role }) => role === 'user')?.content ?? '').slice(0, QUESTION_LENGTH);
}
