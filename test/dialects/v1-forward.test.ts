/** What is forwarded is what was keyed: the canonical body of any request reads back as the same prompt, streams, and asks for usage. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anthropicMessages } from '../../src/dialects/anthropic-messages.ts';
import type { Dialect } from '../../src/dialects/dialect.ts';
import { openaiChat } from '../../src/dialects/openai-chat.ts';
import { openaiCompletions } from '../../src/dialects/openai-completions.ts';
import { openaiResponses } from '../../src/dialects/openai-responses.ts';
import type { Json, JsonObject } from '../../src/exchange/json.ts';
import { orderKept } from '../../src/exchange/key.ts';
import { jsonObject, words } from './arbitrary.ts';

const some = (fields: Record<string, fc.Arbitrary<unknown>>, required: readonly string[] = []) =>
  fc.record(fields, { requiredKeys: [...required] }) as fc.Arbitrary<Record<string, Json>>;
const many = (item: fc.Arbitrary<unknown>, maxLength = 3) => fc.array(item, { maxLength });
const temperature = fc.constantFrom(0, 0.7, 1, null);
const topP = fc.constantFrom(0, 0.5, 1, null);
const limit = fc.constantFrom(-1, 1, 100, null);
const role = fc.constantFrom('user', 'assistant', 'system', 'developer', 'tool');
const id = fc.constantFrom('', 'call_1', 'call_2');
const model = fc.constantFrom('m', 'M:Latest', ' library/m ');
const url = fc.constantFrom('data:;base64,AAAA', 'data:image/png;base64,AAAA', 'data:image/jpeg;base64,AA\nAA');
const args = jsonObject.map((value) => JSON.stringify(value));
const harmless = { user: words, metadata: fc.constant({}), service_tier: fc.constant('auto'), stream: fc.boolean() };

const functionTool = fc.record({
  type: fc.constant('function'),
  function: some({ name: words, description: words, parameters: jsonObject }, ['name']),
});

const chatCalls = many(
  some({ id, type: fc.constant('function'), function: fc.record({ name: words, arguments: args }) }, ['function']),
  2,
);
const chatPart = fc.oneof(
  fc.record({ type: fc.constant('text'), text: words }),
  fc.record({ type: fc.constant('image_url'), image_url: fc.oneof(url, fc.record({ url })) }),
);
const chatMessage = fc.oneof(
  some(
    {
      role,
      content: fc.oneof(words, many(chatPart)),
      reasoning: words,
      name: words,
      tool_call_id: id,
      tool_calls: chatCalls,
    },
    ['role', 'content'],
  ),
  some({ role, content: fc.constant(null), reasoning: words, tool_call_id: id, tool_calls: chatCalls }, [
    'role',
    'tool_calls',
  ]),
);
const chatBody = some(
  {
    model,
    messages: many(chatMessage, 4),
    temperature,
    top_p: topP,
    max_tokens: limit,
    seed: fc.constantFrom(0, -0, 7, null),
    stop: fc.oneof(words, many(fc.oneof(words, fc.constant(4)))),
    presence_penalty: fc.constantFrom(0, 0.5, null),
    frequency_penalty: fc.constantFrom(0, 0.5, null),
    response_format: fc.oneof(
      fc.constant({ type: 'text' }),
      fc.constant({ type: ' JSON_Object ' }),
      fc.record({
        type: fc.constant('json_schema'),
        json_schema: fc.record({ schema: fc.oneof(jsonObject, fc.constantFrom('json', '', null)) }),
      }),
    ),
    reasoning_effort: fc.constantFrom('', 'none', 'low', 'max', null),
    reasoning: fc.constantFrom(null, { effort: 'high' }, {}),
    tools: many(functionTool, 2),
    logprobs: fc.constantFrom(true, false, null),
    top_logprobs: fc.constantFrom(0, 3),
    n: fc.nat(),
    tool_choice: fc.constant('auto'),
    ...harmless,
  },
  ['model', 'messages'],
);

const completionsBody = some(
  {
    model,
    prompt: words,
    suffix: words,
    temperature,
    top_p: topP,
    max_tokens: limit,
    seed: fc.constantFrom(0, 7, null),
    stop: fc.oneof(words, many(words)),
    presence_penalty: fc.constantFrom(0, 0.5, null),
    frequency_penalty: fc.constantFrom(0, 0.5, null),
    echo: fc.boolean(),
    ...harmless,
  },
  ['model', 'prompt'],
);

const inputPart = fc.oneof(
  fc.record({ type: fc.constantFrom('input_text', 'output_text'), text: words }),
  fc.record({
    type: fc.constant('input_image'),
    detail: fc.constant('auto'),
    image_url: fc.oneof(url, fc.constant('')),
  }),
);
const inputItem = fc.oneof(
  some({ type: fc.constant('message'), role, content: fc.oneof(words, many(inputPart)), id: words }, ['role']),
  some({ type: fc.constant('function_call'), call_id: id, name: words, arguments: fc.oneof(args, fc.constant('')) }, [
    'type',
  ]),
  some({ type: fc.constant('function_call_output'), call_id: id, output: fc.oneof(words, many(inputPart)) }, ['type']),
  some({ type: fc.constant('reasoning'), summary: fc.constant([]), encrypted_content: words }, ['type']),
);
const responsesBody = some(
  {
    model,
    input: fc.oneof(words, many(inputItem, 6)),
    instructions: fc.oneof(words, fc.constant(null)),
    temperature,
    top_p: topP,
    max_output_tokens: limit,
    reasoning: fc.constantFrom(null, {}, { effort: 'none' }, { effort: 'low', summary: 'auto' }),
    text: fc.oneof(
      fc.constantFrom(null, {}, { format: { type: 'text' } }),
      fc.record({
        format: fc.record({ type: fc.constant('json_schema'), name: words, schema: jsonObject, strict: fc.boolean() }),
      }),
    ),
    tools: many(
      some(
        {
          type: fc.constant('function'),
          name: words,
          description: fc.oneof(words, fc.constant(null)),
          strict: fc.boolean(),
          parameters: fc.oneof(jsonObject, fc.constant(null)),
        },
        ['type'],
      ),
      2,
    ),
    truncation: fc.constantFrom('auto', null),
    include: fc.constant([]),
    store: fc.boolean(),
    ...harmless,
  },
  ['model'],
);

const image = fc.record({
  type: fc.constant('image'),
  source: fc.constant({ type: 'base64', media_type: 'image/png', data: 'AAAA' }),
});
const textBlock = fc.record({ type: fc.constant('text'), text: words });
const block = fc.oneof(
  textBlock,
  image,
  fc.record({ type: fc.constant('thinking'), thinking: words, signature: words }),
  some(
    {
      type: fc.constant('tool_use'),
      id: fc.constantFrom('call_1', 'call_2'),
      name: fc.constant('look'),
      input: jsonObject,
    },
    ['type', 'id', 'name'],
  ),
  some(
    {
      type: fc.constant('tool_result'),
      tool_use_id: id,
      content: fc.oneof(words, many(fc.oneof(textBlock, image))),
      is_error: fc.boolean(),
    },
    ['type'],
  ),
);
const messagesBody = some(
  {
    model,
    max_tokens: fc.constantFrom(1, 100),
    messages: fc.array(fc.record({ role, content: fc.oneof(words, many(block, 5)) }), { minLength: 1, maxLength: 4 }),
    system: fc.oneof(words, many(textBlock), fc.constant(null)),
    temperature,
    top_p: topP,
    top_k: fc.constantFrom(0, 40, null),
    stop_sequences: many(words),
    thinking: fc.constantFrom(
      null,
      { type: 'enabled', budget_tokens: 2000 },
      { type: 'disabled' },
      { type: 'adaptive' },
    ),
    output_config: fc.constantFrom(null, { effort: 'low' }, { effort: 'xhigh' }, { effort: 'odd' }),
    tools: many(
      some(
        {
          type: fc.constantFrom('custom', ''),
          name: words,
          description: words,
          input_schema: fc.oneof(jsonObject, fc.constant(null)),
        },
        ['name'],
      ),
      2,
    ),
    metadata: fc.constant({ user_id: 'u' }),
    stream: fc.boolean(),
  },
  ['model', 'max_tokens', 'messages'],
);

const BODIES: readonly (readonly [Dialect, fc.Arbitrary<JsonObject>])[] = [
  [openaiChat, chatBody],
  [openaiCompletions, completionsBody],
  [openaiResponses, responsesBody],
  [anthropicMessages, messagesBody],
];

describe.each(BODIES)('$name', (dialect, bodies) => {
  it('forwards what it keyed', () => {
    let modelled = 0;
    fc.assert(
      fc.property(bodies, (body) => {
        const given = JSON.parse(JSON.stringify(body)) as JsonObject;
        const reading = dialect.read(given);
        expect(reading.kind).toMatch(/^(prompt|control|fault)$/);
        if (reading.kind === 'fault') {
          // The only wrong one in the bodies above: a conversation of nothing.
          expect([reading.fault.message, dialect]).toEqual(["[] is too short - 'messages'", openaiChat]);
          return;
        }
        if (reading.kind !== 'prompt') return;
        modelled += 1;
        const { forward, prompt } = reading;
        // As it arrives, after the wire.
        const arrived = dialect.read(JSON.parse(JSON.stringify(forward)) as JsonObject);
        if (arrived.kind !== 'prompt') throw new Error(JSON.stringify(arrived));
        expect(arrived.prompt).toEqual(prompt);
        expect(orderKept(arrived.prompt)).toEqual(orderKept(prompt));
        expect(JSON.stringify(arrived.forward)).toBe(JSON.stringify(forward));
        expect(arrived.view).toMatchObject({ stream: true, includeUsage: true });
        expect(JSON.stringify(forward)).not.toMatch(/keep_alive|num_gpu|"user":/);
      }),
      { numRuns: 400 },
    );
    expect(modelled).toBeGreaterThan(200);
  });
});
