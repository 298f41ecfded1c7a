/** /api/generate. */
import type { Dialect } from '../dialect.ts';
import { any, array, bool, decode, int, map, rawMessage, str, struct } from '../go/decode.ts';
import { goJson } from '../go/write.ts';
import { callsOut, formatOf, metrics, NDJSON, now, refusal } from './common.ts';
import { image, keepAlive, think } from './decoders.ts';
import { type Chunk, EMPTY_MESSAGE, type NativeRequest, Refusal } from './request.ts';

const body = struct('api.GenerateRequest', {
  model: str,
  prompt: str,
  suffix: str,
  system: str,
  template: str,
  context: array(int),
  stream: bool,
  raw: bool,
  format: rawMessage,
  keep_alive: keepAlive,
  images: array(image),
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
  const { prompt = '', suffix = '', system = '', template = '', context = [], raw = false } = given;
  return {
    route: 'generate',
    model: given.model ?? '',
    stream: given.stream ?? true,
    messages: [
      ...(system === '' ? [] : [{ ...EMPTY_MESSAGE, role: 'system', content: system }]),
      { ...EMPTY_MESSAGE, role: 'user', content: prompt, images: given.images ?? [] },
    ],
    extra: { prompt, suffix, system, template, context, raw },
    tools: [],
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
    response: content,
    ...(thinking !== '' && { thinking }),
    done: ending !== undefined,
    ...(ending !== undefined && { done_reason: ending.reason }),
    ...(ending?.context !== undefined && { context: ending.context }),
    ...metrics(ending),
    ...(calls.length > 0 && { tool_calls: callsOut(calls) }),
    ...(logprobs.length > 0 && { logprobs }),
  };
}

export const generate: Dialect = {
  path: '/api/generate',
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
