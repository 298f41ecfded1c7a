/**
 * /v1/chat/completions. Streams are those of newer versions: the role in the first chunk only, an empty delta in a finish chunk of its own;
 * v0.24 repeats the role in every chunk.
 */
import type { Dialect, Writer } from '../dialect.ts';
import { goJson } from '../go/write.ts';
import type { Chunk } from '../native/request.ts';
import { type ChatRead, readChat } from './chat-read.ts';
import { DONE, data, drawnId, refusal, SSE, seconds, usageOf } from './common.ts';

function callsOut(calls: Chunk['calls']): object[] {
  return calls.map(({ id, index, name, arguments: given }) => ({
    id,
    index,
    type: 'function',
    function: { name, arguments: goJson(given) },
  }));
}

const logprobsOut = (logprobs: Chunk['logprobs']) => (logprobs.length > 0 ? { logprobs: { content: logprobs } } : {});

function createWriter({ request: { model }, includeUsage }: ChatRead): Writer {
  const id = drawnId('chatcmpl-');
  let begun = false;
  let called = false;

  const head = (named = model) => ({
    id,
    object: 'chat.completion.chunk',
    created: seconds(),
    model: named,
    system_fingerprint: 'fp_ollama',
  });
  const frame = (delta: object, finish: string | null, more: object = {}) => {
    const role = begun ? {} : { role: 'assistant' };
    begun = true;
    return data({ ...head(), choices: [{ index: 0, delta: { ...role, ...delta }, finish_reason: finish, ...more }] });
  };

  return {
    stream({ content, thinking, calls, logprobs, ending }) {
      const frames: string[] = [];
      called ||= calls.length > 0;
      // A chunk with thoughts and words is split; its logprobs go with the first half.
      if (thinking !== '') frames.push(frame({ content: '', reasoning: thinking }, null, logprobsOut(logprobs)));
      const spoken = { content, ...(calls.length > 0 && { tool_calls: callsOut(calls) }) };
      if (content !== '' || calls.length > 0 || (thinking === '' && ending === undefined))
        frames.push(frame(spoken, null, thinking === '' ? logprobsOut(logprobs) : {}));
      if (ending === undefined) return frames.join('');
      frames.push(frame({}, called ? 'tool_calls' : ending.reason));
      if (includeUsage) frames.push(data({ ...head(), choices: [], usage: usageOf(ending) }));
      return `${frames.join('')}${DONE}`;
    },
    whole: ({ content, thinking, calls, logprobs, ending }) =>
      `${goJson({
        id,
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
              ...(thinking !== '' && { reasoning: thinking }),
              ...(calls.length > 0 && { tool_calls: callsOut(calls) }),
            },
            finish_reason: calls.length > 0 ? 'tool_calls' : (ending?.reason ?? null),
            ...logprobsOut(logprobs),
          },
        ],
        usage: usageOf(ending),
      })}\n`,
    // The error becomes an empty chunk of no model.
    broken: () =>
      data({ ...head(''), choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] }),
  };
}

export const openaiChat: Dialect = {
  path: '/v1/chat/completions',
  streamHeaders: SSE,
  native: false,
  refusal,
  read(text) {
    const read = readChat(text);
    return { request: read.request, writer: createWriter(read) };
  },
};
