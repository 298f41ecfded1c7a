/**
 * The official clients against the real pair: a miss, then a hit that none of them can tell from it. With OLLAMA_URL set, a real
 * Ollama stands behind it (OLLAMA_MODEL, OLLAMA_EMBED_MODEL name its models), else the simulated one.
 */
import Anthropic from '@anthropic-ai/sdk';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Pair, startPair } from '../../scripts/lib/pair.ts';

const model = process.env.OLLAMA_MODEL ?? 'tinyllama';
const embedModel = process.env.OLLAMA_EMBED_MODEL ?? 'all-minilm';
/** A new question each time: no test meets another's answer. */
let counter = 0;
const fresh = () => `question number ${++counter}: which colour has the sky?`;

let pair: Pair;
/** `X-Cache` of the responses that a client got, in order. */
const outcomes: string[] = [];
const watched: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  outcomes.push(response.headers.get('x-cache') ?? '');
  return response;
};
const took = () => outcomes.splice(0);

beforeAll(async () => {
  pair = await startPair();
});
afterAll(() => pair.close());
beforeEach(() => void took());

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe('the ollama client', () => {
  const client = () => new Ollama({ host: pair.url, fetch: watched });
  const options = { num_predict: 24, seed: 1 };

  it('chat: a hit is the answer of the miss, field by field', async () => {
    const request = { model, messages: [{ role: 'user', content: fresh() }], options };
    const miss = await client().chat(request);
    const hit = await client().chat(request);
    expect(took()).toEqual(['MISS', 'HIT']);
    expect(hit).toEqual(miss);
    expect(miss.message.content).not.toBe('');
    expect(miss.eval_count).toBeGreaterThan(0);
    expect(miss.total_duration).toBeGreaterThan(0);
  });

  it('chat, streaming: the same words, one final line with the same counts', async () => {
    const request = { model, messages: [{ role: 'user', content: fresh() }], options, stream: true as const };
    const miss = await all(await client().chat(request));
    const hit = await all(await client().chat(request));
    expect(took()).toEqual(['MISS', 'HIT']);
    const words = (parts: typeof miss) => parts.map((part) => part.message.content).join('');
    expect(words(hit)).toBe(words(miss));
    const last = miss.at(-1);
    expect(hit.at(-1)).toMatchObject({
      done: true,
      done_reason: last?.done_reason,
      eval_count: last?.eval_count,
      prompt_eval_count: last?.prompt_eval_count,
      total_duration: last?.total_duration,
    });
    expect(miss.length).toBeGreaterThan(2);
  });

  it('generate: with its context, and a streamed miss is a whole hit', async () => {
    const request = { model, prompt: fresh(), options };
    const parts = await all(await client().generate({ ...request, stream: true }));
    const hit = await client().generate(request);
    expect(took()).toEqual(['MISS', 'HIT']);
    expect(hit.response).toBe(parts.map((part) => part.response).join(''));
    expect(hit.context).toEqual(parts.at(-1)?.context);
    expect(hit.context?.length).toBeGreaterThan(0);
  });

  it('embed: each input by itself, in order', async () => {
    const [a, b, c] = [fresh(), fresh(), fresh()];
    const first = await client().embed({ model: embedModel, input: [a, b] });
    const mixed = await client().embed({ model: embedModel, input: [c, b, a, b] });
    const again = await client().embed({ model: embedModel, input: [b, c] });
    expect(took()).toEqual(['MISS', 'MISS', 'HIT']);
    expect(mixed.embeddings[1]).toEqual(first.embeddings[1]);
    expect(mixed.embeddings[2]).toEqual(first.embeddings[0]);
    expect(mixed.embeddings[3]).toEqual(first.embeddings[1]);
    expect(again.embeddings).toEqual([mixed.embeddings[1], mixed.embeddings[0]]);
    expect(first.prompt_eval_count).toBeGreaterThan(0);
  });

  it('lists models, shows one, and says what runs', async () => {
    const { models } = await client().list();
    expect(models.map((entry) => entry.name.split(':')[0])).toContain(model.split(':')[0]);
    await client().list();
    const shown = await client().show({ model });
    expect(shown.details).toBeDefined();
    expect(took()).toEqual([expect.stringMatching(/MISS|HIT/), 'HIT', 'MISS']);
    expect((await client().ps()).models).toBeInstanceOf(Array);
  });

  it('throws the origin’s own words for an unknown model, each time', async () => {
    const request = { model: 'no-such-model', messages: [{ role: 'user', content: 'hi' }] };
    await expect(client().chat(request)).rejects.toThrow(/not found/);
    await expect(client().chat(request)).rejects.toMatchObject({ status_code: 404 });
    expect(took()).toEqual(['MISS', 'MISS']);
  });

  it('is refused what manages the origin', async () => {
    await expect(client().pull({ model: 'anything' })).rejects.toMatchObject({ status_code: 403 });
    await expect(client().delete({ model })).rejects.toMatchObject({ status_code: 403 });
  });
});

describe('the openai client', () => {
  const client = () => new OpenAI({ baseURL: `${pair.url}/v1`, apiKey: 'any', fetch: watched, maxRetries: 0 });
  const ask = (content: string) => ({ model, messages: [{ role: 'user' as const, content }], max_tokens: 24, seed: 1 });

  it('chat: a miss, then a hit with its own id and the same content and usage', async () => {
    const request = ask(fresh());
    const miss = await client().chat.completions.create(request);
    const hit = await client().chat.completions.create(request);
    expect(took()).toEqual(['MISS', 'HIT']);
    expect(hit.choices).toEqual(miss.choices);
    expect(hit.usage).toEqual(miss.usage);
    expect(hit.object).toBe('chat.completion');
    expect(miss.choices[0]?.message.content).not.toBe('');
  });

  it('chat, streaming: one id, usage only when it was asked for', async () => {
    const request = ask(fresh());
    const plain = await all(await client().chat.completions.create({ ...request, stream: true }));
    const counted = await all(
      await client().chat.completions.create({ ...request, stream: true, stream_options: { include_usage: true } }),
    );
    expect(took()).toEqual(['MISS', 'HIT']);
    const words = (chunks: typeof plain) => chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
    expect(words(counted)).toBe(words(plain));
    expect(new Set(counted.map((chunk) => chunk.id)).size).toBe(1);
    expect(plain.some((chunk) => chunk.usage)).toBe(false);
    expect(plain.every((chunk) => chunk.choices.length === 1)).toBe(true);
    expect(counted.at(-1)?.usage?.completion_tokens).toBeGreaterThan(0);
    expect(counted.filter((chunk) => chunk.choices[0]?.delta.role).length).toBe(1);
    expect(counted.at(-2)?.choices[0]?.finish_reason).toMatch(/stop|length/);
  });

  it('completions and responses: a miss, then a hit', async () => {
    const prompt = fresh();
    const first = await client().completions.create({ model, prompt, max_tokens: 16 });
    const second = await client().completions.create({ model, prompt, max_tokens: 16 });
    expect(second.choices[0]?.text).toBe(first.choices[0]?.text);
    const input = fresh();
    const miss = await client().responses.create({ model, input, max_output_tokens: 16 });
    const hit = await client().responses.create({ model, input, max_output_tokens: 16 });
    expect(hit.output_text).toBe(miss.output_text);
    expect(miss.output_text).not.toBe('');
    const events = await all(await client().responses.create({ model, input, max_output_tokens: 16, stream: true }));
    expect(events.at(-1)?.type).toBe('response.completed');
    expect(took()).toEqual(['MISS', 'HIT', 'MISS', 'HIT', 'HIT']);
  });

  it('embeddings: base64 and float are one vector', async () => {
    const input = fresh();
    const packed = await client().embeddings.create({ model: embedModel, input });
    const plain = await client().embeddings.create({ model: embedModel, input, encoding_format: 'float' });
    expect(took()).toEqual(['MISS', 'HIT']);
    const [one, other] = [packed.data[0]?.embedding ?? [], plain.data[0]?.embedding ?? []];
    expect(one.length).toBeGreaterThan(0);
    expect([...Float32Array.from(other)]).toEqual([...Float32Array.from(one)]);
  });

  it('throws its own error classes', async () => {
    await expect(client().chat.completions.create({ ...ask('hi'), model: 'no-such-model' })).rejects.toBeInstanceOf(
      OpenAI.NotFoundError,
    );
    await expect(client().models.retrieve('no-such-model')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });
});

describe('the anthropic client', () => {
  const client = () => new Anthropic({ baseURL: pair.url, apiKey: 'any', fetch: watched, maxRetries: 0 });

  it('messages: a miss, then a hit, whole and streaming', async () => {
    const request = { model, max_tokens: 24, messages: [{ role: 'user' as const, content: fresh() }] };
    const miss = await client().messages.create(request);
    const hit = await client().messages.create(request);
    const streamed = await client().messages.stream(request).finalMessage();
    expect(took()).toEqual(['MISS', 'HIT', 'HIT']);
    const text = (message: typeof miss) =>
      message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
    expect(text(hit)).toBe(text(miss));
    expect(text(streamed)).toBe(text(miss));
    expect(hit.usage.output_tokens).toBe(miss.usage.output_tokens);
    expect(streamed.stop_reason).toBe(miss.stop_reason);
  });

  it('throws its own error classes', async () => {
    const request = { model: 'no-such-model', max_tokens: 8, messages: [{ role: 'user' as const, content: 'hi' }] };
    await expect(client().messages.create(request)).rejects.toBeInstanceOf(Anthropic.NotFoundError);
  });
});

// A random little model calls no tools when it is asked to.
describe.skipIf(process.env.OLLAMA_URL)('tool calls', () => {
  const toolModel = 'llama3.2:1b';
  const schema = { type: 'object', properties: { query: { type: 'string' } } };
  const tool = {
    type: 'function' as const,
    function: { name: 'weather', description: 'of a place', parameters: schema },
  };
  const ask = () => `${fresh()} Call weather.`;

  it('through Ollama’s client: the same call, whole or streamed, and a hit in OpenAI’s', async () => {
    const messages = [{ role: 'user' as const, content: ask() }];
    const ollama = new Ollama({ host: pair.url, fetch: watched });
    const openai = new OpenAI({ baseURL: `${pair.url}/v1`, apiKey: 'any', fetch: watched });
    const request = { model: toolModel, messages, tools: [tool], options: { temperature: 1, top_p: 1 } };
    const miss = await ollama.chat(request);
    const parts = await all(await ollama.chat({ ...request, stream: true }));
    const other = await openai.chat.completions.create({ model: toolModel, messages, tools: [tool] });
    expect(took()).toEqual(['MISS', 'HIT', 'HIT']);
    const [call] = miss.message.tool_calls ?? [];
    expect(call?.function.name).toBe('weather');
    expect(parts.flatMap((part) => part.message.tool_calls ?? [])).toEqual(miss.message.tool_calls);
    const [choice] = other.choices;
    expect(choice?.finish_reason).toBe('tool_calls');
    const [theirs] = choice?.message.tool_calls ?? [];
    expect(theirs?.type === 'function' && JSON.parse(theirs.function.arguments)).toEqual(call?.function.arguments);
  });

  it('through Anthropic’s: a miss streamed live, then a hit', async () => {
    const client = new Anthropic({ baseURL: pair.url, apiKey: 'any', fetch: watched });
    const request = {
      model: toolModel,
      max_tokens: 50,
      messages: [{ role: 'user' as const, content: ask() }],
      tools: [{ name: 'weather', description: 'of a place', input_schema: schema as { type: 'object' } }],
    };
    const miss = await client.messages.stream(request).finalMessage();
    const hit = await client.messages.create(request);
    expect(took()).toEqual(['MISS', 'HIT']);
    expect(miss.stop_reason).toBe('tool_use');
    expect(hit.content).toEqual(miss.content);
    expect(hit.content).toContainEqual(expect.objectContaining({ type: 'tool_use', name: 'weather' }));
  });
});

describe('one answer for every dialect', () => {
  it('chat: Ollama’s with OpenAI’s sampling, OpenAI’s own, and its responses', async () => {
    const content = fresh();
    const messages = [{ role: 'user' as const, content }];
    const openai = new OpenAI({ baseURL: `${pair.url}/v1`, apiKey: 'any', fetch: watched });
    const ollama = new Ollama({ host: pair.url, fetch: watched });
    const first = await openai.chat.completions.create({ model, messages });
    const second = await ollama.chat({ model, messages, options: { temperature: 1, top_p: 1 } });
    const third = await openai.responses.create({ model, input: content });
    expect(took()).toEqual(['MISS', 'HIT', 'HIT']);
    expect(second.message.content).toBe(first.choices[0]?.message.content);
    expect(third.output_text).toBe(first.choices[0]?.message.content);
    expect(second.total_duration).toBeGreaterThan(0);
  });

  it('chat: Anthropic’s and Ollama’s, whose defaults are the model’s', async () => {
    const messages = [{ role: 'user' as const, content: fresh() }];
    const ollama = new Ollama({ host: pair.url, fetch: watched });
    const anthropic = new Anthropic({ baseURL: pair.url, apiKey: 'any', fetch: watched });
    const first = await ollama.chat({ model, messages, options: { num_predict: 20 } });
    const second = await anthropic.messages.create({ model, messages, max_tokens: 20 });
    expect(took()).toEqual(['MISS', 'HIT']);
    expect(second.content).toEqual([expect.objectContaining({ type: 'text', text: first.message.content })]);
  });

  it('but never one where the sampling differs', async () => {
    const messages = [{ role: 'user' as const, content: fresh() }];
    await new Ollama({ host: pair.url, fetch: watched }).chat({ model, messages });
    await new OpenAI({ baseURL: `${pair.url}/v1`, apiKey: 'any', fetch: watched }).chat.completions.create({
      model,
      messages,
    });
    expect(took()).toEqual(['MISS', 'MISS']);
  });
});
