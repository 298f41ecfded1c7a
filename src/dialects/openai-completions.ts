/** `/v1/completions`: OpenAI's older text API, as Ollama speaks it: `/api/generate` with OpenAI's sampling. */
import type { Answer, Delta, Usage } from '../exchange/answer.ts';
import { fault } from '../exchange/fault.ts';
import type { Json, JsonObject } from '../exchange/json.ts';
import { canonicalModel, type Options, type TextPrompt } from '../exchange/prompt.ts';
import { answerDeltas } from './answer-deltas.ts';
import { blocked } from './blocked.ts';
import type { Dialect, Reading, StreamRenderer, View } from './dialect.ts';
import { booleanField, type FaultSink, faultSink, intField, refuse, stringField } from './fields.ts';
import { fold } from './fold.ts';
import {
  END_OF_STREAM,
  mintId,
  openaiError,
  openaiErrorBody,
  readSampling,
  sse,
  strangeField,
  textOf,
  unixSeconds,
  wantsUsage,
  writeSampling,
  writeUsage,
} from './openai-common.ts';
import { choiceDecoder, withoutUsage } from './openai-decode.ts';

const FIELDS: ReadonlySet<string> = new Set([
  'model',
  'prompt',
  'suffix',
  'stream',
  'stream_options',
  'max_tokens',
  'seed',
  'stop',
  'temperature',
  'frequency_penalty',
  'presence_penalty',
  'top_p',
  'logprobs',
  '_debug_render_only',
]);

/** What clients of OpenAI send and Ollama ignores: it changes no answer. */
const IGNORED: ReadonlySet<string> = new Set([
  'n',
  'best_of',
  'echo',
  'user',
  'logit_bias',
  'metadata',
  'service_tier',
]);

function read(body: JsonObject): Reading {
  const { known, unknown } = fold(body, FIELDS);
  const sink = faultSink('CompletionRequest');
  const model = stringField(sink, known, 'model') ?? '';
  const text = stringField(sink, known, 'prompt') ?? '';
  const suffix = stringField(sink, known, 'suffix') ?? '';
  const stream = booleanField(sink, known, 'stream') ?? false;
  const options = readOptions(sink, known);
  const logprobs = intField(sink, known, 'logprobs') ?? 0;
  const includeUsage = wantsUsage(sink, known);
  if (logprobs > 20) refuse(sink, 'top_logprobs must be between 0 and 20');
  if (sink.first !== undefined) return { kind: 'fault', fault: sink.first };
  if (model.trim() === '') return { kind: 'fault', fault: fault('not_found', `model '${model}' not found`) };
  const refusal = blocked(model, known);
  if (refusal !== undefined) return { kind: 'fault', fault: refusal };

  const name = canonicalModel(model);
  const strange = strangeField(unknown, IGNORED) ?? (logprobs > 0 ? 'logprobs' : undefined);
  if (text === '') return { kind: 'control', model: name, forward: { ...known, ...unknown } };
  if (strange !== undefined)
    return { kind: 'opaque', model: name, stream, forward: { ...known, ...unknown }, why: strange };

  const prompt: TextPrompt = { kind: 'text', model: name, options, prompt: text, ...(suffix !== '' && { suffix }) };
  const forward = {
    model,
    prompt: text,
    ...(suffix !== '' && { suffix }),
    stream: true,
    stream_options: { include_usage: true },
    ...writeSampling(options),
  };
  return { kind: 'prompt', prompt, view: { stream, model, includeUsage, request: known }, forward };
}

/** Here Ollama sends both penalties always, and takes a `top_p` of 0 for none. */
function readOptions(sink: FaultSink, body: JsonObject): Options {
  const options = readSampling(sink, body, readStop(sink, body.stop));
  return {
    ...options,
    top_p: options.top_p || 1,
    frequency_penalty: options.frequency_penalty ?? 0,
    presence_penalty: options.presence_penalty ?? 0,
  };
}

function readStop(sink: FaultSink, value: Json | undefined): readonly string[] | undefined {
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value)) return undefined;
  for (const item of value as readonly Json[])
    if (typeof item !== 'string') return refuse(sink, `invalid type for 'stop' field: ${typeof item}`);
  return value as readonly string[];
}

function readChoice(choice: JsonObject): Delta[] {
  const text = textOf(choice.text);
  return text === '' ? [] : [{ kind: 'content', text }];
}

function renderJson({ content, doneReason, usage, createdAt }: Answer, view: View): string {
  return JSON.stringify({
    id: mintId('cmpl-'),
    object: 'text_completion',
    created: unixSeconds(createdAt),
    model: view.model,
    system_fingerprint: 'fp_ollama',
    choices: [{ text: content, index: 0, finish_reason: doneReason }],
    usage: writeUsage(usage),
  });
}

/** Where usage is asked for, Ollama writes an empty one into every chunk but the last. */
const NO_USAGE: Usage = { promptTokens: 0, completionTokens: 0 };

function streamRenderer(view: View, createdAt = Date.now()): StreamRenderer {
  const [id, created] = [mintId('cmpl-'), unixSeconds(createdAt)];
  let ended = false;
  const frame = (choices: readonly object[], usage: Usage | undefined) =>
    sse({
      id,
      object: 'text_completion',
      created,
      choices,
      model: view.model,
      system_fingerprint: 'fp_ollama',
      ...(usage && { usage: writeUsage(usage) }),
    });
  const uncounted = view.includeUsage ? NO_USAGE : undefined;
  const choice = (text: string, finish: string | null) => frame([{ text, index: 0, finish_reason: finish }], uncounted);
  return {
    write(delta) {
      if (ended) return '';
      if (delta.kind === 'content') return delta.text === '' ? '' : choice(delta.text, null);
      if (delta.kind === 'done') {
        ended = true;
        const counted = view.includeUsage && delta.usage !== undefined;
        return choice('', delta.reason || null) + (counted ? frame([], delta.usage) : '') + END_OF_STREAM;
      }
      if (delta.kind !== 'fault') return '';
      ended = true;
      return sse(openaiError(delta.fault));
    },
  };
}

export const openaiCompletions: Dialect = {
  name: 'openai-completions',
  path: '/v1/completions',
  streamType: 'text/event-stream',
  read,
  decoder: (streaming) => choiceDecoder(streaming, readChoice),
  relay: (view) => (view.includeUsage ? undefined : withoutUsage()),
  suffices: () => true,
  renderJson,
  renderStream(answer, view) {
    const { write } = streamRenderer(view, answer.createdAt);
    return answerDeltas(answer).map(write).join('');
  },
  streamRenderer,
  errorBody: openaiErrorBody,
};
