/** How the `/v1` dialects read requests: the same words are the same prompt as on Ollama's own API. */
import { describe, expect, it } from 'vitest';
import { anthropicMessages } from '../../src/dialects/anthropic-messages.ts';
import type { Dialect, Reading } from '../../src/dialects/dialect.ts';
import { parseBody } from '../../src/dialects/fold.ts';
import { ollamaChat } from '../../src/dialects/ollama-chat.ts';
import { ollamaGenerate } from '../../src/dialects/ollama-generate.ts';
import { openaiChat } from '../../src/dialects/openai-chat.ts';
import { openaiCompletions } from '../../src/dialects/openai-completions.ts';
import { openaiResponses } from '../../src/dialects/openai-responses.ts';
import { exchangeKey } from '../../src/exchange/key.ts';
import type { Prompt } from '../../src/exchange/prompt.ts';

type Body = Readonly<Record<string, unknown>>;

function read(dialect: Dialect, body: Body | string): Reading {
  const parsed = parseBody(typeof body === 'string' ? body : JSON.stringify(body));
  if (parsed.kind === 'fault') throw new Error(parsed.fault.message);
  return dialect.read(parsed.body);
}

function promptOf(dialect: Dialect, body: Body | string): Prompt {
  const reading = read(dialect, body);
  if (reading.kind !== 'prompt') throw new Error(`${dialect.name}: ${JSON.stringify(reading)}`);
  return reading.prompt;
}

function messageOf(dialect: Dialect, body: Body | string): string {
  const reading = read(dialect, body);
  return reading.kind === 'fault' ? reading.fault.message : reading.kind;
}

function keyOf(prompt: Prompt): Promise<string> {
  return exchangeKey({ tenant: 't', namespace: '', model: prompt.model, digest: '' }, { kind: 'prompt', prompt });
}

const model = 'llama3.2';
const words = 'Why is the sky blue?';
const user = { role: 'user', content: words };
const forced = { temperature: 1, top_p: 1 };
const picture = 'iVBORw0KGgo=';
const schema = { type: 'object', properties: { z: { type: 'string' }, a: { type: 'integer' } } };
const sortedSchema = { properties: { a: { type: 'integer' }, z: { type: 'string' } }, type: 'object' };
const tool = (parameters: object) => ({
  type: 'function',
  function: { name: 'look', description: 'Looks', parameters },
});
const call = { id: 'call_1', function: { name: 'look', arguments: { z: 'up' } } };
const saidCall = { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"z":"up"}' } };

/** What is asked through `/api/chat`, and the same through other routes. */
const SAME: readonly (readonly [string, Body, Dialect, Body])[] = [
  ['a question', { messages: [user], options: forced }, openaiChat, { messages: [user] }],
  ['a question', { messages: [user], options: forced }, openaiResponses, { input: words }],
  ['a question as an item', { messages: [user], options: forced }, openaiResponses, { input: [user] }],
  [
    'a question in parts',
    { messages: [user], options: forced },
    openaiResponses,
    {
      input: [
        {
          type: 'message',
          role: 'user',
          content: [
            { type: 'input_text', text: 'Why is ' },
            { type: 'input_text', text: 'the sky blue?' },
          ],
        },
      ],
    },
  ],
  [
    'a question',
    { messages: [user], options: { num_predict: 9 } },
    anthropicMessages,
    { max_tokens: 9, messages: [user] },
  ],
  [
    'a question in blocks',
    { messages: [user], options: { num_predict: 9 } },
    anthropicMessages,
    {
      max_tokens: 9,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Why is ' },
            { type: 'text', text: 'the sky blue?', cache_control: { type: 'ephemeral' } },
          ],
        },
      ],
    },
  ],
  [
    'sampling',
    {
      messages: [user],
      options: { ...forced, temperature: 0.2, top_p: 0.5, num_predict: 7, seed: 3, stop: ['x'], presence_penalty: 0.5 },
    },
    openaiChat,
    { messages: [user], temperature: 0.2, top_p: 0.5, max_tokens: 7, seed: 3, stop: 'x', presence_penalty: 0.5 },
  ],
  [
    'sampling',
    { messages: [user], options: { temperature: 0.2, top_p: 0.5, num_predict: 7 } },
    openaiResponses,
    { input: words, temperature: 0.2, top_p: 0.5, max_output_tokens: 7 },
  ],
  [
    'sampling',
    { messages: [user], options: { temperature: 0.2, top_p: 0.5, top_k: 5, num_predict: 7, stop: ['x', 'y'] } },
    anthropicMessages,
    { messages: [user], temperature: 0.2, top_p: 0.5, top_k: 5, max_tokens: 7, stop_sequences: ['x', 'y'] },
  ],
  [
    'a system message',
    { messages: [{ role: 'system', content: 'Be brief' }, user], options: forced },
    openaiResponses,
    { instructions: 'Be brief', input: words },
  ],
  [
    'a system message',
    { messages: [{ role: 'system', content: 'Be brief' }, user], options: { num_predict: 9 } },
    anthropicMessages,
    {
      system: [
        { type: 'text', text: 'Be ' },
        { type: 'text', text: 'brief' },
      ],
      messages: [user],
      max_tokens: 9,
    },
  ],
  [
    'JSON',
    { messages: [user], options: forced, format: 'json' },
    openaiChat,
    { messages: [user], response_format: { type: 'json_object' } },
  ],
  [
    'a schema',
    { messages: [user], options: forced, format: schema },
    openaiChat,
    { messages: [user], response_format: { type: 'json_schema', json_schema: { name: 'x', strict: true, schema } } },
  ],
  [
    'a schema',
    { messages: [user], options: forced, format: schema },
    openaiResponses,
    { input: words, text: { format: { type: 'json_schema', name: 'x', strict: true, schema } } },
  ],
  [
    'thinking',
    { messages: [user], options: forced, think: 'low' },
    openaiChat,
    { messages: [user], reasoning_effort: 'low' },
  ],
  [
    'thinking',
    { messages: [user], options: forced, think: false },
    openaiChat,
    { messages: [user], reasoning: { effort: 'none' } },
  ],
  [
    'thinking',
    { messages: [user], options: forced, think: 'max' },
    openaiResponses,
    { input: words, reasoning: { effort: 'max', summary: 'auto' } },
  ],
  [
    'thinking',
    { messages: [user], options: { num_predict: 9 }, think: true },
    anthropicMessages,
    { messages: [user], max_tokens: 9, thinking: { type: 'enabled', budget_tokens: 1024 } },
  ],
  [
    'thinking',
    { messages: [user], options: { num_predict: 9 }, think: 'high' },
    anthropicMessages,
    { messages: [user], max_tokens: 9, thinking: { type: 'adaptive' }, output_config: { effort: ' XHigh ' } },
  ],
  [
    'tools',
    { messages: [user], options: forced, tools: [tool(schema)] },
    openaiChat,
    { messages: [user], tools: [tool(schema)] },
  ],
  [
    'tools, sorted as Ollama sorts them here',
    { messages: [user], options: forced, tools: [tool(sortedSchema)] },
    openaiResponses,
    {
      input: words,
      tools: [{ type: 'function', name: 'look', description: 'Looks', strict: true, parameters: schema }],
    },
  ],
  [
    'tools',
    { messages: [user], options: { num_predict: 9 }, tools: [tool(schema)] },
    anthropicMessages,
    {
      messages: [user],
      max_tokens: 9,
      tools: [{ name: 'look', description: 'Looks', input_schema: schema }],
      tool_choice: { type: 'auto' },
    },
  ],
  [
    'a call and what came of it',
    {
      messages: [
        user,
        { role: 'assistant', content: '', thinking: 'hm', tool_calls: [call] },
        { role: 'tool', content: 'blue', tool_call_id: 'call_1', tool_name: 'look' },
      ],
      options: forced,
    },
    openaiChat,
    {
      messages: [
        user,
        { role: 'assistant', content: null, reasoning: 'hm', tool_calls: [saidCall] },
        { role: 'tool', content: 'blue', tool_call_id: 'call_1' },
      ],
    },
  ],
  [
    'a call and what came of it',
    {
      messages: [
        user,
        { role: 'assistant', content: '', thinking: 'hm', tool_calls: [call] },
        { role: 'tool', content: 'blue', tool_call_id: 'call_1' },
      ],
      options: forced,
    },
    openaiResponses,
    {
      input: [
        user,
        { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'hm' },
        {
          type: 'function_call',
          id: 'fc_1',
          call_id: 'call_1',
          name: 'look',
          arguments: '{"z":"up"}',
          status: 'completed',
        },
        { type: 'function_call_output', call_id: 'call_1', output: 'blue' },
      ],
    },
  ],
  [
    'a call and what came of it, results before words',
    {
      messages: [
        { role: 'assistant', content: 'Wait', thinking: 'hm', tool_calls: [call] },
        { role: 'tool', content: 'blue', tool_call_id: 'call_1' },
        { role: 'user', content: 'And?' },
      ],
      options: { num_predict: 9 },
    },
    anthropicMessages,
    {
      max_tokens: 9,
      messages: [
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 's' },
            { type: 'text', text: 'Wait' },
            { type: 'tool_use', id: 'call_1', name: 'look', input: { z: 'up' } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'And?' },
            { type: 'tool_result', tool_use_id: 'call_1', is_error: false, content: [{ type: 'text', text: 'blue' }] },
          ],
        },
      ],
    },
  ],
  [
    'an image',
    { messages: [{ role: 'user', content: '', images: [picture] }], options: forced },
    openaiChat,
    {
      messages: [
        { role: 'user', content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${picture}` } }] },
      ],
    },
  ],
  [
    'an image',
    { messages: [{ ...user, images: [picture] }], options: forced },
    openaiResponses,
    {
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: words },
            { type: 'input_image', detail: 'auto', image_url: `data:image/jpeg;base64,${picture}` },
          ],
        },
      ],
    },
  ],
  [
    'an image',
    { messages: [{ ...user, images: [picture] }], options: { num_predict: 9 } },
    anthropicMessages,
    {
      max_tokens: 9,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: picture } },
            { type: 'text', text: words },
          ],
        },
      ],
    },
  ],
  [
    'log probabilities',
    { messages: [user], options: forced, logprobs: true, top_logprobs: 2 },
    openaiChat,
    { messages: [user], logprobs: true, top_logprobs: 2 },
  ],
];

describe('the same words are the same prompt', () => {
  it.each(SAME.map(([name, native, dialect, body]) => [`${name}: ${dialect.name}`, native, dialect, body] as const))(
    '%s',
    async (_, native, dialect, body) => {
      const [one, other] = [
        promptOf(ollamaChat, { model, ...native }),
        promptOf(dialect, { model: 'Llama3.2:latest', ...body }),
      ];
      expect(other).toEqual(one);
      expect(await keyOf(other)).toBe(await keyOf(one));
    },
  );

  it('for completions and /api/generate', () => {
    const options = { ...forced, frequency_penalty: 0, presence_penalty: 0, num_predict: 4 };
    const one = promptOf(ollamaGenerate, { model, prompt: words, suffix: '!', options });
    expect(
      promptOf(openaiCompletions, { model, prompt: words, suffix: '!', max_tokens: 4, top_p: 0, echo: true }),
    ).toEqual(one);
  });

  it('whatever order and case the keys are in', () => {
    const one = promptOf(openaiChat, { model, messages: [user], reasoning: { effort: 'low' }, seed: 1 });
    const text = `{"SEED":1,"reasoning":{"EFFORT":"low"},"Messages":[{"CONTENT":"${words}","Role":"USER"}],"model":"x","MODEL":"${model}"}`;
    expect(promptOf(openaiChat, text)).toEqual(one);
  });
});

describe('what Ollama ignores changes nothing', () => {
  it.each([
    [
      openaiChat,
      { messages: [user] },
      {
        n: 3,
        user: 'u',
        logit_bias: { 1: 2 },
        tool_choice: 'none',
        max_completion_tokens: 4,
        metadata: {},
        store: true,
        parallel_tool_calls: false,
        stream_options: { include_usage: true },
        stop: [],
        verbosity: 'low',
        response_format: { type: 'text' },
        unheard: null,
      },
    ],
    [openaiCompletions, { prompt: words }, { n: 3, best_of: 2, echo: true, user: 'u', stop: [], logprobs: 0 }],
    [
      openaiResponses,
      { input: words },
      {
        store: false,
        include: ['reasoning.encrypted_content'],
        metadata: { a: 'b' },
        tool_choice: 'auto',
        prompt_cache_key: 'k',
        truncation: 'auto',
        text: { verbosity: 'low', format: { type: 'text' } },
        previous_response_id: null,
        background: true,
        reasoning: { summary: 'auto' },
      },
    ],
    [
      anthropicMessages,
      { messages: [user], max_tokens: 5 },
      {
        metadata: { user_id: 'u' },
        tool_choice: { type: 'auto' },
        service_tier: 'auto',
        thinking: { type: 'adaptive' },
        stop_sequences: [],
      },
    ],
  ] as const)('$0.name', (dialect, body, more) => {
    expect(promptOf(dialect, { model, ...body, ...more })).toEqual(promptOf(dialect, { model, ...body }));
  });
});

describe('what Prompt does not model is kept apart', () => {
  it.each([
    [openaiChat, { messages: [user], think: true }, 'think'],
    [
      openaiChat,
      {
        messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }] }],
      },
      'messages.content.input_audio',
    ],
    [openaiCompletions, { prompt: words, logprobs: 2 }, 'logprobs'],
    [openaiCompletions, { prompt: words, keep_alive: 1 }, 'keep_alive'],
    [openaiResponses, { input: words, previous_response_id: 'resp_1' }, 'previous_response_id'],
    [openaiResponses, { input: words, conversation: 'conv_1' }, 'conversation'],
    [openaiResponses, { input: words, text: { format: { type: 'json_object' } } }, 'text.format.json_object'],
    [openaiResponses, { input: words, tools: [{ type: 'web_search' }] }, 'tools.web_search'],
    [openaiResponses, { input: [{ role: 'User', content: words }] }, 'input[0].role'],
    [
      openaiResponses,
      { input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'f' }] }] },
      'input[0]: content[0].file_id',
    ],
    [anthropicMessages, { messages: [user], max_tokens: 5, mcp_servers: [] }, 'mcp_servers'],
    [anthropicMessages, { messages: [user], max_tokens: 5, output_config: { format: {} } }, 'format'],
    [
      anthropicMessages,
      { messages: [user], max_tokens: 5, tools: [{ type: 'bash_20250124', name: 'bash' }] },
      'tools.bash_20250124',
    ],
    [
      anthropicMessages,
      { messages: [{ role: 'user', content: [{ type: 'document' }, { type: 'text', text: words }] }], max_tokens: 5 },
      'messages.content.document',
    ],
  ] as const)('$0.name: $2', (dialect, body, why) => {
    const given = { model, stream: true, ...body };
    expect(read(dialect, given)).toEqual({
      kind: 'opaque',
      model: `${model}:latest`,
      stream: true,
      forward: given,
      why,
    });
  });
});

describe('what is wrong is refused in Ollama’s words', () => {
  it.each([
    [openaiChat, { messages: [] }, "[] is too short - 'messages'"],
    [
      openaiChat,
      { messages: 'x' },
      'json: cannot unmarshal string into Go struct field ChatCompletionRequest.messages of type []openai.Message',
    ],
    [openaiChat, { messages: [{ role: 'user' }] }, 'invalid message content type: <nil>'],
    [openaiChat, { messages: [{ role: 'user', content: 4 }] }, 'invalid message content type: float64'],
    [openaiChat, { messages: [{ role: 'user', content: ['x'] }] }, 'invalid message format'],
    [
      openaiChat,
      { messages: [user], reasoning_effort: 'minimal' },
      `invalid reasoning value: 'minimal' (must be "high", "medium", "low", "max", or "none")`,
    ],
    [
      openaiChat,
      { messages: [{ role: 'assistant', tool_calls: [{ function: { name: 'x', arguments: '' } }] }] },
      'invalid tool call arguments',
    ],
    [openaiChat, { messages: [user], top_logprobs: 21 }, 'top_logprobs must be between 0 and 20'],
    [openaiChat, { messages: [user], model: 'x:cloud' }, 'cloud models are not served here: x:cloud'],
    [
      openaiCompletions,
      { prompt: ['a'] },
      'json: cannot unmarshal array into Go struct field CompletionRequest.prompt of type string',
    ],
    [openaiResponses, { input: 4 }, 'input must be a string or array'],
    [openaiResponses, { input: [{}] }, "input[0]: input item missing required 'type' field"],
    [openaiResponses, { input: [{ type: 'item_reference' }] }, 'input[0]: unknown input item type: "item_reference"'],
    [
      openaiResponses,
      { input: [{ role: 'user', content: [{ type: 'x' }] }] },
      'input[0]: content[0]: unknown content type: x',
    ],
    [
      openaiResponses,
      { input: [{ role: 'user', content: [{ type: 'input_file' }] }] },
      'file inputs are not currently supported',
    ],
    [
      openaiResponses,
      { input: words, reasoning: { effort: 'x' } },
      'invalid reasoning value: "x" (must be "high", "medium", "low", "max", or "none")',
    ],
    [anthropicMessages, { messages: [user] }, 'max_tokens is required and must be positive'],
    [anthropicMessages, { max_tokens: 5 }, 'messages is required'],
    [anthropicMessages, { max_tokens: 5, messages: [user], model: '' }, 'model is required'],
    [
      anthropicMessages,
      { max_tokens: 5, messages: [{ role: 'user', content: [{ type: 'tool_use', name: 'x' }] }] },
      "tool_use block missing required 'id' field",
    ],
    [
      anthropicMessages,
      { max_tokens: 5, messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url' } }] }] },
      'invalid image source type: url. Only base64 images are supported.',
    ],
    [
      anthropicMessages,
      { max_tokens: 5, messages: [user], tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
      'web search is not served here',
    ],
  ] as const)('$0.name: $2', (dialect, body, message) => {
    expect(messageOf(dialect, { model, ...body })).toBe(message);
  });
});

describe('what asks for no answer is forwarded as it is', () => {
  it.each([
    [openaiCompletions, { prompt: '' }],
    [openaiResponses, { input: [] }],
    [openaiResponses, {}],
    [anthropicMessages, { messages: [{ role: 'user', content: [] }], max_tokens: 5 }],
  ] as const)('$0.name: $1', (dialect, body) => {
    const given = { model, ...body };
    expect(read(dialect, given)).toEqual({ kind: 'control', model: `${model}:latest`, forward: given });
  });
});

describe('a conversation on /v1/responses', () => {
  const messagesOf = (...input: object[]) => {
    const prompt = promptOf(openaiResponses, { model, input });
    return prompt.kind === 'chat' ? prompt.messages : [];
  };
  const said = (id: string) => ({ type: 'function_call', call_id: id, name: 'look', arguments: '{"z":"up"}' });
  const read = (id: string) => ({ id, name: 'look', arguments: { z: 'up' } });
  const thought = (text: string) => ({ type: 'reasoning', summary: [], encrypted_content: text });

  it('gives calls to the assistant’s message before them', () => {
    expect(messagesOf({ role: 'assistant', content: 'Wait' }, said('a'), said('b'))).toEqual([
      { role: 'assistant', content: 'Wait', toolCalls: [read('a'), read('b')] },
    ]);
    expect(messagesOf(user, said('a'), { type: 'function_call_output', call_id: 'a', output: [] }, said('b'))).toEqual([
      user,
      { role: 'assistant', content: '', toolCalls: [read('a')] },
      { role: 'tool', content: '', toolCallId: 'a' },
      { role: 'assistant', content: '', toolCalls: [read('b')] },
    ]);
  });

  it('gives reasoning to the assistant’s next message or call, and the last of it one of its own', () => {
    expect(messagesOf(thought('one'), user, { role: 'assistant', content: 'Yes' }, thought('two'), said('a'))).toEqual([
      user,
      { role: 'assistant', content: 'Yes', thinking: 'two', toolCalls: [read('a')] },
    ]);
    expect(messagesOf(thought('one'), { role: 'assistant', content: 'Yes' }, thought('two'))).toEqual([
      { role: 'assistant', content: 'Yes', thinking: 'one' },
      { role: 'assistant', content: '', thinking: 'two' },
    ]);
  });
});

describe('a tool’s name on /v1/chat/completions', () => {
  const named = (id: string, name: string) => ({ id, type: 'function', function: { name, arguments: '{}' } });
  const result = { role: 'tool', content: 'blue', tool_call_id: 'a' };
  const nameOf = (...messages: object[]) => {
    const prompt = promptOf(openaiChat, { model, messages });
    return prompt.kind === 'chat' ? prompt.messages.find(({ role }) => role === 'tool')?.toolName : undefined;
  };

  it('is that of the first call with its id, in the last message that has one', () => {
    const before = { role: 'assistant', content: '', tool_calls: [named('a', 'old')] };
    const after = { role: 'assistant', content: '', tool_calls: [named('a', 'first'), named('a', 'second')] };
    expect(nameOf(before, result)).toBe('old');
    expect(nameOf(before, result, after)).toBe('first');
    expect(nameOf(before, { ...result, name: 'own' })).toBe('own');
    expect(nameOf(before, { ...result, tool_call_id: 'b' })).toBeUndefined();
    expect(nameOf(before, { ...result, content: [{ type: 'text', text: 'blue' }] })).toBeUndefined();
  });
});
