/** `/v1/messages`: Anthropic's API, as Ollama speaks it. */

import { messagesDecoder } from './anthropic-messages/decode.ts';
import { anthropicErrorBody } from './anthropic-messages/error.ts';
import { read } from './anthropic-messages/read.ts';
import { renderJson, renderStream, streamRenderer } from './anthropic-messages/render.ts';
import type { Dialect } from './dialect.ts';

export const anthropicMessages: Dialect = {
  name: 'anthropic-messages',
  path: '/v1/messages',
  streamType: 'text/event-stream',
  read,
  decoder: messagesDecoder,
  relay: () => undefined,
  // It shows no log probabilities and continues from nothing.
  suffices: () => true,
  renderJson,
  renderStream,
  streamRenderer: (view) => streamRenderer(view),
  errorBody: anthropicErrorBody,
};
