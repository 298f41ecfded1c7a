/** `/api/chat`: Ollama's own chat API. */
import { fault } from '../exchange/fault.ts';
import { isObject, type JsonObject } from '../exchange/json.ts';
import type { ChatPrompt } from '../exchange/prompt.ts';
import { blocked } from './blocked.ts';
import type { Dialect, Reading, View } from './dialect.ts';
import { arrayField, faultSink } from './fields.ts';
import { fold } from './fold.ts';
import { ollamaErrorBody } from './ollama-error.ts';
import {
  GENERATION_FIELDS,
  keepAliveOf,
  readGeneration,
  writeGeneration,
  writeUnmodelled,
} from './ollama-generation.ts';
import { writeLogprobs } from './ollama-logprobs.ts';
import { answeredToolCalls, readMessages, refoldMessages, writeMessage, writeToolCall } from './ollama-messages.ts';
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

const FIELDS: ReadonlySet<string> = new Set([...GENERATION_FIELDS, 'messages', 'tools']);

function read(body: JsonObject): Reading {
  const { known, unknown } = fold(body, FIELDS);
  const sink = faultSink('ChatRequest');
  const reading = readGeneration(sink, known);
  const { messages, unmodelled } = readMessages(sink, known);
  const tools = arrayField(sink, known, 'tools', 'api.Tool') ?? [];
  if (sink.first !== undefined) return { kind: 'fault', fault: sink.first };
  const { model, stream, generation, unknownOptions } = reading;
  if (model.trim() === '') return { kind: 'fault', fault: fault('invalid_request', 'model is required') };
  const refusal = blocked(model, known);
  if (refusal !== undefined) return { kind: 'fault', fault: refusal };

  const withTools = tools.length > 0 && { tools };
  if (messages.length === 0) {
    const forward = writeUnmodelled(reading, { messages: [], ...withTools, ...keepAliveOf(known), ...unknown });
    return { kind: 'control', model: generation.model, forward };
  }
  const why = unmodelled ?? firstUnknown(unknown, unknownOptions);
  if (why !== undefined) {
    const forward = writeUnmodelled(reading, { messages: refoldMessages(known.messages), ...withTools, ...unknown });
    return { kind: 'opaque', model: generation.model, stream, forward, why };
  }
  const prompt: ChatPrompt = { kind: 'chat', ...generation, messages, ...withTools };
  const view: View = { stream, model, includeUsage: true, request: known };
  const forward = { ...writeGeneration(model, generation), messages: messages.map(writeMessage), ...withTools };
  return { kind: 'prompt', prompt, view, forward };
}

const readPart: ReadPart = ({ message }) => {
  if (!isObject(message)) return { content: '', thinking: '', toolCalls: [] };
  return {
    content: text(message.content),
    thinking: text(message.thinking),
    toolCalls: answeredToolCalls(message.tool_calls),
  };
};

/** Members in the order of Ollama's own. */
const writeChunk: WriteChunk = (model, createdAt, part, ending) => {
  const { content, thinking, toolCalls, firstCall = 0, logprobs } = part;
  const message: JsonObject = {
    role: 'assistant',
    content,
    ...(thinking && { thinking }),
    ...(toolCalls &&
      toolCalls.length > 0 && { tool_calls: toolCalls.map((call, index) => writeToolCall(call, firstCall + index)) }),
  };
  const written = writeLogprobs(logprobs);
  if (ending === undefined) return { model, created_at: createdAt, message, done: false, logprobs: written };
  return {
    model,
    created_at: createdAt,
    message,
    done: true,
    done_reason: ending.reason,
    logprobs: written,
    ...writeMetrics(ending.usage, ending.timing),
  };
};

export const ollamaChat: Dialect = {
  name: 'ollama-chat',
  path: '/api/chat',
  streamType: 'application/x-ndjson',
  read,
  decoder: (streaming) => chunkDecoder(streaming, readPart),
  relay: () => undefined,
  suffices: (answer, prompt) => !prompt.logprobs || answer.logprobs !== undefined,
  renderJson: (answer, view) => renderDocument(writeChunk, answer, view),
  renderStream: (answer, view) => renderLines(writeChunk, answer, view),
  streamRenderer: (view) => lineRenderer(writeChunk, view),
  errorBody: ollamaErrorBody,
};
