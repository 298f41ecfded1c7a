/** Slots, loads and leaving: the engine's memory and time. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EmbeddedOllama } from '../../origin/embedded/start.ts';
import { until } from '../simulated-ollama/fast.ts';
import { generate, LONG, startDemo, type Told, told } from './demo.ts';

/** Slow enough to be met in the middle, whatever else the machine does. */
const TOKENS_PER_SECOND = 40;
const GREEDY = { temperature: 0 };

let ollama: EmbeddedOllama;
beforeEach(async () => {
  ollama = await startDemo({ slots: 2, tokensPerSecond: TOKENS_PER_SECOND });
});
afterEach(() => ollama.close());

const catalog = (path: string) =>
  fetch(`${ollama.url}/api/${path}`).then((response) => response.json()) as Promise<{ models: object[] }>;

describe('slots', () => {
  it('work together, and a third generation waits for one of two', async () => {
    const order: string[] = [];
    const ask = async (name: string) => {
      const response = await generate(ollama.url, LONG, { options: { ...GREEDY, num_predict: 30 } });
      let text = '';
      for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
        if (text === '') order.push(`${name} begins`);
        text += Buffer.from(piece).toString();
      }
      order.push(`${name} ends`);
      return text
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as Told).response)
        .join('');
    };
    const pair = [ask('one'), ask('two')];
    await until(() => ollama.activity().busySlots === 2);
    const [first, second, third] = await Promise.all([...pair, ask('three')]);
    expect([second, third]).toEqual([first, first]);
    expect(order.slice(0, 2).sort()).toEqual(['one begins', 'two begins']);
    expect(order.indexOf('three begins')).toBeGreaterThan(
      Math.min(order.indexOf('one ends'), order.indexOf('two ends')),
    );
    expect(ollama.activity().busySlots).toBe(0);
  });

  it('are free again when a reader leaves, and the rest is never made', async () => {
    const leaver = new AbortController();
    const response = await generate(ollama.url, LONG, { options: GREEDY }, leaver.signal);
    await response.body?.getReader().read();
    expect(ollama.activity().busySlots).toBe(1);
    leaver.abort();
    await until(() => ollama.activity().busySlots === 0);
    const { generatedTokens } = ollama.activity();
    expect(generatedTokens).toBeLessThan(100);
    await told(ollama.url, 'Hello', { num_predict: 1 });
    expect(ollama.activity().generatedTokens).toBe(generatedTokens + 1);
  });

  it('are not taken by one who left while he waited', async () => {
    const leaver = new AbortController();
    const busy = [1, 2].map((seed) => told(ollama.url, LONG, { seed, num_predict: 40 }));
    await until(() => ollama.activity().busySlots === 2);
    const waiting = generate(ollama.url, 'Hello', {}, leaver.signal);
    setTimeout(() => leaver.abort(), 50);
    await expect(waiting).rejects.toThrow();
    expect((await Promise.all(busy)).map(({ done }) => done)).toEqual([true, true]);
    expect((await told(ollama.url, 'Hello', { num_predict: 1 })).done).toBe(true);
  });
});

describe('memory', () => {
  it('is taken with the first request, given back with keep_alive 0, and told by ps', async () => {
    expect((await catalog('ps')).models).toEqual([]);
    const load = (await (await generate(ollama.url, '', { stream: false, keep_alive: '10m' })).json()) as Told;
    expect(load).toMatchObject({ done: true, done_reason: 'load' });
    expect((await catalog('ps')).models).toMatchObject([{ name: 'demo:latest', size_vram: 0, context_length: 512 }]);
    const unload = (await (await generate(ollama.url, '', { stream: false, keep_alive: 0 })).json()) as Told;
    expect(unload.done_reason).toBe('unload');
    expect((await catalog('ps')).models).toEqual([]);
    expect((await told(ollama.url, 'Hello', { num_predict: 2 })).done).toBe(true);
  });

  it('the catalog says what the file is', async () => {
    const [model] = (await catalog('tags')).models;
    expect(model).toMatchObject({
      name: 'demo:latest',
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      details: { family: 'llama', quantization_level: 'Q8_0', parameter_size: expect.stringMatching(/^\d\.\d+M$/) },
    });
    const show = await fetch(`${ollama.url}/api/show`, { method: 'POST', body: '{"model":"demo"}' });
    expect(await show.json()).toMatchObject({
      capabilities: ['completion'],
      license: 'mit',
      model_info: { 'llama.context_length': 512 },
    });
  });
});

it('embeddings are unit vectors of the model, equal for equal inputs', async () => {
  const response = await fetch(`${ollama.url}/api/embed`, {
    method: 'POST',
    body: JSON.stringify({
      model: 'demo',
      input: ['Why is the sky blue?', 'What is an ETag?', 'Why is the sky blue?', ''],
    }),
  });
  const { embeddings } = (await response.json()) as { embeddings: number[][] };
  expect(embeddings).toHaveLength(4);
  for (const vector of embeddings) expect(Math.hypot(...vector)).toBeCloseTo(1, 4);
  expect(embeddings[2]).toEqual(embeddings[0]);
  expect(embeddings[1]).not.toEqual(embeddings[0]);
});
