/** The official clients are content with what the simulated Ollama says. */
import Anthropic from '@anthropic-ai/sdk';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SimulatedOllama, startSimulatedOllama } from '../../bench/simulated-ollama/start.ts';
import { FAST } from './fast.ts';

let simulated: SimulatedOllama;
let ollama: Ollama;
let openai: OpenAI;
let anthropic: Anthropic;

beforeAll(async () => {
  simulated = await startSimulatedOllama({ ...FAST, models: ['tinyllama', 'llama3.2:1b', 'all-minilm', 'qwen3:0.6b'] });
  ollama = new Ollama({ host: simulated.url });
  openai = new OpenAI({ baseURL: `${simulated.url}/v1`, apiKey: 'ollama', maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: simulated.url, apiKey: 'ollama', maxRetries: 0 });
});
afterAll(() => simulated.close());

const messages = [{ role: 'user' as const, content: 'What is the capital of Portugal?' }];
const LISBON = 'The capital of Portugal is Lisbon.';
const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const weather = { name: 'get_weather', description: 'Get the weather', parameters };
const tools = [{ type: 'function' as const, function: weather }];
const weatherIn = [{ role: 'user' as const, content: 'What is the weather in Oslo?' }];

test('ollama: chat, whole and streamed', async () => {
  const whole = await ollama.chat({ model: 'tinyllama', messages });
  expect(whole).toMatchObject({ message: { role: 'assistant', content: LISBON }, done: true, done_reason: 'stop' });
  for (const count of ['total_duration', 'load_duration', 'prompt_eval_count', 'eval_count', 'eval_duration'] as const)
    expect(whole[count]).toBeGreaterThan(0);
  let said = '';
  let parts = 0;
  for await (const part of await ollama.chat({ model: 'tinyllama', messages, stream: true })) {
    said += part.message.content;
    parts += 1;
  }
  expect(said).toBe(LISBON);
  expect(parts).toBeGreaterThan(5);
});

test('ollama: generate goes on from its context', async () => {
  const first = await ollama.generate({ model: 'tinyllama', prompt: messages[0]?.content ?? '' });
  expect(first.response).toBe(LISBON);
  expect(first.context.length).toBe(first.prompt_eval_count + first.eval_count);
  const second = await ollama.generate({ model: 'tinyllama', prompt: 'And then?', context: first.context });
  expect(second.prompt_eval_count).toBeGreaterThan(first.context.length);
});

test('ollama: tools, thoughts, formats, vectors, lists', async () => {
  const called = await ollama.chat({ model: 'llama3.2:1b', messages: weatherIn, tools });
  expect(called.message.tool_calls?.[0]?.function).toMatchObject({ name: 'get_weather', arguments: { city: 'Oslo' } });
  const thought = await ollama.chat({ model: 'qwen3:0.6b', messages, think: true });
  expect(thought.message.thinking).toContain('capital of Portugal');
  const format = { type: 'object', properties: { city: { type: 'string' }, sure: { type: 'boolean' } } };
  const shaped = await ollama.chat({ model: 'tinyllama', messages, format });
  const value = JSON.parse(shaped.message.content) as { city: unknown; sure: unknown };
  expect([typeof value.city, typeof value.sure]).toEqual(['string', 'boolean']);
  const { embeddings } = await ollama.embed({ model: 'all-minilm', input: ['a b', 'c'] });
  expect(embeddings.map((vector) => vector.length)).toEqual([384, 384]);
  expect((await ollama.list()).models.map(({ name }) => name)).toContain('all-minilm:latest');
  expect((await ollama.show({ model: 'all-minilm' })).capabilities).toEqual(['embedding']);
  await expect(ollama.chat({ model: 'nothing', messages })).rejects.toThrow("model 'nothing' not found");
});

test('openai: chat streams name the role once, end in an empty delta, and count when asked', async () => {
  const stream = await openai.chat.completions.create({
    model: 'tinyllama',
    messages,
    stream: true,
    stream_options: { include_usage: true },
  });
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  const deltas = chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta));
  expect(deltas.filter(({ role }) => role !== undefined)).toHaveLength(1);
  expect(deltas[0]?.role).toBe('assistant');
  expect(deltas.at(-1)).toEqual({});
  expect(deltas.map(({ content }) => content ?? '').join('')).toBe(LISBON);
  expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: deltas.length - 1 } });
  expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
});

test('openai: whole answers, tools, completions, responses, vectors, models, errors', async () => {
  const whole = await openai.chat.completions.create({ model: 'tinyllama', messages });
  expect(whole.choices[0]).toMatchObject({ message: { content: LISBON }, finish_reason: 'stop' });
  const called = await openai.chat.completions.create({ model: 'llama3.2:1b', messages: weatherIn, tools });
  expect(called.choices[0]?.finish_reason).toBe('tool_calls');
  expect(called.choices[0]?.message.tool_calls?.[0]).toMatchObject({ function: { arguments: '{"city":"Oslo"}' } });
  const text = await openai.completions.create({ model: 'tinyllama', prompt: messages[0]?.content ?? '' });
  expect(text.choices[0]?.text).toBe(LISBON);
  const response = await openai.responses.create({ model: 'tinyllama', input: messages[0]?.content ?? '' });
  expect(response.output_text).toBe(LISBON);
  let said = '';
  const events = await openai.responses.create({ model: 'tinyllama', input: messages, stream: true });
  for await (const event of events) if (event.type === 'response.output_text.delta') said += event.delta;
  expect(said).toBe(LISBON);
  const { data } = await openai.embeddings.create({ model: 'all-minilm', input: 'a b' });
  const native = await ollama.embed({ model: 'all-minilm', input: 'a b' });
  expect(data[0]?.embedding.map(Math.fround)).toEqual(native.embeddings[0]?.map(Math.fround));
  expect((await openai.models.list()).data.map(({ id }) => id)).toContain('tinyllama:latest');
  await expect(openai.models.retrieve('nothing')).rejects.toMatchObject({ status: 404 });
});

test('anthropic: messages, whole and streamed, with thoughts and tools', async () => {
  const whole = await anthropic.messages.create({ model: 'tinyllama', max_tokens: 100, messages });
  expect(whole).toMatchObject({ content: [{ type: 'text', text: LISBON }], stop_reason: 'end_turn' });
  const streamed = await anthropic.messages
    .stream({ model: 'qwen3:0.6b', max_tokens: 100, messages, thinking: { type: 'enabled', budget_tokens: 1024 } })
    .finalMessage();
  expect(streamed.content.map(({ type }) => type)).toEqual(['thinking', 'text']);
  const called = await anthropic.messages
    .stream({
      model: 'llama3.2:1b',
      max_tokens: 100,
      messages: weatherIn,
      tools: [{ name: weather.name, input_schema: { ...parameters, type: 'object' } }],
    })
    .finalMessage();
  expect(called.stop_reason).toBe('tool_use');
  expect(called.content[0]).toMatchObject({ type: 'tool_use', name: 'get_weather', input: { city: 'Oslo' } });
  await expect(anthropic.messages.create({ model: 'nothing', max_tokens: 1, messages })).rejects.toMatchObject({
    status: 404,
    error: { error: { type: 'not_found_error' } },
  });
});
