/** /v1/responses: one object, or the events that build it, their keys in alphabetical order. */
import type { Dialect, Writer } from '../dialect.ts';
import { goJson, sorted } from '../go/write.ts';
import type { Chunk, ToolCall } from '../native/request.ts';
import { drawnId, refusal } from './common.ts';
import { callItem, type Item, messageItem, outputText, reasoningItem, responseObject } from './responses-object.ts';
import { type ResponsesBody, readResponses } from './responses-read.ts';

const IDS = 999_999;

function createWriter(body: ResponsesBody): Writer {
  const id = drawnId('resp_', IDS);
  const messageId = drawnId('msg_', IDS);
  const output: Item[] = [];
  let sequence = 0;
  let thinking: { readonly id: string; text: string } | undefined;
  let text = '';
  let called = false;

  function event(type: string, fields: object): string {
    const told = sorted({ ...fields, type, sequence_number: sequence++ });
    return `event: ${type}\ndata: ${goJson(told)}\n\n`;
  }

  function begin(): string {
    if (sequence > 0) return '';
    const response = responseObject(id, body, [], undefined, true);
    return event('response.created', { response }) + event('response.in_progress', { response });
  }

  function think(delta: string): string {
    const open = thinking;
    thinking = { id: open?.id ?? drawnId('rs_', IDS), text: (open?.text ?? '') + delta };
    const at = { item_id: thinking.id, output_index: output.length, summary_index: 0 };
    const item = { id: thinking.id, summary: [], type: 'reasoning' };
    const opened = open === undefined ? event('response.output_item.added', { output_index: output.length, item }) : '';
    return opened + event('response.reasoning_summary_text.delta', { ...at, delta });
  }

  function endThinking(): string {
    if (thinking === undefined) return '';
    const done = thinking;
    thinking = undefined;
    const at = { item_id: done.id, output_index: output.length, summary_index: 0 };
    const item = reasoningItem(done.id, done.text);
    const told =
      event('response.reasoning_summary_text.done', { ...at, text: done.text }) +
      event('response.output_item.done', { output_index: output.length, item });
    output.push(item);
    return told;
  }

  function call(made: ToolCall & { readonly index: number }): string {
    called = true;
    const item = drawnId('fc_', IDS).concat(`_${made.index}`);
    const at = { item_id: item, output_index: output.length };
    const done = callItem(item, 'completed', made);
    const told =
      event('response.output_item.added', { output_index: output.length, item: callItem(item, 'in_progress', made) }) +
      event('response.function_call_arguments.delta', { ...at, delta: done.arguments }) +
      event('response.function_call_arguments.done', { ...at, arguments: done.arguments }) +
      event('response.output_item.done', { output_index: output.length, item: done });
    output.push(done);
    return told;
  }

  function speak(delta: string): string {
    const at = { item_id: messageId, output_index: output.length, content_index: 0 };
    const item = messageItem(messageId, 'in_progress', []);
    const opened =
      text === ''
        ? event('response.output_item.added', { output_index: output.length, item }) +
          event('response.content_part.added', { ...at, part: outputText('') })
        : '';
    text += delta;
    return opened + event('response.output_text.delta', { ...at, delta, logprobs: [] });
  }

  function end(chunk: Chunk): string {
    let told = '';
    if (text !== '' && !called) {
      const at = { item_id: messageId, output_index: output.length, content_index: 0 };
      const item = messageItem(messageId, 'completed', [outputText(text)]);
      told =
        event('response.output_text.done', { ...at, text, logprobs: [] }) +
        event('response.content_part.done', { ...at, part: outputText(text) }) +
        event('response.output_item.done', { output_index: output.length, item });
      output.push(item);
    }
    // Nothing was said: a nil slice in Go.
    const said = output.length === 0 ? null : output;
    return told + event('response.completed', { response: responseObject(id, body, said, chunk, true) });
  }

  return {
    stream(chunk) {
      const parts = [begin()];
      if (chunk.thinking !== '') parts.push(think(chunk.thinking));
      if (chunk.content !== '' || chunk.calls.length > 0 || chunk.ending !== undefined) parts.push(endThinking());
      for (const made of chunk.calls) parts.push(call(made));
      if (chunk.content !== '' && !called) parts.push(speak(chunk.content));
      if (chunk.ending !== undefined) parts.push(end(chunk));
      return parts.join('');
    },
    whole(answer) {
      const thought = answer.thinking === '' ? [] : [reasoningItem(`rs_${id}`, answer.thinking)];
      const calls = answer.calls.map((made, index) => callItem(`fc_${id}_${index}`, 'completed', made));
      const said = calls.length > 0 ? calls : [messageItem(messageId, 'completed', [outputText(answer.content)])];
      return `${goJson(responseObject(id, body, [...thought, ...said], answer, false))}\n`;
    },
    broken: () => '',
  };
}

export const openaiResponses: Dialect = {
  path: '/v1/responses',
  streamHeaders: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', connection: 'keep-alive' },
  native: false,
  refusal,
  read(text) {
    const { request, body } = readResponses(text);
    return { request, writer: createWriter(body) };
  },
};
