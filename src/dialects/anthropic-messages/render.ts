/** Answers as `/v1/messages` writes them: one document, or events from `message_start` to `message_stop`. */
import type { Answer, Done, Usage } from '../../exchange/answer.ts';
import type { JsonObject } from '../../exchange/json.ts';
import type { ToolCall } from '../../exchange/prompt.ts';
import { answerDeltas } from '../answer-deltas.ts';
import type { StreamRenderer, View } from '../dialect.ts';
import { writeEvent } from '../framing/sse.ts';
import { callId, mintId, sse } from '../openai-common.ts';
import { anthropicErrorBody } from './error.ts';
import { estimatedTokens } from './estimate.ts';

/** What an answer ended with; like Ollama, it says nothing of a reason that it does not know. */
function stopReason(reason: string, calls: number): { stop_reason?: string } {
  if (calls > 0) return { stop_reason: 'tool_use' };
  if (reason === '') return {};
  return { stop_reason: reason === 'stop' ? 'end_turn' : reason === 'length' ? 'max_tokens' : 'stop_sequence' };
}

function writeUsage({ promptTokens, completionTokens }: Usage): JsonObject {
  return { input_tokens: promptTokens, output_tokens: completionTokens };
}

function writeHead(model: string, content: readonly JsonObject[]): JsonObject {
  return { id: mintId('msg_'), type: 'message', role: 'assistant', model, content };
}

function toolUse({ id, name }: ToolCall, input: JsonObject): JsonObject {
  return { type: 'tool_use', id: callId(id), name, input };
}

export function renderJson({ content, thinking, toolCalls, doneReason, usage }: Answer, view: View): string {
  const blocks: JsonObject[] = [];
  if (thinking !== '') blocks.push({ type: 'thinking', thinking });
  if (content !== '') blocks.push({ type: 'text', text: content });
  for (const call of toolCalls) blocks.push(toolUse(call, call.arguments));
  return JSON.stringify({
    ...writeHead(view.model, blocks),
    ...stopReason(doneReason, toolCalls.length),
    usage: writeUsage(usage),
  });
}

const event = (type: string, more: object) => sse({ type, ...more }, type);

/** @param promptTokens where they are known before the end; they are estimated otherwise */
export function streamRenderer(view: View, promptTokens = estimatedTokens(view.request)): StreamRenderer {
  let begun = false;
  let ended = false;
  let calls = 0;
  let index = 0;
  let open: 'text' | 'thinking' | undefined;

  const begin = () => {
    if (begun) return '';
    begun = true;
    const usage = writeUsage({ promptTokens, completionTokens: 0 });
    return event('message_start', { message: { ...writeHead(view.model, []), usage } });
  };
  const close = () => {
    if (open === undefined) return '';
    open = undefined;
    return event('content_block_stop', { index: index++ });
  };
  const piece = (kind: 'text' | 'thinking', text: string) => {
    if (text === '') return '';
    let start = '';
    if (open !== kind) {
      start = close() + event('content_block_start', { index, content_block: { type: kind, [kind]: '' } });
      open = kind;
    }
    return start + event('content_block_delta', { index, delta: { type: `${kind}_delta`, [kind]: text } });
  };
  const whole = (call: ToolCall) => {
    calls += 1;
    const closed = close();
    const start = event('content_block_start', { index, content_block: toolUse(call, {}) });
    const input = { type: 'input_json_delta', partial_json: JSON.stringify(call.arguments) };
    return closed + start + event('content_block_delta', { index, delta: input }) + stop();
  };
  const stop = () => event('content_block_stop', { index: index++ });
  const end = ({ reason, usage }: Done) =>
    close() +
    event('message_delta', {
      delta: stopReason(reason, calls),
      usage: writeUsage(usage ?? { promptTokens, completionTokens: 0 }),
    }) +
    event('message_stop', {});

  return {
    write(delta) {
      if (ended) return '';
      if (delta.kind === 'fault') {
        ended = true;
        return writeEvent(anthropicErrorBody(delta.fault), 'error');
      }
      const started = begin();
      if (delta.kind === 'tool_call') return started + whole(delta.call);
      if (delta.kind !== 'done') return started + piece(delta.kind === 'content' ? 'text' : 'thinking', delta.text);
      ended = true;
      return started + end(delta);
    },
  };
}

export function renderStream(answer: Answer, view: View): string {
  const { write } = streamRenderer(view, answer.usage.promptTokens);
  return answerDeltas(answer).map(write).join('');
}
