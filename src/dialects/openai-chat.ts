/** `/v1/chat/completions`: OpenAI's chat API, as Ollama speaks it. */
import type { Answer, Delta, TokenLogprob, Usage } from '../exchange/answer.ts';
import { type Fault, fault } from '../exchange/fault.ts';
import { isObject, type Json, type JsonObject } from '../exchange/json.ts';
import { type ChatPrompt, canonicalModel, type ToolCall } from '../exchange/prompt.ts';
import { blocked } from './blocked.ts';
import type { Dialect, Reading, StreamRenderer, View } from './dialect.ts';
import {
  arrayField,
  booleanField,
  type FaultSink,
  faultSink,
  intField,
  objectField,
  refuse,
  stringField,
} from './fields.ts';
import { fold } from './fold.ts';
import { readLogprobs, writeLogprobs } from './ollama-logprobs.ts';
import {
  END_OF_STREAM,
  mintId,
  openaiError,
  openaiErrorBody,
  parseObject,
  readSampling,
  sse,
  textOf,
  unixSeconds,
  writeSampling,
  writeUsage,
} from './openai-common.ts';
import { choiceDecoder, withoutUsage } from './openai-decode.ts';
import { readOpenaiMessages, writeOpenaiMessage, writeOpenaiToolCall } from './openai-messages.ts';

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

function read(body: JsonObject): Reading {
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
  if (top < 0 || top > 20) refuse(sink, 'top_logprobs must be between 0 and 20');
  if (messages.length === 0) refuse(sink, "[] is too short - 'messages'");
  if (sink.first !== undefined) return { kind: 'fault', fault: sink.first };
  if (model.trim() === '') return { kind: 'fault', fault: fault('invalid_request', 'model is required') };
  const refusal = blocked(model, known);
  if (refusal !== undefined) return { kind: 'fault', fault: refusal };

  const name = canonicalModel(model);
  const strange = Object.keys(unknown).find((key) => !IGNORED.has(key));
  const why = unmodelled ?? strange;
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
  const includeUsage = isObject(known.stream_options) && known.stream_options.include_usage === true;
  return {
    kind: 'prompt',
    prompt,
    view: { stream, model, includeUsage, request: known },
    forward: write(model, prompt),
  };
}

/** As Ollama: one string, or the strings among an array's elements. */
export function readStop(value: Json | undefined): readonly string[] | undefined {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? (value as readonly Json[]).filter((item) => typeof item === 'string') : undefined;
}

function readFormat(sink: FaultSink, body: JsonObject): Json | undefined {
  const format = objectField(sink, body, 'response_format');
  const type = textOf(format?.type).trim().toLowerCase();
  if (type === 'json_object') return 'json';
  if (type !== 'json_schema' || !isObject(format?.json_schema)) return undefined;
  return format.json_schema.schema ?? undefined;
}

const EFFORTS: ReadonlySet<string> = new Set(['high', 'medium', 'low', 'max']);

function readThink(sink: FaultSink, body: JsonObject): boolean | string | undefined {
  const reasoning = objectField(sink, body, 'reasoning');
  const effort = reasoning === undefined ? stringField(sink, body, 'reasoning_effort') : textOf(reasoning.effort);
  if (effort === undefined || effort === '') return undefined;
  if (effort === 'none') return false;
  if (EFFORTS.has(effort)) return effort;
  return refuse(sink, `invalid reasoning value: '${effort}' (must be "high", "medium", "low", "max", or "none")`);
}

/** The canonical body: it streams, and asks for usage. */
function write(
  model: string,
  { messages, options, format, think, logprobs, topLogprobs, tools }: ChatPrompt,
): JsonObject {
  return {
    model,
    messages: messages.map(writeOpenaiMessage),
    stream: true,
    stream_options: { include_usage: true },
    ...writeSampling(options),
    ...(format === 'json' && { response_format: { type: 'json_object' } }),
    ...(format !== undefined &&
      format !== 'json' && {
        response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: format } },
      }),
    ...(think !== undefined && { reasoning_effort: think === false ? 'none' : String(think) }),
    ...(logprobs && { logprobs }),
    ...(topLogprobs !== undefined && { top_logprobs: topLogprobs }),
    ...(tools && { tools }),
  };
}

function readChoice(choice: JsonObject, streaming: boolean): Delta[] {
  const said = streaming ? choice.delta : choice.message;
  if (!isObject(said)) return [];
  const deltas: Delta[] = [];
  let logprobs = isObject(choice.logprobs) ? readLogprobs(choice.logprobs.content) : undefined;
  const first = () => {
    const once = logprobs && { logprobs };
    logprobs = undefined;
    return once;
  };
  const [thinking, content] = [textOf(said.reasoning), textOf(said.content)];
  if (thinking !== '') deltas.push({ kind: 'thinking', text: thinking, ...first() });
  if (content !== '') deltas.push({ kind: 'content', text: content, ...first() });
  for (const call of Array.isArray(said.tool_calls) ? (said.tool_calls as readonly Json[]) : [])
    if (isObject(call)) deltas.push({ kind: 'tool_call', call: readCall(call), ...first() });
  if (logprobs !== undefined) deltas.push({ kind: 'content', text: '', logprobs });
  return deltas;
}

/** Ollama sends each call whole. */
function readCall(call: JsonObject): ToolCall {
  const target = isObject(call.function) ? call.function : {};
  return { id: textOf(call.id), name: textOf(target.name), arguments: parseObject(textOf(target.arguments)) ?? {} };
}

function withLogprobs(logprobs: readonly TokenLogprob[] | undefined): object {
  const content = writeLogprobs(logprobs);
  return content === undefined ? {} : { logprobs: { content } };
}

function renderJson(answer: Answer, view: View): string {
  const { content, thinking, toolCalls, logprobs, doneReason, usage, createdAt } = answer;
  const message = {
    role: 'assistant',
    content,
    ...(thinking !== '' && { reasoning: thinking }),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls.map(writeOpenaiToolCall) }),
  };
  const finish = toolCalls.length > 0 ? 'tool_calls' : doneReason;
  return JSON.stringify({
    id: mintId('chatcmpl-'),
    object: 'chat.completion',
    created: unixSeconds(createdAt),
    model: view.model,
    system_fingerprint: 'fp_ollama',
    choices: [{ index: 0, message, finish_reason: finish, ...withLogprobs(logprobs) }],
    usage: writeUsage(usage),
  });
}

function streamRenderer(view: View, createdAt = Date.now()): StreamRenderer {
  const head = {
    id: mintId('chatcmpl-'),
    object: 'chat.completion.chunk',
    created: unixSeconds(createdAt),
    model: view.model,
    system_fingerprint: 'fp_ollama',
  };
  let begun = false;
  let calls = 0;
  let ended = false;

  const chunk = (delta: object, finish: string | null, more: object = {}) => {
    const role = begun ? {} : { role: 'assistant', content: '' };
    begun = true;
    return sse({ ...head, choices: [{ index: 0, delta: { ...role, ...delta }, finish_reason: finish, ...more }] });
  };
  const end = (reason: string, usage: Usage | undefined) => {
    const finish = chunk({}, calls > 0 ? 'tool_calls' : reason);
    const counted = view.includeUsage && usage !== undefined;
    return finish + (counted ? sse({ ...head, choices: [], usage: writeUsage(usage) }) : '') + END_OF_STREAM;
  };
  const fail = (reason: Fault) => sse(openaiError(reason));

  return {
    write(delta) {
      if (ended) return '';
      switch (delta.kind) {
        case 'content':
          return chunk({ content: delta.text }, null, withLogprobs(delta.logprobs));
        case 'thinking':
          return chunk({ reasoning: delta.text }, null, withLogprobs(delta.logprobs));
        case 'tool_call':
          return chunk({ tool_calls: [writeOpenaiToolCall(delta.call, calls++)] }, null, withLogprobs(delta.logprobs));
        case 'done':
          ended = true;
          return end(delta.reason, delta.usage);
        case 'fault':
          ended = true;
          return fail(delta.fault);
      }
    },
  };
}

function renderStream(answer: Answer, view: View): string {
  const { write } = streamRenderer(view, answer.createdAt);
  let { logprobs } = answer;
  const first = () => {
    const once = logprobs && { logprobs };
    logprobs = undefined;
    return once;
  };
  let text = '';
  if (answer.thinking !== '') text += write({ kind: 'thinking', text: answer.thinking, ...first() });
  if (answer.content !== '') text += write({ kind: 'content', text: answer.content, ...first() });
  for (const call of answer.toolCalls) text += write({ kind: 'tool_call', call, ...first() });
  return text + write({ kind: 'done', reason: answer.doneReason, usage: answer.usage });
}

export const openaiChat: Dialect = {
  name: 'openai-chat',
  path: '/v1/chat/completions',
  streamType: 'text/event-stream',
  read,
  decoder: (streaming) => choiceDecoder(streaming, readChoice),
  relay: (view) => (view.includeUsage ? undefined : withoutUsage()),
  suffices: (answer, prompt) => !prompt.logprobs || answer.logprobs !== undefined,
  renderJson,
  renderStream,
  streamRenderer,
  errorBody: openaiErrorBody,
};
