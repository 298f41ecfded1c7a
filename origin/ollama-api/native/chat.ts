/** /api/chat. */
import type { Dialect } from '../dialect.ts';
import { any, array, bool, decode, int, map, rawMessage, str, struct } from '../go/decode.ts';
import { goJson } from '../go/write.ts';
import { callsOut, formatOf, metrics, NDJSON, now, refusal } from './common.ts';
import { image, keepAlive, nativeTool, think } from './decoders.ts';
import { type Chunk, EMPTY_MESSAGE, type Message, type NativeRequest, Refusal } from './request.ts';

const message = struct('api.Message', {
  role: str,
  content: str,
  thinking: str,
  images: array(image),
  tool_calls: array(
    struct('api.ToolCall', {
      id: str,
      function: struct('api.ToolCallFunction', { index: int, name: str, arguments: any }),
    }),
  ),
  tool_name: str,
  tool_call_id: str,
});

const body = struct('api.ChatRequest', {
  model: str,
  messages: array(message),
  stream: bool,
  format: rawMessage,
  keep_alive: keepAlive,
  tools: array(nativeTool),
  options: map(any),
  think,
  truncate: bool,
  shift: bool,
  logprobs: bool,
  top_logprobs: int,
});

function read(text: string): NativeRequest {
  const given = decode(text, body);
  if (given === undefined) throw new Refusal(400, 'missing request body', 'reader');
  return {
    route: 'chat',
    model: given.model ?? '',
    stream: given.stream ?? true,
    messages: (given.messages ?? []).map(
      (item): Message => ({
        ...EMPTY_MESSAGE,
        role: (item.role ?? '').toLowerCase(),
        content: item.content ?? '',
        thinking: item.thinking ?? '',
        images: item.images ?? [],
        toolCalls: (item.tool_calls ?? []).map(({ id, function: called }) => ({
          id: id ?? '',
          name: called?.name ?? '',
          arguments: called?.arguments ?? {},
        })),
        toolName: item.tool_name ?? '',
        toolCallId: item.tool_call_id ?? '',
      }),
    ),
    extra: undefined,
    tools: given.tools ?? [],
    format: formatOf(given.format),
    think: given.think,
    thinkIfAble: false,
    options: given.options ?? {},
    truncate: given.truncate ?? true,
    logprobs: given.logprobs ?? false,
    topLogprobs: given.top_logprobs ?? 0,
    keepAliveMs: given.keep_alive,
  };
}

function render(model: string, { content, thinking, calls, logprobs, ending }: Chunk): object {
  return {
    model,
    created_at: now(),
    message: {
      role: 'assistant',
      content,
      ...(thinking !== '' && { thinking }),
      ...(calls.length > 0 && { tool_calls: callsOut(calls) }),
    },
    done: ending !== undefined,
    ...(ending !== undefined && { done_reason: ending.reason }),
    ...(logprobs.length > 0 && { logprobs }),
    ...metrics(ending),
  };
}

export const chat: Dialect = {
  path: '/api/chat',
  streamHeaders: NDJSON,
  native: true,
  refusal,
  read(text) {
    const request = read(text);
    return {
      request,
      writer: {
        stream: (chunk) => `${goJson(render(request.model, chunk))}\n`,
        whole: (answer) => goJson(render(request.model, answer)),
        broken: (error) => `${goJson({ error })}\n`,
      },
    };
  },
};
