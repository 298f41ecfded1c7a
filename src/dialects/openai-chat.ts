/** `/v1/chat/completions`: OpenAI's chat API, as Ollama speaks it. */
import type { Delta } from '../exchange/answer.ts';
import { isObject, type Json, type JsonObject } from '../exchange/json.ts';
import type { ToolCall } from '../exchange/prompt.ts';
import { answerDeltas, saidDeltas } from './answer-deltas.ts';
import type { Dialect } from './dialect.ts';
import { readLogprobs } from './ollama-logprobs.ts';
import { read } from './openai-chat/read.ts';
import { renderJson, streamRenderer } from './openai-chat/render.ts';
import { openaiErrorBody, parseObject, textOf } from './openai-common.ts';
import { choiceDecoder, withoutUsage } from './openai-decode.ts';

function readChoice(choice: JsonObject, streaming: boolean): readonly Delta[] {
  const said = streaming ? choice.delta : choice.message;
  if (!isObject(said)) return [];
  const calls = Array.isArray(said.tool_calls) ? (said.tool_calls as readonly Json[]).filter(isObject) : [];
  const logprobs = isObject(choice.logprobs) ? readLogprobs(choice.logprobs.content) : undefined;
  return saidDeltas({
    thinking: textOf(said.reasoning),
    content: textOf(said.content),
    toolCalls: calls.map(readCall),
    ...(logprobs && { logprobs }),
  });
}

/** Ollama sends each call whole. */
function readCall(call: JsonObject): ToolCall {
  const target = isObject(call.function) ? call.function : {};
  return { id: textOf(call.id), name: textOf(target.name), arguments: parseObject(textOf(target.arguments)) ?? {} };
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
  renderStream(answer, view) {
    const { write } = streamRenderer(view, answer.createdAt);
    return answerDeltas(answer).map(write).join('');
  },
  streamRenderer,
  errorBody: openaiErrorBody,
};
