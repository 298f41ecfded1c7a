/** Answers as `/v1/chat/completions` writes them: one document, or chunks that end in `[DONE]`. */
import type { Answer, Delta, Done, TokenLogprob } from '../../exchange/answer.ts';
import type { JsonObject } from '../../exchange/json.ts';
import type { ToolCall } from '../../exchange/prompt.ts';
import type { StreamRenderer, View } from '../dialect.ts';
import { writeLogprobs } from '../ollama-logprobs.ts';
import { callId, END_OF_STREAM, mintId, openaiError, sse, unixSeconds, writeUsage } from '../openai-common.ts';
import { writeOpenaiToolCall } from './messages.ts';

const FINGERPRINT = 'fp_ollama';

function writeCall(call: ToolCall, index: number): JsonObject {
  return writeOpenaiToolCall({ ...call, id: callId(call.id) }, index);
}

function writeChoiceLogprobs(logprobs: readonly TokenLogprob[] | undefined): object {
  const content = writeLogprobs(logprobs);
  return content === undefined ? {} : { logprobs: { content } };
}

export function renderJson(answer: Answer, view: View): string {
  const { content, thinking, toolCalls, logprobs, doneReason, usage, createdAt } = answer;
  const message = {
    role: 'assistant',
    content,
    ...(thinking !== '' && { reasoning: thinking }),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls.map(writeCall) }),
  };
  const finish = toolCalls.length > 0 ? 'tool_calls' : doneReason;
  return JSON.stringify({
    id: mintId('chatcmpl-'),
    object: 'chat.completion',
    created: unixSeconds(createdAt),
    model: view.model,
    system_fingerprint: FINGERPRINT,
    choices: [{ index: 0, message, finish_reason: finish, ...writeChoiceLogprobs(logprobs) }],
    usage: writeUsage(usage),
  });
}

function isSilent(delta: Delta): boolean {
  return (delta.kind === 'content' || delta.kind === 'thinking') && delta.text === '' && delta.logprobs === undefined;
}

/** The role stands in the first chunk only, and one id and one time in all of them. */
export function streamRenderer(view: View, createdAt = Date.now()): StreamRenderer {
  const head = {
    id: mintId('chatcmpl-'),
    object: 'chat.completion.chunk',
    created: unixSeconds(createdAt),
    model: view.model,
    system_fingerprint: FINGERPRINT,
  };
  let begun = false;
  let calls = 0;
  let ended = false;

  const chunk = (delta: object, finish: string | null, logprobs?: readonly TokenLogprob[]) => {
    const role = begun ? undefined : { role: 'assistant', content: '' };
    begun = true;
    const choice = { index: 0, delta: { ...role, ...delta }, finish_reason: finish, ...writeChoiceLogprobs(logprobs) };
    return sse({ ...head, choices: [choice] });
  };
  const end = ({ reason, usage }: Done) => {
    const finish = chunk({}, calls > 0 ? 'tool_calls' : reason || null);
    const counted = view.includeUsage && usage !== undefined;
    return finish + (counted ? sse({ ...head, choices: [], usage: writeUsage(usage) }) : '') + END_OF_STREAM;
  };

  return {
    write(delta) {
      if (ended || isSilent(delta)) return '';
      switch (delta.kind) {
        case 'content':
          return chunk({ content: delta.text }, null, delta.logprobs);
        case 'thinking':
          return chunk({ reasoning: delta.text }, null, delta.logprobs);
        case 'tool_call':
          return chunk({ tool_calls: [writeCall(delta.call, calls++)] }, null, delta.logprobs);
        case 'done':
          ended = true;
          return end(delta);
        case 'fault':
          ended = true;
          return sse(openaiError(delta.fault));
      }
    },
  };
}
