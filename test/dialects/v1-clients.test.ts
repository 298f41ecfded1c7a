/** The official clients, fed by the renderers: they see whole, well-formed answers, stored or live, and errors as errors. */
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { answerDeltas } from '../../src/dialects/answer-deltas.ts';
import { anthropicMessages } from '../../src/dialects/anthropic-messages.ts';
import type { Dialect, View } from '../../src/dialects/dialect.ts';
import { parseBody } from '../../src/dialects/fold.ts';
import { openaiChat } from '../../src/dialects/openai-chat.ts';
import { openaiCompletions } from '../../src/dialects/openai-completions.ts';
import { openaiResponses } from '../../src/dialects/openai-responses.ts';
import type { Answer, Delta } from '../../src/exchange/answer.ts';
import { type Fault, fault } from '../../src/exchange/fault.ts';

type Serve = (dialect: Dialect, view: View) => Response;
type Mode = 'stored' | 'live' | 'relayed';
const MODES: readonly Mode[] = ['stored', 'live', 'relayed'];

const sky: Answer = {
  content: 'Because air scatters blue light.',
  thinking: '',
  toolCalls: [],
  logprobs: [
    { token: 'Because', logprob: -0.1, bytes: [66], topLogprobs: [{ token: 'Because', logprob: -0.1, bytes: [66] }] },
    { token: ' air', logprob: -0.2 },
  ],
  doneReason: 'stop',
  usage: { promptTokens: 14, completionTokens: 16 },
  timing: { total: 4, load: 1, promptEval: 1, eval: 2 },
  createdAt: 1_795_486_411_000,
};
const thought: Answer = { ...sky, thinking: 'The user asks about light.' };
const calls: Answer = {
  ...thought,
  content: 'I will look.',
  toolCalls: [
    { id: 'call_1', name: 'get_weather', arguments: { city: 'Paris' } },
    { id: '', name: 'get_weather', arguments: {} },
  ],
};
const cutOff: Answer = { ...sky, doneReason: 'length' };

/** In small pieces, as a model writes. */
function pieces(given: Answer): readonly Delta[] {
  return answerDeltas(given).flatMap((delta): readonly Delta[] => {
    if (delta.kind !== 'content' && delta.kind !== 'thinking') return [delta];
    const [first = '', ...others] = delta.text.split(/(?= )/);
    return [{ ...delta, text: first }, ...others.map((text): Delta => ({ kind: delta.kind, text }))];
  });
}

/** A body of seven bytes a chunk. */
function trickle(text: string): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + 7));
      at += 7;
    },
  });
}

function answering(given: Answer, mode: Mode): Serve {
  return (dialect, view) => {
    if (!view.stream)
      return new Response(dialect.renderJson(given, view), { headers: { 'content-type': 'application/json' } });
    // The origin was asked by another, for what the edge wants to know.
    const another = { ...view, includeUsage: true, request: {} };
    const write = (as: View) => pieces(given).map(dialect.streamRenderer(as).write).join('');
    const relayed = () => dialect.relay(view)?.push(write(another)) ?? write(another);
    const text = mode === 'stored' ? dialect.renderStream(given, view) : mode === 'live' ? write(view) : relayed();
    return new Response(trickle(text), { headers: { 'content-type': dialect.streamType } });
  };
}

const failing =
  (reason: Fault): Serve =>
  (dialect) =>
    new Response(dialect.errorBody(reason), { status: reason.status, headers: { 'content-type': 'application/json' } });

const breaking: Serve = (dialect, view) => {
  const { write } = dialect.streamRenderer(view);
  const said = write({ kind: 'content', text: 'Because' });
  const text = said + write({ kind: 'fault', fault: fault('bad_gateway', 'it broke') });
  return new Response(trickle(text), { headers: { 'content-type': dialect.streamType } });
};

const DIALECTS = [openaiChat, openaiCompletions, openaiResponses, anthropicMessages];

function fetchFrom(serve: Serve) {
  return async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const dialect = DIALECTS.find(({ path }) => String(url).endsWith(path));
    const parsed = parseBody(String(init?.body));
    if (dialect === undefined || parsed.kind === 'fault') throw new Error(`${url}`);
    const reading = dialect.read(parsed.body);
    if (reading.kind !== 'prompt') throw new Error(JSON.stringify(reading));
    return serve(dialect, reading.view);
  };
}

const openai = (serve: Serve) =>
  new OpenAI({ apiKey: 'any', baseURL: 'http://edge/v1', maxRetries: 0, fetch: fetchFrom(serve) });
const anthropic = (serve: Serve) =>
  new Anthropic({ apiKey: 'any', baseURL: 'http://edge', maxRetries: 0, fetch: fetchFrom(serve) });

const model = 'Tiny';
const messages = [{ role: 'user' as const, content: 'Why is the sky blue?' }];
const parameters = { type: 'object', properties: { city: { type: 'string' } } };
const minted = expect.stringMatching(/^(call_1|call_[0-9a-f]{24})$/);

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const events: T[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

describe('openai: chat.completions', () => {
  const tools = [{ type: 'function' as const, function: { name: 'get_weather', parameters } }];
  const toolCalls = calls.toolCalls.map(({ name, arguments: args }) => ({
    id: minted,
    type: 'function',
    function: { name, arguments: JSON.stringify(args) },
  }));

  it('takes a document', async () => {
    const completion = await openai(answering(calls, 'stored')).chat.completions.create({ model, messages, tools });
    expect(completion).toMatchObject({
      model,
      object: 'chat.completion',
      created: 1_795_486_411,
      choices: [{ finish_reason: 'tool_calls', message: { role: 'assistant', content: 'I will look.' } }],
      usage: { prompt_tokens: 14, completion_tokens: 16, total_tokens: 30 },
    });
    expect(completion.choices[0]?.message.tool_calls).toMatchObject(toolCalls);
  });

  it.each(MODES)('takes a %s stream', async (mode) => {
    const client = openai(answering(sky, mode));
    const asked = { model, messages, logprobs: true, top_logprobs: 1, stream_options: { include_usage: true } };
    const final = await client.chat.completions.stream(asked).finalChatCompletion();
    expect(final).toMatchObject({
      model,
      choices: [{ finish_reason: 'stop', message: { role: 'assistant', content: sky.content } }],
      usage: { total_tokens: 30 },
    });
    const [first, second] = final.choices[0]?.logprobs?.content ?? [];
    expect(first).toMatchObject({ token: 'Because', logprob: -0.1, top_logprobs: [{ token: 'Because' }] });
    expect(second).toMatchObject({ token: ' air' });
  });

  it.each(MODES)('takes a %s stream of calls', async (mode) => {
    const client = openai(answering(calls, mode));
    const final = await client.chat.completions.stream({ model, messages, tools }).finalChatCompletion();
    expect(final.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { content: 'I will look.', tool_calls: toolCalls },
    });
  });

  it.each(MODES)('sees one id, one role, and no usage it did not ask for: %s', async (mode) => {
    const stream = await openai(answering(thought, mode)).chat.completions.create({ model, messages, stream: true });
    const chunks = await all(stream);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(new Set(chunks.map(({ created }) => created)).size).toBe(1);
    expect(chunks.filter((chunk) => chunk.choices[0]?.delta.role !== undefined)).toEqual([chunks[0]]);
    expect(chunks.filter((chunk) => 'usage' in chunk || chunk.choices.length === 0)).toEqual([]);
    expect(chunks.every((chunk) => chunk.system_fingerprint === 'fp_ollama')).toBe(true);
    expect(chunks.at(-1)?.choices[0]).toMatchObject({ delta: {}, finish_reason: 'stop' });
    const deltas = chunks.flatMap(({ choices }) => choices.map(({ delta }): object => delta));
    const reasoning = deltas.map((delta) => ('reasoning' in delta ? delta.reasoning : ''));
    expect(reasoning.join('')).toBe(thought.thinking);
  });

  it('throws what breaks in mid-stream', async () => {
    const stream = await openai(breaking).chat.completions.create({ model, messages, stream: true });
    await expect(all(stream)).rejects.toThrow('it broke');
  });

  it.each([
    [fault('not_found', "model 'x' not found"), OpenAI.NotFoundError, 'not_found_error'],
    [fault('unauthorized', 'no key'), OpenAI.AuthenticationError, 'authentication_error'],
    [fault('rate_limited', 'slower'), OpenAI.RateLimitError, 'rate_limit_error'],
    [fault('overloaded', 'later'), OpenAI.InternalServerError, 'api_error'],
  ])('throws $kind', async (reason, kind, type) => {
    const error = await openai(failing(reason))
      .chat.completions.create({ model, messages })
      .catch((problem: unknown) => problem);
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ status: reason.status, type, error: { message: reason.message } });
  });
});

describe('openai: completions', () => {
  it('takes a document', async () => {
    const completion = await openai(answering(cutOff, 'stored')).completions.create({ model, prompt: 'Why' });
    expect(completion).toMatchObject({ model, choices: [{ text: sky.content, finish_reason: 'length' }] });
  });

  it.each(MODES)('takes a %s stream', async (mode) => {
    const client = openai(answering(sky, mode));
    const chunks = await all(await client.completions.create({ model, prompt: 'Why', stream: true }));
    expect(chunks.map((chunk) => chunk.choices[0]?.text).join('')).toBe(sky.content);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks.some((chunk) => 'usage' in chunk)).toBe(false);
    const counted = await all(
      await client.completions.create({ model, prompt: 'Why', stream: true, stream_options: { include_usage: true } }),
    );
    expect(counted.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 30 } });
  });
});

describe('openai: responses', () => {
  const tools = [{ type: 'function' as const, name: 'get_weather', strict: true, parameters }];
  const output = [
    { type: 'reasoning', summary: [{ type: 'summary_text', text: calls.thinking }] },
    {
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'I will look.' }],
    },
    {
      type: 'function_call',
      call_id: 'call_1',
      name: 'get_weather',
      arguments: '{"city":"Paris"}',
      status: 'completed',
    },
    { type: 'function_call', call_id: minted, name: 'get_weather', arguments: '{}' },
  ];
  const asked = {
    model,
    input: 'Why?',
    instructions: 'Be brief',
    tools,
    truncation: 'auto' as const,
    temperature: 0.5,
  };
  const echoed = { model, instructions: 'Be brief', tools, truncation: 'auto', temperature: 0.5, status: 'completed' };

  it('takes a document', async () => {
    const response = await openai(answering(calls, 'stored')).responses.create(asked);
    expect(response).toMatchObject({ ...echoed, output, usage: { input_tokens: 14, output_tokens: 16 } });
    expect(response.output_text).toBe('I will look.');
  });

  it.each(MODES)('takes a %s stream', async (mode) => {
    const response = await openai(answering(calls, mode)).responses.stream(asked).finalResponse();
    expect(response).toMatchObject({ ...echoed, output, usage: { input_tokens: 14, output_tokens: 16 } });
    expect(response.output_text).toBe('I will look.');
  });

  it.each(MODES)('sees numbered events under one id: %s', async (mode) => {
    const stream = await openai(answering(calls, mode)).responses.create({ ...asked, stream: true });
    const events = await all(stream);
    expect(events.map(({ sequence_number: place }) => place)).toEqual(events.map((_, index) => index));
    expect(events.slice(0, 2).map(({ type }) => type)).toEqual(['response.created', 'response.in_progress']);
    expect(events.at(-1)?.type).toBe('response.completed');
    const ids = events.flatMap((event) => ('response' in event ? [event.response.id] : []));
    expect([ids.length, new Set(ids).size]).toEqual([3, 1]);
  });

  it('throws what breaks in mid-stream', async () => {
    const stream = await openai(breaking).responses.create({ model, input: 'Why?', stream: true });
    const seen: string[] = [];
    const read = async () => {
      for await (const { type } of stream) seen.push(type);
    };
    await expect(read()).rejects.toThrow('it broke');
    expect(seen.at(-1)).toBe('response.failed');
  });
});

describe('anthropic: messages', () => {
  const tools = [{ name: 'get_weather', input_schema: { ...parameters, type: 'object' as const } }];
  const asked = { model, messages, max_tokens: 100, tools };
  const content = [
    { type: 'thinking', thinking: calls.thinking },
    { type: 'text', text: 'I will look.' },
    { type: 'tool_use', id: 'call_1', name: 'get_weather', input: { city: 'Paris' } },
    { type: 'tool_use', id: minted, name: 'get_weather', input: {} },
  ];
  const message = { type: 'message', role: 'assistant', model, usage: { input_tokens: 14, output_tokens: 16 } };

  it('takes a document', async () => {
    const given = await anthropic(answering(calls, 'stored')).messages.create(asked);
    expect(given).toMatchObject({ ...message, content, stop_reason: 'tool_use' });
    const cut = await anthropic(answering(cutOff, 'stored')).messages.create(asked);
    expect(cut).toMatchObject({ stop_reason: 'max_tokens', content: [{ type: 'text', text: sky.content }] });
  });

  it.each(MODES)('takes a %s stream', async (mode) => {
    const given = await anthropic(answering(calls, mode)).messages.stream(asked).finalMessage();
    expect(given).toMatchObject({ ...message, content, stop_reason: 'tool_use' });
    const plain = await anthropic(answering(sky, mode)).messages.stream(asked).finalText();
    expect(plain).toBe(sky.content);
  });

  it.each(MODES)('sees blocks that open and close in order: %s', async (mode) => {
    const events = await all(await anthropic(answering(calls, mode)).messages.create({ ...asked, stream: true }));
    const ends = events.filter(({ type }) => type !== 'content_block_delta').map(({ type }) => type);
    const blocks = content.flatMap(() => ['content_block_start', 'content_block_stop']);
    expect(ends).toEqual(['message_start', ...blocks, 'message_delta', 'message_stop']);
    const starts = events.flatMap((event) => (event.type === 'content_block_start' ? [event.index] : []));
    expect(starts).toEqual([0, 1, 2, 3]);
  });

  it('throws what breaks in mid-stream', async () => {
    const stream = await anthropic(breaking).messages.create({ ...asked, stream: true });
    await expect(all(stream)).rejects.toThrow('it broke');
  });

  it.each([
    [fault('not_found', "model 'x' not found"), Anthropic.NotFoundError, 'not_found_error'],
    [fault('unauthorized', 'no key'), Anthropic.AuthenticationError, 'authentication_error'],
    [fault('forbidden', 'not here'), Anthropic.PermissionDeniedError, 'permission_error'],
    [fault('rate_limited', 'slower'), Anthropic.RateLimitError, 'rate_limit_error'],
    [fault('overloaded', 'later'), Anthropic.InternalServerError, 'overloaded_error'],
  ])('throws $kind', async (reason, kind, type) => {
    const error = await anthropic(failing(reason))
      .messages.create(asked)
      .catch((problem: unknown) => problem);
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ status: reason.status, error: { error: { type, message: reason.message } } });
  });
});
