/** `/v1/responses`: what goes to the origin, how its answers are read, and what OpenAI's own client does with ours. */
import fc from 'fast-check';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { View } from '../../src/dialects/dialect.ts';
import { parseBody } from '../../src/dialects/fold.ts';
import { eventSplitter } from '../../src/dialects/framing/sse.ts';
import { openaiResponses } from '../../src/dialects/openai-responses.ts';
import type { Answer, Delta } from '../../src/exchange/answer.ts';
import { fault } from '../../src/exchange/fault.ts';
import type { JsonObject } from '../../src/exchange/json.ts';
import { jsonObject, words } from './arbitrary.ts';

function modelled(body: JsonObject | string) {
  const parsed = parseBody(typeof body === 'string' ? body : JSON.stringify(body));
  const reading = parsed.kind === 'fault' ? parsed : openaiResponses.read(parsed.body);
  if (reading.kind !== 'prompt') throw new Error(JSON.stringify(reading));
  return reading;
}

const part = fc.oneof(
  fc.record({ type: fc.constantFrom('input_text', 'output_text'), text: words }),
  fc.record(
    {
      type: fc.constant('input_image'),
      detail: fc.constant('auto'),
      image_url: fc.constant('data:image/png;base64,aGk='),
    },
    { requiredKeys: ['type'] },
  ),
);
const said = fc.oneof(words, fc.array(part, { maxLength: 3 }));
const role = fc.constantFrom('user', 'assistant', 'system', 'developer', 'tool');

const item = fc.oneof(
  fc.record({ role, content: said }),
  fc.record(
    { type: fc.constant('message'), role, content: said, id: fc.constant('msg_1') },
    { requiredKeys: ['type'] },
  ),
  fc.record({
    type: fc.constant('function_call'),
    call_id: words,
    name: words,
    arguments: fc.oneof(
      fc.constant(''),
      jsonObject.map((given) => JSON.stringify(given)),
    ),
  }),
  fc.record({ type: fc.constant('function_call_output'), call_id: words, output: said }, { requiredKeys: ['type'] }),
  fc.record({ type: fc.constant('reasoning'), summary: fc.constant([]), encrypted_content: words }),
);

const request: fc.Arbitrary<JsonObject> = fc.record(
  {
    model: fc.constantFrom('llama3.2', 'Llama3.2:latest', 'qwen3:0.6b'),
    input: fc.oneof(words, fc.array(item, { maxLength: 5 })),
    instructions: words,
    stream: fc.constantFrom(true, false, null),
    temperature: fc.constantFrom(0, 0.5, null),
    top_p: fc.constantFrom(0.1, null),
    max_output_tokens: fc.constantFrom(1, 100, null),
    reasoning: fc.constantFrom({ effort: 'none' }, { effort: 'high', summary: 'auto' }, {}, null),
    text: fc.oneof(
      fc.constantFrom(null, {}, { verbosity: 'low' }, { format: { type: 'text' } }),
      jsonObject.map((given) => ({ format: { type: 'json_schema', name: 'x', strict: true, schema: given } })),
    ),
    tools: fc.array(
      fc.record(
        {
          type: fc.constant('function'),
          name: words,
          description: fc.option(words),
          strict: fc.constantFrom(true, null),
          parameters: fc.option(jsonObject),
        },
        { requiredKeys: ['type', 'name'] },
      ),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: ['model', 'input'] },
) as fc.Arbitrary<JsonObject>;

describe('what goes to the origin', () => {
  it('reads as an equal prompt, streams, and is its own canonical form', () => {
    fc.assert(
      fc.property(request, (body) => {
        const reading = openaiResponses.read(body);
        if (reading.kind === 'control') return;
        if (reading.kind !== 'prompt') throw new Error(JSON.stringify(reading));
        const again = modelled(JSON.stringify(reading.forward));
        expect(again.prompt).toEqual(reading.prompt);
        expect(reading.forward.stream).toBe(true);
        expect(JSON.stringify(again.forward)).toBe(JSON.stringify(reading.forward));
      }),
    );
  });

  it('says at which temperature and top_p to sample, since versions of Ollama differ in what they take for granted', () => {
    const { prompt, forward } = modelled({ model: 'm', input: 'hi' });
    expect(prompt.options).toEqual({ temperature: 1, top_p: 1 });
    expect(forward).toMatchObject({ temperature: 1, top_p: 1 });
    expect(modelled({ model: 'm', input: 'hi', temperature: 0, top_p: 0 }).forward).toMatchObject({
      temperature: 0,
      top_p: 0,
    });
  });

  it('is the same for all who are told the same, whatever else the answer repeats to them', () => {
    const plain = {
      model: 'm',
      input: [
        { role: 'system', content: 'be brief' },
        { role: 'user', content: 'hi' },
      ],
    };
    const other = {
      model: 'm',
      instructions: 'be brief',
      input: 'hi',
      truncation: 'auto',
      reasoning: { summary: 'auto' },
    };
    expect(modelled(other).forward).toEqual(modelled(plain).forward);
  });
});

function decode(body: string, streaming = true): Delta[] {
  const decoder = openaiResponses.decoder(streaming);
  return [...decoder.push(body), ...decoder.end()];
}

const usage = { input_tokens: 3, output_tokens: 2 };
const hi = { type: 'message', content: [{ type: 'output_text', text: 'hi' }] };
const whole = { status: 'completed', output: [hi], usage, max_output_tokens: null };
const counted = { promptTokens: 3, completionTokens: 2 };

describe('the end of an answer', () => {
  it.each<[string, JsonObject, Delta | undefined]>([
    ['completed', whole, { kind: 'done', reason: 'stop', usage: counted }],
    ['at its limit', { ...whole, max_output_tokens: 2 }, { kind: 'done', reason: 'length', usage: counted }],
    ['within its limit', { ...whole, max_output_tokens: 3 }, { kind: 'done', reason: 'stop', usage: counted }],
    ['without a limit', { ...whole, max_output_tokens: -1 }, { kind: 'done', reason: 'stop', usage: counted }],
    ['incomplete', { ...whole, status: 'incomplete' }, { kind: 'done', reason: 'length', usage: counted }],
    ['given up on', { ...whole, usage: { input_tokens: 0, output_tokens: 0 } }, undefined],
    ['not counted', { ...whole, usage: null }, undefined],
  ])('is read from a document that is %s', (_, document, done) => {
    const said: Delta = { kind: 'content', text: 'hi' };
    expect(decode(JSON.stringify(document), false)).toEqual(done === undefined ? [said] : [said, done]);
  });

  it('is not the end of an item', () => {
    const event = { type: 'response.output_item.done', item: hi };
    expect(decode(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)).toEqual([]);
  });

  it.each<[string, JsonObject]>([
    ['an error', { type: 'error', code: 'server_error', message: 'broken' }],
    ['a failed response', { type: 'response.failed', response: { status: 'failed', error: { message: 'broken' } } }],
    ['an error of another shape', { error: { message: 'broken' } }],
  ])('is a fault where the stream has %s', (_, event) => {
    expect(decode(`data: ${JSON.stringify(event)}\n\n`)).toMatchObject([
      { kind: 'fault', fault: { status: 500, message: 'broken' } },
    ]);
  });
});

/** OpenAI's client, answered by the dialect itself: what it asks is read, and the answer written as it wants it. */
function clientOf(serve: (view: View) => string, requests: JsonObject[] = []) {
  const fetch = async (_: unknown, init?: { body?: unknown }) => {
    const reading = modelled(String(init?.body));
    requests.push(reading.forward);
    return new Response(serve(reading.view), {
      headers: { 'content-type': reading.view.stream ? openaiResponses.streamType : 'application/json' },
    });
  };
  return new OpenAI({
    apiKey: 'none',
    baseURL: 'http://edge.test/v1',
    maxRetries: 0,
    fetch: fetch as typeof globalThis.fetch,
  });
}

const told: Answer = {
  content: 'Because air scatters blue light.',
  thinking: 'The sky.',
  toolCalls: [
    { id: 'call_1', name: 'look', arguments: { city: 'Paris', deep: { z: [1] } } },
    { id: 'call_2', name: 'look', arguments: {} },
  ],
  doneReason: 'stop',
  usage: { promptTokens: 21, completionTokens: 13 },
  timing: { total: 1, load: 1, promptEval: 1, eval: 1 },
  createdAt: 1_700_000_000_000,
};

const asked = { model: 'llama3.2', input: 'Why is the sky blue?' };

describe('OpenAI’s own client', () => {
  const output = [
    { type: 'reasoning', summary: [{ type: 'summary_text', text: 'The sky.' }] },
    { type: 'message', status: 'completed', content: [{ type: 'output_text', text: told.content }] },
    {
      type: 'function_call',
      status: 'completed',
      call_id: 'call_1',
      name: 'look',
      arguments: '{"city":"Paris","deep":{"z":[1]}}',
    },
    { type: 'function_call', status: 'completed', call_id: 'call_2', name: 'look', arguments: '{}' },
  ];
  const reported = { input_tokens: 21, output_tokens: 13, total_tokens: 34 };
  const answered = { object: 'response', status: 'completed', output_text: told.content, output, usage: reported };

  it('understands what is relayed to it: another’s answer, with its own request repeated', async () => {
    const anothers = openaiResponses.renderStream(told, modelled(asked).view);
    const client = clientOf((view) => openaiResponses.relay(view)?.push(anothers) ?? '');
    const stream = client.responses.stream({ ...asked, instructions: 'Be brief.' });
    expect(await stream.finalResponse()).toMatchObject({ ...answered, instructions: 'Be brief.' });
  });

  it('can go on from what it was told', async () => {
    const requests: JsonObject[] = [];
    const client = clientOf((view) => openaiResponses.renderJson(told, view), requests);
    const { output: items } = await client.responses.create(asked);
    await client.responses.create({
      model: 'llama3.2',
      input: [
        { role: 'user', content: asked.input },
        ...(items as OpenAI.Responses.ResponseInputItem[]),
        { type: 'function_call_output', call_id: 'call_1', output: '18 degrees' },
      ],
    });
    expect(modelled(requests[1] as JsonObject).prompt).toMatchObject({
      messages: [
        { role: 'user', content: asked.input },
        { role: 'assistant', content: told.content, thinking: told.thinking, toolCalls: told.toolCalls },
        { role: 'tool', content: '18 degrees', toolCallId: 'call_1' },
      ],
    });
  });
});

describe('a stream that fails', () => {
  it('numbers the error too', () => {
    const { view } = modelled(asked);
    const { write } = openaiResponses.streamRenderer(view);
    const stream = write({ kind: 'content', text: 'a' }) + write({ kind: 'fault', fault: fault('internal', 'no') });
    const numbers = eventSplitter()
      .push(stream)
      .map(({ data }) => (JSON.parse(data) as { sequence_number: number }).sequence_number);
    expect(numbers).toEqual(numbers.map((_, place) => place));
  });
});
