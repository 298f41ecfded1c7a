/** OpenAI's chat and completions as Ollama speaks them. */
import {
  type Body,
  type Call,
  folded,
  list,
  type NativeRequest,
  number,
  object,
  optionsText,
  type Piece,
  Refusal,
  smallId,
  text,
  type Usage,
  type Whole,
  type Wire,
} from './wire.ts';

/** The options that Ollama makes of OpenAI's fields: 1.0 and 1.0 where they say nothing. */
export function sampling(body: Body, more: Body = {}): Body {
  return {
    temperature: number(body.temperature) ?? 1,
    top_p: number(body.top_p) ?? 1,
    seed: body.seed,
    frequency_penalty: body.frequency_penalty,
    presence_penalty: body.presence_penalty,
    ...more,
  };
}

const stops = (value: unknown): string[] =>
  typeof value === 'string' ? [value] : list(value).filter((item): item is string => typeof item === 'string');

function formatOf(value: unknown): unknown {
  const format = object(value);
  if (format.type === 'json_object') return 'json';
  return format.type === 'json_schema' ? object(format.json_schema).schema : undefined;
}

function readMessage(item: unknown): { role: string; content: string }[] {
  const message = folded(item);
  const role = text(message.role).toLowerCase();
  const calls = list(message.tool_calls).map((call) => {
    const target = object(object(call).function);
    try {
      return { name: target.name, args: JSON.parse(text(target.arguments)) as unknown };
    } catch {
      throw new Refusal(400, 'invalid tool call arguments');
    }
  });
  const extra = JSON.stringify([
    text(message.reasoning),
    [],
    calls,
    role === 'tool' ? text(message.name) : '',
    text(message.tool_call_id),
  ]);
  const suffix = extra === '["",[],[],"",""]' ? '' : extra;
  if (Array.isArray(message.content))
    return message.content.map((part) => {
      const { type, text: words, image_url: image } = object(part);
      if (type === 'text') return { role, content: text(words) };
      if (type !== 'image_url') throw new Refusal(400, 'invalid message format');
      const url = typeof image === 'string' ? image : text(object(image).url);
      if (!url.startsWith('data:')) throw new Refusal(400, 'invalid image input');
      return { role, content: JSON.stringify(['', [url.slice(url.indexOf(',') + 1)], [], '', '']) };
    });
  if (typeof message.content !== 'string' && calls.length === 0)
    throw new Refusal(400, 'invalid message content type: <nil>');
  return [{ role, content: text(message.content) + suffix }];
}

function readChat(given: Body): NativeRequest {
  const body = folded(given);
  const messages = list(body.messages).flatMap(readMessage);
  if (messages.length === 0) throw new Refusal(400, "[] is too short - 'messages'");
  const format = formatOf(body.response_format);
  const effort = text(object(body.reasoning).effort) || text(body.reasoning_effort);
  return {
    model: text(body.model),
    stream: body.stream === true,
    numPredict: number(body.max_tokens) ?? -1,
    stop: stops(body.stop),
    numCtx: 4096,
    logprobs: body.logprobs === true,
    prompt: {
      model: text(body.model),
      messages,
      tools: list(body.tools) as [],
      think: effort !== '' && effort !== 'none',
      json: format !== undefined,
      rest: optionsText(sampling(body), { format: format === undefined ? undefined : JSON.stringify(format) }),
    },
    loadOnly: undefined,
  };
}

function readText(given: Body): NativeRequest {
  const body = folded(given);
  if (body.prompt !== undefined && typeof body.prompt !== 'string')
    throw new Refusal(400, 'json: cannot unmarshal array into Go struct field CompletionRequest.prompt of type string');
  if (text(body.model) === '') throw new Refusal(404, "model '' not found");
  const options = sampling(body, {
    top_p: number(body.top_p) || 1,
    frequency_penalty: number(body.frequency_penalty) ?? 0,
    presence_penalty: number(body.presence_penalty) ?? 0,
  });
  const more = JSON.stringify([text(body.suffix), '', [], false, []]);
  return {
    model: text(body.model),
    stream: body.stream === true,
    numPredict: number(body.max_tokens) ?? -1,
    stop: stops(body.stop),
    numCtx: 4096,
    logprobs: false,
    prompt: {
      model: text(body.model),
      messages: [{ role: 'user', content: text(body.prompt) }],
      tools: [],
      think: false,
      json: false,
      rest: optionsText(options) + (more === '["","",[],false,[]]' ? '' : more),
    },
    loadOnly: text(body.prompt) === '' ? 'load' : undefined,
  };
}

const seconds = () => Math.floor(Date.now() / 1000);
const usageOf = ({ promptTokens, tokens }: Usage) => ({
  prompt_tokens: promptTokens,
  completion_tokens: tokens,
  total_tokens: promptTokens + tokens,
});
const event = (value: object) => `data: ${JSON.stringify(value)}\n\n`;
const callOf = (call: Call, index: number) => ({
  id: call.id,
  index,
  type: 'function',
  function: { name: call.name, arguments: JSON.stringify(call.arguments) },
});
const wantsUsage = (body: Body) => object(body.stream_options).include_usage === true;

export function openaiError(status: number, message: string): object {
  const type = status === 400 ? 'invalid_request_error' : status === 404 ? 'not_found_error' : 'api_error';
  return { error: { message, type, param: null, code: null } };
}

function chatStream({ model }: NativeRequest, body: Body): (piece: Piece) => string {
  const head = {
    id: smallId('chatcmpl-'),
    object: 'chat.completion.chunk',
    created: seconds(),
    model,
    system_fingerprint: 'fp_ollama',
  };
  let first = true;
  let called = false;
  const chunk = (delta: object, finish: string | null, more: object = {}) => {
    const role = first ? { role: 'assistant' } : {};
    first = false;
    return event({ ...head, choices: [{ index: 0, delta: { ...role, ...delta }, finish_reason: finish, ...more }] });
  };
  return (piece) => {
    if (piece.kind === 'end') {
      const usage = wantsUsage(body) ? event({ ...head, choices: [], usage: usageOf(piece) }) : '';
      return `${chunk({}, called ? 'tool_calls' : piece.reason)}${usage}data: [DONE]\n\n`;
    }
    if (piece.kind === 'call') {
      called = true;
      return chunk({ content: '', tool_calls: [callOf(piece.call, piece.index)] }, null);
    }
    const logprobs = piece.logprobs ? { logprobs: { content: piece.logprobs } } : {};
    return chunk(
      piece.kind === 'thinking' ? { content: '', reasoning: piece.text } : { content: piece.text },
      null,
      logprobs,
    );
  };
}

function textStream({ model }: NativeRequest, body: Body): (piece: Piece) => string {
  const [id, created] = [smallId('cmpl-'), seconds()];
  const frame = (choices: object[], usage?: Usage) => {
    const counted = wantsUsage(body) ? { usage: usageOf(usage ?? { promptTokens: 0, tokens: 0 }) } : {};
    return event({
      id,
      object: 'text_completion',
      created,
      choices,
      model,
      system_fingerprint: 'fp_ollama',
      ...counted,
    });
  };
  return (piece) => {
    if (piece.kind === 'content') return frame([{ text: piece.text, index: 0, finish_reason: null }]);
    if (piece.kind !== 'end') return '';
    return `${frame([{ text: '', index: 0, finish_reason: piece.reason }])}${wantsUsage(body) ? frame([], piece) : ''}data: [DONE]\n\n`;
  };
}

export const openaiChat: Wire = {
  path: '/v1/chat/completions',
  streamType: 'text/event-stream',
  read: readChat,
  stream: chatStream,
  whole: ({ model }, _, { content, thinking, calls, logprobs, ending }: Whole) => ({
    id: smallId('chatcmpl-'),
    object: 'chat.completion',
    created: seconds(),
    model,
    system_fingerprint: 'fp_ollama',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content,
          ...(thinking && { reasoning: thinking }),
          ...(calls.length > 0 && { tool_calls: calls.map(callOf) }),
        },
        finish_reason: calls.length > 0 ? 'tool_calls' : ending.reason,
        ...(logprobs.length > 0 && { logprobs: { content: logprobs } }),
      },
    ],
    usage: usageOf(ending),
  }),
  error: openaiError,
  broken: () =>
    event({
      id: 'chatcmpl-0',
      object: 'chat.completion.chunk',
      created: seconds(),
      model: '',
      system_fingerprint: 'fp_ollama',
      choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }],
    }),
};

export const openaiText: Wire = {
  path: '/v1/completions',
  streamType: 'text/event-stream',
  read: readText,
  stream: textStream,
  whole: ({ model }, _, { content, ending }) => ({
    id: smallId('cmpl-'),
    object: 'text_completion',
    created: seconds(),
    model,
    system_fingerprint: 'fp_ollama',
    choices: [{ text: content, index: 0, finish_reason: ending.reason }],
    usage: usageOf(ending),
  }),
  error: openaiError,
  broken: () =>
    event({
      id: 'cmpl-0',
      object: 'text_completion',
      created: seconds(),
      choices: [{ text: '', index: 0, finish_reason: null }],
      model: '',
      system_fingerprint: 'fp_ollama',
    }),
};
