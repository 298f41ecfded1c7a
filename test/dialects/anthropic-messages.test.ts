/** `/v1/messages`: what is read, how answers are read, and what Anthropic's own client does with ours. */
import Anthropic from '@anthropic-ai/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anthropicMessages } from '../../src/dialects/anthropic-messages.ts';
import type { View } from '../../src/dialects/dialect.ts';
import { parseBody } from '../../src/dialects/fold.ts';
import { eventSplitter } from '../../src/dialects/framing/sse.ts';
import { ollamaChat } from '../../src/dialects/ollama-chat.ts';
import type { Answer, Delta } from '../../src/exchange/answer.ts';
import { faultOfStatus } from '../../src/exchange/fault.ts';
import type { JsonObject } from '../../src/exchange/json.ts';
import { jsonObject, someWords, words } from './arbitrary.ts';

const hello = { model: 'llama3.2', max_tokens: 100, messages: [{ role: 'user', content: 'hi' }] };
const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };

function read(body: JsonObject | string) {
  const parsed = parseBody(typeof body === 'string' ? body : JSON.stringify(body));
  return parsed.kind === 'fault' ? parsed : anthropicMessages.read(parsed.body);
}

function modelled(body: JsonObject | string) {
  const reading = read(body);
  if (reading.kind !== 'prompt') throw new Error(JSON.stringify(reading));
  return reading;
}

const promptOf = (body: JsonObject | string) => modelled(body).prompt;

function nativePromptOf(body: JsonObject) {
  const reading = ollamaChat.read(body);
  if (reading.kind !== 'prompt') throw new Error(JSON.stringify(reading));
  return reading.prompt;
}

function whyOpaque(body: JsonObject) {
  const reading = read(body);
  return reading.kind === 'opaque' ? reading.why : reading.kind;
}

const saying = (...content: JsonObject[]) => ({ ...hello, messages: [{ role: 'user', content }] });

describe('reading /v1/messages', () => {
  it('reads the same prompt as /api/chat does from the same words', () => {
    const body = {
      model: 'Llama3.2',
      max_tokens: 64,
      system: [
        { type: 'text', text: 'be ', cache_control: { type: 'ephemeral' } },
        { type: 'text', text: 'brief' },
      ],
      messages: [
        {
          role: 'User',
          content: [
            { type: 'text', text: 'what is ' },
            { type: 'text', text: 'this?', citations: null },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGVs\nbG8=' } },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'abc' },
            { type: 'tool_use', id: 'toolu_1', name: 'look', input: { z: 1, a: 2 } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'and now?' },
            {
              type: 'tool_result',
              tool_use_id: 'toolu_1',
              is_error: false,
              content: [{ type: 'text', text: 'llama' }],
            },
          ],
        },
      ],
      stream: true,
      temperature: 0,
      top_p: 0.5,
      top_k: 3,
      stop_sequences: ['\n'],
      tools: [{ name: 'look', description: 'Looks', input_schema: schema, cache_control: { type: 'ephemeral' } }],
      tool_choice: { type: 'auto' },
      thinking: { type: 'enabled', budget_tokens: 2000 },
      metadata: { user_id: 'u' },
    };
    const reading = modelled(body);
    expect(reading.prompt).toEqual(
      nativePromptOf({
        model: 'llama3.2:latest',
        messages: [
          { role: 'system', content: 'be brief' },
          { role: 'user', content: 'what is this?', images: ['aGVsbG8='] },
          {
            role: 'assistant',
            content: '',
            thinking: 'hm',
            tool_calls: [{ id: 'toolu_1', function: { name: 'look', arguments: { z: 1, a: 2 } } }],
          },
          { role: 'tool', content: 'llama', tool_call_id: 'toolu_1' },
          { role: 'user', content: 'and now?' },
        ],
        tools: [{ type: 'function', function: { name: 'look', description: 'Looks', parameters: schema } }],
        think: true,
        options: { num_predict: 64, temperature: 0, top_p: 0.5, top_k: 3, stop: ['\n'] },
      }),
    );
    expect(reading.view).toMatchObject({ stream: true, model: 'Llama3.2' });
    // The order of a call's arguments reaches the template.
    expect(JSON.stringify(reading.forward)).toContain('"input":{"z":1,"a":2}');
  });

  it('fills in no sampling of its own: the model’s defaults hold', () => {
    expect(promptOf(hello)).toEqual({
      kind: 'chat',
      model: 'llama3.2:latest',
      options: { num_predict: 100 },
      messages: [{ role: 'user', content: 'hi' }],
    });
    expect(promptOf({ ...hello, stop_sequences: [], temperature: null, tools: [] })).toEqual(promptOf(hello));
  });

  it.each<[string, JsonObject, unknown]>([
    ['nothing', {}, undefined],
    ['thinking enabled', { thinking: { type: 'enabled', budget_tokens: 1024 } }, true],
    ['thinking disabled', { thinking: { type: 'disabled' } }, false],
    ['thinking adaptive', { thinking: { type: 'adaptive' } }, undefined],
    ['an effort', { output_config: { effort: ' Low ' } }, 'low'],
    ['the highest effort but one', { output_config: { effort: 'xhigh' } }, 'high'],
    ['an effort that is none', { output_config: { effort: 'huge' } }, undefined],
    ['thinking before effort', { thinking: { type: 'disabled' }, output_config: { effort: 'high' } }, false],
    ['effort where thinking is adaptive', { thinking: { type: 'adaptive' }, output_config: { effort: 'max' } }, 'max'],
  ])('reads from %s whether to think', (_, more, think) => {
    expect(promptOf({ ...hello, ...more }).think).toBe(think);
  });

  it('drops messages in which nothing is said, and loads the model where none is left', () => {
    const silent = { role: 'assistant', content: '' };
    expect(promptOf({ ...hello, messages: [silent, ...hello.messages] })).toEqual(promptOf(hello));
    expect(read({ ...hello, messages: [silent] })).toMatchObject({ kind: 'control', model: 'llama3.2:latest' });
    expect(promptOf({ ...hello, system: 'only this', messages: [silent] })).toMatchObject({
      messages: [{ role: 'system', content: 'only this' }],
    });
  });

  it('takes the last of two spellings, and joins as Ollama joins', () => {
    const twice = '{"model":"a","max_tokens":5,"Model":"b","messages":[{"role":"user","content":"x","CONTENT":"y"}]}';
    expect(promptOf(twice)).toMatchObject({ model: 'b:latest', messages: [{ role: 'user', content: 'y' }] });
  });

  it.each<[string, JsonObject]>([
    ['messages.content.document', saying({ type: 'document', source: { type: 'text', data: 'x' } })],
    ['messages.content.redacted_thinking.data', saying({ type: 'redacted_thinking', data: 'x' })],
    ['messages.content.server_tool_use', saying({ type: 'server_tool_use', id: 'a', name: 'b', input: {} })],
    ['messages.content.text.new', saying({ type: 'text', text: 'hi', new: 1 })],
    ['messages.name', { ...hello, messages: [{ role: 'user', content: 'hi', name: 'x' }] }],
    ['tools.bash_20250124', { ...hello, tools: [{ type: 'bash_20250124', name: 'bash' }] }],
    ['tools.max_uses', { ...hello, tools: [{ name: 'look', input_schema: schema, max_uses: 1 }] }],
    ['format', { ...hello, output_config: { format: { type: 'json_schema', schema } } }],
    ['container', { ...hello, container: 'c' }],
    ['mcp_servers', { ...hello, mcp_servers: [{ url: 'https://example.com' }] }],
  ])('keeps apart a request with %s', (why, body) => {
    expect(whyOpaque(body)).toBe(why);
    expect(read({ ...body, stream: true })).toMatchObject({ kind: 'opaque', stream: true, forward: { stream: true } });
    // What is not understood goes on as it came.
    expect(read(body)).toMatchObject({ stream: false, forward: body });
  });

  it.each<[string, JsonObject]>([
    ['a service tier', { service_tier: 'auto' }],
    ['a tool choice', { tool_choice: { type: 'any', disable_parallel_tool_use: true } }],
    ['metadata', { metadata: { user_id: 'me' } }],
    ['something that is null', { container: null }],
  ])('does not care about %s', (_, more) => {
    expect(promptOf({ ...hello, ...more })).toEqual(promptOf(hello));
    expect(modelled({ ...hello, ...more }).forward).toEqual(modelled(hello).forward);
  });

  it.each<[string, number, JsonObject]>([
    ['model is required', 400, { ...hello, model: ' ' }],
    ['max_tokens is required and must be positive', 400, { ...hello, max_tokens: 0 }],
    ['messages is required', 400, { ...hello, messages: [] }],
    ["tool_use block missing required 'name' field", 400, saying({ type: 'tool_use', id: 'x', input: {} })],
    ['invalid image source', 400, saying({ type: 'image' })],
    [
      'invalid tool_result image source',
      400,
      saying({ type: 'tool_result', tool_use_id: 'x', content: [{ type: 'image' }] }),
    ],
    ['web search is not served here', 403, { ...hello, tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    ['cloud models are not served here: gpt-oss:120b-cloud', 403, { ...hello, model: 'gpt-oss:120b-cloud' }],
  ])('refuses: %s', (message, status, body) => {
    expect(read(body)).toMatchObject({ kind: 'fault', fault: { message, status } });
  });
});

const block = fc.oneof(
  fc.record({ type: fc.constant('text'), text: words }),
  fc.record({ type: fc.constant('thinking'), thinking: words, signature: words }),
  fc.record({ type: fc.constant('tool_use'), id: someWords, name: someWords, input: jsonObject }),
  fc.record(
    {
      type: fc.constant('tool_result'),
      tool_use_id: words,
      content: fc.oneof(words, fc.array(fc.record({ type: fc.constant('text'), text: words }), { maxLength: 2 })),
    },
    { requiredKeys: ['type'] },
  ),
  fc.constant({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } }),
);

const request: fc.Arbitrary<JsonObject> = fc.record(
  {
    model: fc.constantFrom('llama3.2', 'Llama3.2:latest', 'qwen3:0.6b'),
    max_tokens: fc.integer({ min: 1, max: 4096 }),
    messages: fc.array(
      fc.record({
        role: fc.constantFrom('user', 'assistant', 'system', 'Tool', ''),
        content: fc.oneof(words, fc.array(block, { maxLength: 3 })),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    system: fc.oneof(words, fc.constant([{ type: 'text', text: 'be brief' }])),
    stream: fc.constantFrom(true, false, null),
    temperature: fc.constantFrom(0, 0.5, null),
    top_p: fc.constantFrom(0.1, null),
    top_k: fc.constantFrom(1, null),
    stop_sequences: fc.array(words, { maxLength: 2 }),
    tools: fc.array(
      fc.record(
        { type: fc.constant('custom'), name: words, description: words, input_schema: jsonObject },
        { requiredKeys: ['name'] },
      ),
      { maxLength: 2 },
    ),
    thinking: fc.constantFrom({ type: 'enabled', budget_tokens: 1024 }, { type: 'disabled' }, { type: 'adaptive' }),
    output_config: fc.constantFrom({ effort: 'low' }, { effort: 'xhigh' }, {}),
  },
  { requiredKeys: ['model', 'max_tokens', 'messages'] },
) as fc.Arbitrary<JsonObject>;

describe('what goes to the origin', () => {
  it('reads as an equal prompt, streams, and is its own canonical form', () => {
    fc.assert(
      fc.property(request, (body) => {
        const reading = read(body);
        if (reading.kind === 'control') return;
        if (reading.kind !== 'prompt') throw new Error(JSON.stringify(reading));
        const again = modelled(JSON.stringify(reading.forward));
        expect(again.prompt).toEqual(reading.prompt);
        expect(reading.forward.stream).toBe(true);
        expect(JSON.stringify(again.forward)).toBe(JSON.stringify(reading.forward));
      }),
    );
  });
});

const view: View = { stream: true, model: 'Llama3.2', includeUsage: true, request: hello };

function decode(body: string, streaming = true): Delta[] {
  const decoder = anthropicMessages.decoder(streaming);
  return [...decoder.push(body), ...decoder.end()];
}

describe('answers of /v1/messages', () => {
  it.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['tool_use', 'stop'],
    ['max_tokens', 'length'],
    ['refusal', 'refusal'],
  ])('that stop because of %s ended with %s', (stop_reason, reason) => {
    const whole = { type: 'message', content: [{ type: 'text', text: 'x' }], stop_reason, usage: {} };
    expect(decode(JSON.stringify(whole), false)).toMatchObject([{ kind: 'content' }, { kind: 'done', reason }]);
  });

  it('have no end where Ollama gave up on them', () => {
    const whole = { type: 'message', content: [{ type: 'text', text: 'x' }], usage: { input_tokens: 0 } };
    expect(decode(JSON.stringify(whole), false)).toEqual([{ kind: 'content', text: 'x' }]);
    const stop = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';
    expect(decode(stop)).toEqual([]);
  });

  it('are faults where the origin says so', () => {
    const said = { kind: 'fault', fault: { status: 500, message: 'broken' } };
    const error = { type: 'error', error: { type: 'api_error', message: 'broken' } };
    expect(decode(`event: error\ndata: ${JSON.stringify(error)}\n\n`)).toMatchObject([said]);
    expect(decode(JSON.stringify(error), false)).toMatchObject([said]);
    expect(decode('data: {no\n\n')).toMatchObject([{ kind: 'fault', fault: { status: 502 } }]);
  });

  it('say at once how many tokens the prompt had where that is known, and estimate it otherwise', () => {
    const given: Answer = {
      content: 'hi',
      thinking: '',
      toolCalls: [],
      doneReason: 'stop',
      usage: { promptTokens: 1234, completionTokens: 5 },
      timing: { total: 1, load: 1, promptEval: 1, eval: 1 },
      createdAt: 0,
    };
    const startOf = (stream: string) => JSON.parse(eventSplitter().push(stream)[0]?.data ?? '');
    expect(startOf(anthropicMessages.renderStream(given, view))).toMatchObject({
      message: { usage: { input_tokens: 1234, output_tokens: 0 } },
    });
    const { view: questioned } = modelled({ ...asked, tools: [{ name: 'look', input_schema: schema }] });
    const live = anthropicMessages.streamRenderer(questioned).write({ kind: 'content', text: 'hi' });
    // `user`, the question, `look` and the schema are 4, 20, 4 and 77 characters; four are reckoned a token.
    expect(JSON.stringify(schema)).toHaveLength(77);
    expect(startOf(live)).toMatchObject({ message: { usage: { input_tokens: 26, output_tokens: 0 } } });
  });

  it.each([
    [400, 'invalid_request_error'],
    [401, 'authentication_error'],
    [403, 'permission_error'],
    [404, 'not_found_error'],
    [413, 'request_too_large'],
    [429, 'rate_limit_error'],
    [500, 'api_error'],
    [503, 'overloaded_error'],
    [504, 'api_error'],
  ])('have errors of status %i as %s', (status, type) => {
    const body = JSON.parse(anthropicMessages.errorBody(faultOfStatus(status, 'why')));
    expect(body).toEqual({
      type: 'error',
      error: { type, message: 'why' },
      request_id: expect.stringMatching(/^req_\w{24}$/),
    });
  });
});

/** Anthropic's client, answered by the dialect itself: what it asks is read, and the answer written as it wants it. */
function clientOf(serve: (view: View) => string, requests: JsonObject[] = []) {
  const fetch = async (_: unknown, init?: { body?: unknown }) => {
    const reading = modelled(String(init?.body));
    requests.push(reading.forward);
    return new Response(serve(reading.view), {
      headers: { 'content-type': reading.view.stream ? anthropicMessages.streamType : 'application/json' },
    });
  };
  return new Anthropic({
    apiKey: 'none',
    baseURL: 'http://edge.test',
    maxRetries: 0,
    fetch: fetch as typeof globalThis.fetch,
  });
}

const told: Answer = {
  content: 'Because air scatters blue light.',
  thinking: 'The sky.',
  toolCalls: [{ id: 'call_1', name: 'look', arguments: { city: 'Paris', deep: { z: [1] } } }],
  doneReason: 'stop',
  usage: { promptTokens: 21, completionTokens: 13 },
  timing: { total: 1, load: 1, promptEval: 1, eval: 1 },
  createdAt: 1_700_000_000_000,
};

const asked = {
  model: 'llama3.2',
  max_tokens: 1024,
  messages: [{ role: 'user' as const, content: 'Why is the sky blue?' }],
};

describe('Anthropic’s own client', () => {
  it('can go on from what it was told', async () => {
    const requests: JsonObject[] = [];
    const client = clientOf((view) => anthropicMessages.renderJson(told, view), requests);
    const { content } = await client.messages.create(asked);
    await client.messages.create({
      ...asked,
      messages: [
        ...asked.messages,
        { role: 'assistant', content },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1', content: '18 degrees' }] },
      ],
    });
    expect(promptOf(requests[1] as JsonObject)).toMatchObject({
      messages: [
        { role: 'user', content: 'Why is the sky blue?' },
        { role: 'assistant', content: told.content, thinking: told.thinking, toolCalls: told.toolCalls },
        { role: 'tool', content: '18 degrees', toolCallId: 'call_1' },
      ],
    });
  });
});
