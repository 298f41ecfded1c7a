/**
 * Answers as `/v1/responses` writes them: one document, or numbered events from `response.created` to `response.completed`. An
 * answer that says something before it calls a tool keeps both; Ollama forgets the text in a document, and leaves its item open in
 * a stream. OpenAI's own client stumbles over that, and over a summary whose part was not announced.
 */
import type { Answer, Usage } from '../../exchange/answer.ts';
import type { Fault } from '../../exchange/fault.ts';
import type { JsonObject } from '../../exchange/json.ts';
import type { ToolCall } from '../../exchange/prompt.ts';
import { answerDeltas } from '../answer-deltas.ts';
import type { StreamRenderer, View } from '../dialect.ts';
import { mintId, sse } from '../openai-common.ts';
import {
  callItem,
  type Identity,
  messageItem,
  reasoningItem,
  responseObject,
  type Stage,
  summaryPart,
  textPart,
} from './document.ts';
import { echoOf } from './echo.ts';

const IN_PROGRESS: Stage = { status: 'in_progress', output: [], usage: undefined, completedAt: undefined, error: null };

export function renderJson(answer: Answer, view: View): string {
  const { content, thinking, toolCalls, usage, createdAt } = answer;
  const output: JsonObject[] = [];
  if (thinking !== '') output.push(reasoningItem(mintId('rs_'), thinking));
  if (content !== '' || toolCalls.length === 0)
    output.push(messageItem(mintId('msg_'), 'completed', [textPart(content)]));
  output.push(...toolCalls.map(callItem));
  const identity: Identity = { id: mintId('resp_'), model: view.model, createdAt };
  const stage: Stage = { status: 'completed', output, usage, completedAt: createdAt, error: null };
  return JSON.stringify(responseObject(identity, echoOf(view.request, undefined), stage));
}

interface OpenItem {
  readonly kind: 'content' | 'thinking';
  readonly id: string;
  text: string;
}

export function streamRenderer(view: View, createdAt = Date.now(), endedAt = Date.now): StreamRenderer {
  const identity: Identity = { id: mintId('resp_'), model: view.model, createdAt };
  const echo = echoOf(view.request, null);
  const output: JsonObject[] = [];
  let sequence = 0;
  let ended = false;
  let open: OpenItem | undefined;

  const event = (type: string, more: object) => sse({ type, sequence_number: sequence++, ...more }, type);
  const respond = (type: string, stage: Stage) => event(type, { response: responseObject(identity, echo, stage) });
  const begin = () =>
    sequence > 0 ? '' : respond('response.created', IN_PROGRESS) + respond('response.in_progress', IN_PROGRESS);
  /** Where an event belongs; the item that is open is the output's next. */
  const at = (item: OpenItem) => ({ item_id: item.id, output_index: output.length });
  const done = (item: JsonObject) => {
    const written = event('response.output_item.done', { output_index: output.length, item });
    output.push(item);
    return written;
  };

  const openText = (item: OpenItem) =>
    event('response.output_item.added', {
      output_index: output.length,
      item: messageItem(item.id, 'in_progress', []),
    }) + event('response.content_part.added', { ...at(item), content_index: 0, part: textPart('') });

  const openThinking = (item: OpenItem) =>
    event('response.output_item.added', {
      output_index: output.length,
      item: { id: item.id, type: 'reasoning', summary: [] },
    }) + event('response.reasoning_summary_part.added', { ...at(item), summary_index: 0, part: summaryPart('') });

  const closeText = (item: OpenItem) => {
    const part = textPart(item.text);
    return (
      event('response.output_text.done', { ...at(item), content_index: 0, text: item.text, logprobs: [] }) +
      event('response.content_part.done', { ...at(item), content_index: 0, part }) +
      done(messageItem(item.id, 'completed', [part]))
    );
  };

  const closeThinking = (item: OpenItem) => {
    const part = summaryPart(item.text);
    return (
      event('response.reasoning_summary_text.done', { ...at(item), summary_index: 0, text: item.text }) +
      event('response.reasoning_summary_part.done', { ...at(item), summary_index: 0, part }) +
      done(reasoningItem(item.id, item.text))
    );
  };

  const close = () => {
    const item = open;
    open = undefined;
    if (item === undefined) return '';
    return item.kind === 'content' ? closeText(item) : closeThinking(item);
  };

  const piece = (kind: OpenItem['kind'], text: string) => {
    if (text === '') return '';
    let start = '';
    if (open?.kind !== kind) {
      start = close();
      open = { kind, id: mintId(kind === 'content' ? 'msg_' : 'rs_'), text: '' };
      start += kind === 'content' ? openText(open) : openThinking(open);
    }
    open.text += text;
    return kind === 'content'
      ? start + event('response.output_text.delta', { ...at(open), content_index: 0, delta: text, logprobs: [] })
      : start + event('response.reasoning_summary_text.delta', { ...at(open), summary_index: 0, delta: text });
  };

  const call = (called: ToolCall) => {
    const closed = close();
    const item = callItem(called);
    const place = { item_id: item.id, output_index: output.length };
    return (
      closed +
      event('response.output_item.added', {
        output_index: output.length,
        item: { ...item, status: 'in_progress', arguments: '' },
      }) +
      event('response.function_call_arguments.delta', { ...place, delta: item.arguments }) +
      event('response.function_call_arguments.done', { ...place, arguments: item.arguments }) +
      done(item)
    );
  };

  const complete = (usage: Usage | undefined) =>
    close() +
    respond('response.completed', { status: 'completed', output, usage, completedAt: endedAt(), error: null });

  /** Both: some clients look for the response that failed, others for the error. */
  const fail = ({ message }: Fault) => {
    const error = { code: 'server_error', message };
    const failed: Stage = { status: 'failed', output, usage: undefined, completedAt: undefined, error };
    return (sequence > 0 ? respond('response.failed', failed) : '') + event('error', { ...error, param: null });
  };

  return {
    write(delta) {
      if (ended) return '';
      if (delta.kind === 'fault') {
        ended = true;
        return fail(delta.fault);
      }
      const started = begin();
      if (delta.kind === 'tool_call') return started + call(delta.call);
      if (delta.kind !== 'done') return started + piece(delta.kind, delta.text);
      ended = true;
      return started + complete(delta.usage);
    },
  };
}

export function renderStream(answer: Answer, view: View): string {
  const { write } = streamRenderer(view, answer.createdAt, () => answer.createdAt);
  return answerDeltas(answer).map(write).join('');
}
