/** How a request is written in each dialect. The answers are read by the project's own decoders. */
import { anthropicMessages } from '../../../src/dialects/anthropic-messages.ts';
import type { Dialect } from '../../../src/dialects/dialect.ts';
import { ollamaChat } from '../../../src/dialects/ollama-chat.ts';
import { ollamaGenerate } from '../../../src/dialects/ollama-generate.ts';
import { openaiChat } from '../../../src/dialects/openai-chat.ts';
import { openaiResponses } from '../../../src/dialects/openai-responses.ts';
import type { Ask, Message } from '../workload/ask.ts';

export interface Speech {
  readonly dialect: Pick<Dialect, 'name' | 'path' | 'decoder'>;
  body(ask: Ask): object;
}

const systemOf = (messages: readonly Message[]) =>
  messages
    .filter(({ role }) => role === 'system')
    .map(({ content }) => content)
    .join('\n');
const turnsOf = (messages: readonly Message[]) => messages.filter(({ role }) => role !== 'system');

/** By name of the dialect, the default first. */
export const SPEECHES: Readonly<Record<string, Speech>> = {
  'ollama-chat': {
    dialect: ollamaChat,
    body: ({ model, messages, stream, maxTokens }) => ({
      model,
      messages,
      stream,
      options: { num_predict: maxTokens },
    }),
  },
  'ollama-generate': {
    dialect: ollamaGenerate,
    // No history in this API: a follow-up is asked as a text.
    body: ({ model, messages, stream, maxTokens }) => ({
      model,
      prompt: turnsOf(messages)
        .map(({ content }) => content)
        .join('\n\n'),
      ...(systemOf(messages) !== '' && { system: systemOf(messages) }),
      stream,
      options: { num_predict: maxTokens },
    }),
  },
  'openai-chat': {
    dialect: openaiChat,
    body: ({ model, messages, stream, maxTokens }) => ({
      model,
      messages,
      max_tokens: maxTokens,
      ...(stream && { stream, stream_options: { include_usage: true } }),
    }),
  },
  'openai-responses': {
    dialect: openaiResponses,
    body: ({ model, messages, stream, maxTokens }) => ({
      model,
      input: turnsOf(messages),
      ...(systemOf(messages) !== '' && { instructions: systemOf(messages) }),
      max_output_tokens: maxTokens,
      stream,
    }),
  },
  'anthropic-messages': {
    dialect: anthropicMessages,
    body: ({ model, messages, stream, maxTokens }) => ({
      model,
      messages: turnsOf(messages),
      ...(systemOf(messages) !== '' && { system: systemOf(messages) }),
      max_tokens: maxTokens,
      stream,
    }),
  },
};
