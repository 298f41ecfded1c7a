/** What a real model does behind Ollama's API: its words, and every way to end them. */
import { Ollama } from 'ollama';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedOllama } from '../../origin/embedded/start.ts';
import { generate, LONG, startDemo, type Told, told } from './demo.ts';

let ollama: EmbeddedOllama;
let url: string;
beforeAll(async () => {
  ollama = await startDemo();
  url = ollama.url;
});
afterAll(() => ollama.close());

const GREEDY = { temperature: 0 };

describe('an answer', () => {
  it('is right and whole, with nonzero counts and durations', async () => {
    const answer = await told(url, 'Why is the sky blue?', GREEDY);
    expect(answer.response).toMatch(/scatters blue light far more than red/);
    expect(answer).toMatchObject({ model: 'demo', done: true, done_reason: 'stop' });
    for (const count of [answer.prompt_eval_count, answer.eval_count, answer.total_duration, answer.eval_duration])
      expect(count).toBeGreaterThan(0);
    expect(answer.context?.length).toBe((answer.prompt_eval_count ?? 0) + (answer.eval_count ?? 0));
  });

  it('streams token by token what it says as a whole', async () => {
    const client = new Ollama({ host: url });
    const pieces: string[] = [];
    for await (const { message } of await client.chat({
      model: 'demo',
      messages: [{ role: 'user', content: 'What is an ETag?' }],
      stream: true,
      options: GREEDY,
    }))
      pieces.push(message.content);
    expect(pieces.length).toBeGreaterThan(10);
    expect(pieces.join('')).toBe((await told(url, 'What is an ETag?', GREEDY)).response);
  });

  it('to what it cannot know is a refusal', async () => {
    expect((await told(url, 'What is the capital of Mongolia?', GREEDY)).response).toContain('tiny demo model');
  });

  it('to a conversation is one to its last turn', async () => {
    const messages = [
      { role: 'user', content: 'Tell me a joke.' },
      { role: 'assistant', content: 'How does a cache greet you? Long time, no miss.' },
      { role: 'user', content: 'What is the capital of France?' },
    ];
    const response = await fetch(`${url}/api/chat`, {
      method: 'POST',
      body: JSON.stringify({ model: 'demo', messages, stream: false, options: GREEDY }),
    });
    expect(await response.json()).toMatchObject({ message: { content: 'The capital of France is Paris.' } });
  });
});

describe('the end', () => {
  it('by num_predict is told as length', async () => {
    const whole = await told(url, LONG, GREEDY);
    const cut = await told(url, LONG, { ...GREEDY, num_predict: 7 });
    expect(cut).toMatchObject({ done: true, done_reason: 'length', eval_count: 7 });
    expect(whole.response.startsWith(cut.response)).toBe(true);
    expect(cut.response.length).toBeGreaterThan(0);
  });

  it('by a stop sequence leaves it out, also in a stream and over the bounds of tokens', async () => {
    const whole = await told(url, 'Why is the sky blue?', GREEDY);
    for (const stop of ['scatters', 'blue light', 'ght far mo']) {
      const before = whole.response.slice(0, whole.response.indexOf(stop));
      expect(before.length).toBeGreaterThan(0);
      const cut = await told(url, 'Why is the sky blue?', { ...GREEDY, stop: [stop] });
      expect([cut.response, cut.done_reason]).toEqual([before, 'stop']);
      const lines = await (
        await generate(url, 'Why is the sky blue?', { options: { ...GREEDY, stop: [stop] } })
      ).text();
      const streamed = lines
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as Told).response);
      expect(streamed.join('')).toBe(before);
    }
  });

  it('by the context is told as length', async () => {
    const answer = await told(url, LONG, { ...GREEDY, num_ctx: 64 });
    expect(answer.done_reason).toBe('length');
    expect((answer.prompt_eval_count ?? 0) + (answer.eval_count ?? 0)).toBe(64);
    expect((await fetch(`${url}/api/ps`).then((response) => response.json())) as object).toMatchObject({
      models: [{ name: 'demo:latest', context_length: 64 }],
    });
  });

  it('of a prompt that is too long: cut, or refused when it must not be', async () => {
    const long = 'Why is the sky blue? '.repeat(200);
    expect((await told(url, long, { num_predict: 4 })).done).toBe(true);
    const refused = await generate(url, long, { truncate: false, stream: false });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toEqual({ error: 'the input length exceeds the context length' });
  });
});

describe('sampling', () => {
  const WILD = { temperature: 1.5, top_k: 0, top_p: 1, num_predict: 40 };

  it('with a seed is repeatable, and differs between seeds', async () => {
    const jokes = await Promise.all([1, 2, 3, 4, 5, 6].map((seed) => told(url, 'Tell me a joke.', { ...WILD, seed })));
    expect(new Set(jokes.map(({ response }) => response)).size).toBeGreaterThan(2);
    // Alone, one after the other: what is computed together with others differs in its last digits.
    const alone = [];
    for (const seed of [3, 3, 3]) alone.push((await told(url, 'Tell me a joke.', { ...WILD, seed })).response);
    expect(new Set(alone.slice(1)).size).toBe(1);
  });

  it('of one candidate is greedy, whichever option leaves only one', async () => {
    const { response } = await told(url, LONG, { ...GREEDY, num_predict: 30 });
    for (const narrow of [{ top_k: 1 }, { top_p: 1e-9 }, { min_p: 1 }])
      expect((await told(url, LONG, { temperature: 1.5, num_predict: 30, ...narrow })).response).toBe(response);
  });

  it('with penalties avoids what was said', async () => {
    const plain = await told(url, 'Count to twenty.', { ...GREEDY, num_predict: 60 });
    const penalised = await told(url, 'Count to twenty.', {
      ...GREEDY,
      num_predict: 60,
      repeat_penalty: 2,
      frequency_penalty: 2,
    });
    const commas = (text: string) => text.split(',').length;
    expect(commas(penalised.response)).toBeLessThan(commas(plain.response));
  });

  it('tells logprobs of the model itself', async () => {
    const { logprobs = [], eval_count: tokens } = await told(url, 'What is an ETag?', GREEDY, {
      logprobs: true,
      top_logprobs: 3,
    });
    expect(logprobs.length).toBe(tokens);
    for (const { token, logprob, top_logprobs: top = [] } of logprobs) {
      expect(logprob).toBeLessThanOrEqual(0);
      expect(top).toHaveLength(3);
      // Greedy: the token is the likeliest.
      expect(top[0]).toMatchObject({ token, logprob });
      expect(top.map((item) => item.logprob)).toEqual(top.map((item) => item.logprob).sort((a, b) => b - a));
    }
    const sum = (item: (typeof logprobs)[number]) =>
      (item.top_logprobs ?? []).reduce((all, { logprob }) => all + Math.exp(logprob), 0);
    expect(Math.max(...logprobs.map(sum))).toBeLessThanOrEqual(1.0001);
    const drawn = await told(url, LONG, { temperature: 1, seed: 4, num_predict: 20 }, { logprobs: true });
    const again = await told(url, LONG, { temperature: 1, seed: 4, num_predict: 20 }, { logprobs: true });
    expect(again.response).toBe(drawn.response);
  });

  it('within a grammar is JSON', async () => {
    const schema = {
      type: 'object',
      properties: { colour: { enum: ['red', 'blue'] } },
      required: ['colour'],
      additionalProperties: false,
    };
    const answer = await told(url, 'What colour is the sky?', { ...GREEDY, num_predict: 60 }, { format: schema });
    expect(['red', 'blue']).toContain((JSON.parse(answer.response) as { colour: string }).colour);
  });
});

describe('what it is not able to', () => {
  it.each([
    [{ model: 'llama3.2' }, 404, "model 'llama3.2' not found"],
    [{ think: true }, 400, '"demo" does not support thinking'],
    [{ images: ['aGk='] }, 400, 'the embedded engine reads no images'],
    [{ template: '{{ .Prompt }}' }, 400, "the embedded engine renders the model's own template only"],
    [{ suffix: 'end' }, 400, 'registry.ollama.ai/library/demo:latest does not support insert'],
    [{ options: { temperature: 'hot' } }, 500, 'option "temperature" must be of type float32'],
  ])('%o is refused in words', async (more, status, error) => {
    const response = await generate(url, 'Hello', { stream: false, ...more });
    expect([response.status, await response.json()]).toEqual([status, { error }]);
  });
});
