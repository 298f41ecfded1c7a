/** Anthropic's /v1/messages as Ollama speaks it. */
import { randomBytes } from 'node:crypto';
import {
  type Body,
  folded,
  list,
  type NativeRequest,
  number,
  object,
  optionsText,
  type Piece,
  Refusal,
  text,
  type Wire,
} from './wire.ts';

const blocksText = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : list(value)
        .map((block) => text(object(block).text))
        .join('');

function readMessage(item: unknown): { role: string; content: string }[] {
  const message = object(item);
  const role = text(message.role).toLowerCase();
  if (typeof message.content === 'string') return [{ role, content: message.content }];
  const blocks = list(message.content).map(object);
  const words = blocks
    .filter(({ type }) => type === 'text')
    .map((block) => text(block.text))
    .join('');
  const thinking = text(blocks.findLast(({ type }) => type === 'thinking')?.thinking);
  const images = blocks.filter(({ type }) => type === 'image').map((block) => text(object(block.source).data));
  const calls = blocks.filter(({ type }) => type === 'tool_use').map(({ name, input }) => ({ name, args: input }));
  const results = blocks
    .filter(({ type }) => type === 'tool_result')
    .map((block) => ({
      role: 'tool',
      content: blocksText(block.content) + JSON.stringify(['', [], [], '', text(block.tool_use_id)]),
    }));
  const extra = JSON.stringify([thinking, images, calls, '', '']);
  const own =
    words !== '' || extra !== '["",[],[],"",""]'
      ? [{ role, content: words + (extra === '["",[],[],"",""]' ? '' : extra) }]
      : [];
  return role === 'user' ? [...results, ...own] : [...own, ...results];
}

function read(given: Body): NativeRequest {
  const body = folded(given);
  const model = text(body.model);
  if (model === '') throw new Refusal(400, 'model is required');
  if ((number(body.max_tokens) ?? 0) <= 0) throw new Refusal(400, 'max_tokens is required and must be positive');
  if (list(body.messages).length === 0) throw new Refusal(400, 'messages is required');
  const system = blocksText(body.system);
  const thinking = text(object(body.thinking).type);
  const tools = list(body.tools)
    .map(object)
    .map(({ name, description, input_schema }) => ({
      type: 'function',
      function: { name, description, parameters: input_schema },
    }));
  const messages = [
    ...(system === '' ? [] : [{ role: 'system', content: system }]),
    ...list(body.messages).flatMap(readMessage),
  ];
  return {
    model,
    stream: body.stream === true,
    numPredict: number(body.max_tokens) ?? -1,
    stop: list(body.stop_sequences).map(text),
    numCtx: 4096,
    logprobs: false,
    prompt: {
      model,
      messages,
      tools: tools as [],
      think: thinking === 'enabled',
      json: false,
      rest: optionsText({ temperature: body.temperature, top_p: body.top_p, top_k: body.top_k }),
    },
    loadOnly: undefined,
  };
}

const newId = (prefix: string) => prefix + randomBytes(12).toString('hex');
const reasonOf = (reason: string, called: boolean) =>
  called ? 'tool_use' : reason === 'stop' ? 'end_turn' : reason === 'length' ? 'max_tokens' : 'stop_sequence';
const event = (type: string, data: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
const TYPES: Record<number, string> = { 400: 'invalid_request_error', 404: 'not_found_error', 503: 'overloaded_error' };

function stream({ model, prompt }: NativeRequest): (piece: Piece) => string {
  const estimate = Math.max(1, Math.floor(JSON.stringify(prompt.messages).length / 4));
  let started = false;
  let open: 'thinking' | 'text' | undefined;
  let index = -1;
  let called = false;
  const start = () => {
    if (started) return '';
    started = true;
    const message = {
      id: newId('msg_'),
      type: 'message',
      role: 'assistant',
      model,
      content: [],
      usage: { input_tokens: estimate, output_tokens: 0 },
    };
    return event('message_start', { message });
  };
  const close = () => {
    if (open === undefined) return '';
    open = undefined;
    return event('content_block_stop', { index });
  };
  const begin = (kind: 'thinking' | 'text') => {
    if (open === kind) return '';
    const closed = close();
    open = kind;
    index += 1;
    return (
      closed +
      event('content_block_start', {
        index,
        content_block: kind === 'text' ? { type: 'text', text: '' } : { type: 'thinking', thinking: '' },
      })
    );
  };
  return (piece) => {
    if (piece.kind === 'end') {
      const usage = { input_tokens: piece.promptTokens, output_tokens: piece.tokens };
      return (
        start() +
        close() +
        event('message_delta', { delta: { stop_reason: reasonOf(piece.reason, called) }, usage }) +
        event('message_stop', {})
      );
    }
    if (piece.kind === 'call') {
      called = true;
      const closed = start() + close();
      index += 1;
      const { id, name } = piece.call;
      return (
        closed +
        event('content_block_start', { index, content_block: { type: 'tool_use', id, name, input: {} } }) +
        event('content_block_delta', {
          index,
          delta: { type: 'input_json_delta', partial_json: JSON.stringify(piece.call.arguments) },
        }) +
        event('content_block_stop', { index })
      );
    }
    const kind = piece.kind === 'content' ? 'text' : 'thinking';
    const delta =
      kind === 'text' ? { type: 'text_delta', text: piece.text } : { type: 'thinking_delta', thinking: piece.text };
    return start() + begin(kind) + event('content_block_delta', { index, delta });
  };
}

export const messages: Wire = {
  path: '/v1/messages',
  streamType: 'text/event-stream',
  read,
  stream,
  whole: ({ model }, _, { thinking, content, calls, ending }) => ({
    id: newId('msg_'),
    type: 'message',
    role: 'assistant',
    model,
    content: [
      ...(thinking ? [{ type: 'thinking', thinking }] : []),
      ...(content ? [{ type: 'text', text: content }] : []),
      ...calls.map((call) => ({ type: 'tool_use', id: call.id, name: call.name, input: call.arguments })),
    ],
    stop_reason: reasonOf(ending.reason, calls.length > 0),
    usage: { input_tokens: ending.promptTokens, output_tokens: ending.tokens },
  }),
  error: (status, message) => ({
    type: 'error',
    error: { type: TYPES[status] ?? 'api_error', message },
    request_id: newId('req_'),
  }),
  broken: () => undefined,
};
