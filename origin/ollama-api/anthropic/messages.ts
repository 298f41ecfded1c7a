/** /v1/messages. */
import { randomBytes } from 'node:crypto';
import type { Dialect, Writer } from '../dialect.ts';
import { goJson } from '../go/write.ts';
import type { Ending, ToolCall } from '../native/request.ts';
import { type MessagesRead, readMessages } from './read.ts';

const newId = (prefix: string): string => prefix + randomBytes(12).toString('hex');

const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  529: 'overloaded_error',
};

function reasonOf(ending: Ending, called: boolean): string {
  if (called) return 'tool_use';
  if (ending.reason === 'stop') return 'end_turn';
  return ending.reason === 'length' ? 'max_tokens' : 'stop_sequence';
}

const usageOf = ({ promptTokens, tokens }: Ending) => ({ input_tokens: promptTokens, output_tokens: tokens });

function createWriter({ request: { model }, estimate }: MessagesRead): Writer {
  const id = newId('msg_');
  const head = { id, type: 'message', role: 'assistant', model };
  let begun = false;
  let open: 'thinking' | 'text' | undefined;
  let index = 0;
  let called = false;

  const event = (type: string, fields: object) => `event: ${type}\ndata: ${goJson({ type, ...fields })}\n\n`;

  function begin(): string {
    if (begun) return '';
    begun = true;
    const usage = { input_tokens: estimate, output_tokens: 0 };
    return event('message_start', { message: { ...head, content: [], usage } });
  }

  function close(): string {
    if (open === undefined) return '';
    open = undefined;
    return event('content_block_stop', { index: index++ });
  }

  function speak(kind: 'thinking' | 'text', said: string): string {
    const closed = open === kind ? '' : close();
    const fresh = open !== kind;
    open = kind;
    const block = kind === 'text' ? { type: 'text', text: '' } : { type: 'thinking', thinking: '' };
    const delta = kind === 'text' ? { type: 'text_delta', text: said } : { type: 'thinking_delta', thinking: said };
    const opened = fresh ? event('content_block_start', { index, content_block: block }) : '';
    return closed + opened + event('content_block_delta', { index, delta });
  }

  function call({ id: callId, name, arguments: given }: ToolCall): string {
    called = true;
    const closed = close();
    const block = { type: 'tool_use', id: callId, name, input: {} };
    const delta = { type: 'input_json_delta', partial_json: goJson(given) };
    const told =
      event('content_block_start', { index, content_block: block }) +
      event('content_block_delta', { index, delta }) +
      event('content_block_stop', { index });
    index += 1;
    return closed + told;
  }

  return {
    stream({ content, thinking, calls, ending }) {
      const parts = [begin()];
      if (thinking !== '') parts.push(speak('thinking', thinking));
      if (content !== '') parts.push(speak('text', content));
      for (const made of calls) parts.push(call(made));
      if (ending !== undefined) {
        const delta = { stop_reason: reasonOf(ending, called) };
        parts.push(close(), event('message_delta', { delta, usage: usageOf(ending) }), event('message_stop', {}));
      }
      return parts.join('');
    },
    whole({ content, thinking, calls, ending }) {
      const blocks = [
        ...(thinking === '' ? [] : [{ type: 'thinking', thinking }]),
        ...(content === '' ? [] : [{ type: 'text', text: content }]),
        ...calls.map(({ id: callId, name, arguments: input }) => ({ type: 'tool_use', id: callId, name, input })),
      ];
      return `${goJson({
        ...head,
        content: blocks.length === 0 ? null : blocks,
        ...(ending !== undefined && { stop_reason: reasonOf(ending, calls.length > 0) }),
        usage: ending === undefined ? { input_tokens: 0, output_tokens: 0 } : usageOf(ending),
      })}\n`;
    },
    broken: () => '',
  };
}

export const anthropicMessages: Dialect = {
  path: '/v1/messages',
  streamHeaders: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', connection: 'keep-alive' },
  native: false,
  refusal: (status, message) =>
    goJson({ type: 'error', error: { type: TYPES[status] ?? 'api_error', message }, request_id: newId('req_') }),
  read(text) {
    const read = readMessages(text);
    return { request: read.request, writer: createWriter(read) };
  },
};
