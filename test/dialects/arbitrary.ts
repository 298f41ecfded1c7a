/** Generators of answers and of what stands in native requests, for the dialects' properties. */
import fc from 'fast-check';
import type { Answer, TokenLogprob } from '../../src/exchange/answer.ts';
import type { Json, JsonObject } from '../../src/exchange/json.ts';

/** Any text that has a UTF-8 form, and what JSON, NDJSON and SSE treat specially. */
export const words = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('', '\n', '\r\n', 'data: x\n\n', '"\\', '<think>', '[DONE]', '\u2028', '🦙'),
);

export const someWords = words.filter((text) => text !== '');

/** As JSON gives it back: without `-0` and `__proto__`. */
const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);

export const jsonObject: fc.Arbitrary<JsonObject> = fc
  .dictionary(fc.string({ maxLength: 5 }), json, { maxKeys: 3 })
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonObject);

export const toolCall = fc.record({
  id: fc.constantFrom('', 'call_1', 'call_ab12cd34'),
  name: words,
  arguments: jsonObject,
});

const oneLogprob: fc.Arbitrary<TokenLogprob> = fc.record(
  { token: words, logprob: fc.constantFrom(0, -0.25, -1.5e-7), bytes: fc.array(fc.nat(255), { maxLength: 3 }) },
  { requiredKeys: ['token', 'logprob'] },
);

export const logprobs: fc.Arbitrary<readonly TokenLogprob[]> = fc.array(
  fc
    .tuple(oneLogprob, fc.option(fc.array(oneLogprob, { minLength: 1, maxLength: 2 })))
    .map(([one, top]) => (top === null ? one : { ...one, topLogprobs: top })),
  { minLength: 1, maxLength: 3 },
);

const duration = fc.integer({ min: 1, max: 1e12 });

/** Complete answers: never empty. */
export const answer: fc.Arbitrary<Answer> = fc
  .record(
    {
      content: words,
      thinking: words,
      toolCalls: fc.array(toolCall, { maxLength: 2 }),
      logprobs,
      context: fc.array(fc.nat(200_000), { maxLength: 5 }),
      doneReason: fc.constantFrom('stop' as const, 'length' as const),
      usage: fc.record({ promptTokens: fc.nat(5000), completionTokens: fc.nat(5000) }),
      timing: fc.record({ total: duration, load: duration, promptEval: duration, eval: duration }),
      createdAt: fc.integer({ min: 0, max: 4e12 }),
    },
    { requiredKeys: ['content', 'thinking', 'toolCalls', 'doneReason', 'usage', 'timing', 'createdAt'] },
  )
  .filter(({ content, thinking, toolCalls }) => content !== '' || thinking !== '' || toolCalls.length > 0);

export const options: fc.Arbitrary<JsonObject> = fc.record(
  {
    seed: fc.integer(),
    temperature: fc.constantFrom(0, 0.1, 0.8, 2),
    num_predict: fc.constantFrom(-1, 10, 10.5),
    stop: fc.array(words, { maxLength: 2 }),
    num_ctx: fc.constantFrom(2048, null),
    num_gpu: fc.constantFrom(0, 1),
    mirostat: fc.constantFrom(0, 1),
  },
  { requiredKeys: [] },
);

/** The fields that `/api/chat` and `/api/generate` share. */
export const nativeFields = {
  model: fc.constantFrom('llama3.2', 'Llama3.2:latest', 'library/llama3.2', 'qwen2.5:0.5b'),
  stream: fc.constantFrom(true, false, null),
  format: fc.oneof(fc.constantFrom('', null, 'json'), jsonObject),
  keep_alive: fc.constantFrom(null, 0, -1, '5m', '1h30m', '1.5s'),
  options: fc.option(options),
  think: fc.constantFrom(true, false, null, 'low', 'medium', 'high', 'max'),
  truncate: fc.constantFrom(true, false, null),
  shift: fc.constantFrom(true, false, null),
  logprobs: fc.constantFrom(true, false, null),
  top_logprobs: fc.constantFrom(0, 1, 20, null),
  _debug_render_only: fc.constantFrom(false, null),
};
