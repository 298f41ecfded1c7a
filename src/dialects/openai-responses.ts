/** `/v1/responses`: OpenAI's newest API, as Ollama speaks it. */
import type { Dialect, Relay, View } from './dialect.ts';
import { openaiErrorBody } from './openai-common.ts';
import { responsesDecoder } from './openai-responses/decode.ts';
import { read } from './openai-responses/read.ts';
import { renderJson, renderStream, streamRenderer } from './openai-responses/render.ts';

/** Every answer repeats its own request, of which the origin was told only what changes the answer: so it is written anew. */
function rewritten(view: View): Relay {
  const decoder = responsesDecoder(true);
  const { write } = streamRenderer(view);
  return { push: (text) => decoder.push(text).map(write).join('') };
}

export const openaiResponses: Dialect = {
  name: 'openai-responses',
  path: '/v1/responses',
  streamType: 'text/event-stream',
  read,
  decoder: responsesDecoder,
  relay: rewritten,
  // It shows no log probabilities and continues from nothing.
  suffices: () => true,
  renderJson,
  renderStream,
  streamRenderer: (view) => streamRenderer(view),
  errorBody: openaiErrorBody,
};
