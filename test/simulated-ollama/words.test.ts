/** What is said is a function of the prompt alone. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SimulatedOllama, startSimulatedOllama } from '../../bench/simulated-ollama/start.ts';
import { ask, FAST, post } from './fast.ts';

let ollama: SimulatedOllama;
beforeAll(async () => {
  ollama = await startSimulatedOllama({ ...FAST, models: ['tinyllama', 'llama3.2:1b', 'all-minilm'] });
});
afterAll(() => ollama.close());

const KNIFE = 'How do I sharpen a kitchen knife?';
const SAMPLING = { temperature: 1, top_p: 1 };

async function chat(more: object = {}, words = KNIFE): Promise<string> {
  const answer = await post(`${ollama.url}/api/chat`, ask(words, { stream: false, ...more }));
  return ((await answer.json()) as { message: { content: string } }).message.content;
}

test('the same prompt gets the same words through every API', async () => {
  const say = async (path: string, body: object) => await (await post(ollama.url + path, body)).text();
  const said = JSON.stringify(await chat({ options: SAMPLING })).slice(1, -1);
  expect(said.length).toBeGreaterThan(100);
  const plain = { model: 'tinyllama', stream: false };
  expect(await say('/api/generate', { ...plain, prompt: KNIFE, options: SAMPLING })).toContain(said);
  expect(await say('/v1/chat/completions', ask(KNIFE))).toContain(said);
  expect(await say('/v1/completions', { ...plain, prompt: KNIFE })).toContain(said);
  expect(await say('/v1/responses', { ...plain, input: KNIFE })).toContain(said);
  expect(await say('/v1/messages', ask(KNIFE, { max_tokens: 900, ...SAMPLING }))).toContain(said);
});

test('defaults that are written out change nothing, what changes the answer does', async () => {
  const said = await chat();
  expect(await chat({ options: { temperature: 0.8, top_k: 40, top_p: 0.9, repeat_penalty: 1 } })).toBe(said);
  expect(await chat({ options: { num_thread: 2, num_predict: 500 } })).toBe(said);
  const others = [
    await chat({ options: { seed: 7 } }),
    await chat({ options: { temperature: 0.7 } }),
    await chat({}, `${KNIFE} `),
    await chat({ model: 'llama3.2:1b' }),
    await chat({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: KNIFE },
      ],
    }),
  ];
  expect(new Set([said, ...others]).size).toBe(others.length + 1);
});

test('a model that is pulled again has another digest and says something else', async () => {
  const digest = async () => {
    const { models } = (await (await fetch(`${ollama.url}/api/tags`)).json()) as { models: { digest: string }[] };
    return models[0]?.digest;
  };
  const before = [await digest(), await chat()];
  ollama.pull('TinyLlama');
  const after = [await digest(), await chat()];
  expect(after[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(after[0]).not.toBe(before[0]);
  expect(after[1]).not.toBe(before[1]);
});

test('num_predict and stop cut an answer short', async () => {
  const said = await chat();
  const run = async (options: object) =>
    (await (await post(`${ollama.url}/api/chat`, ask(KNIFE, { stream: false, options }))).json()) as {
      message: { content: string };
      done_reason: string;
      eval_count: number;
    };
  const short = await run({ num_predict: 4 });
  expect(short).toMatchObject({ done_reason: 'length', eval_count: 4 });
  expect(said.startsWith(short.message.content)).toBe(true);
  const stopped = await run({ stop: [', in a word'] });
  expect(stopped.done_reason).toBe('stop');
  expect(stopped.message.content).toBe(said.slice(0, said.indexOf(', in a word')));
  // Zero is no limit.
  expect((await run({ num_predict: 0 })).done_reason).toBe('stop');
});

test('JSON is written as Go writes it: what HTML knows is escaped', async () => {
  const answer = await post(`${ollama.url}/api/chat`, ask('Write one line of HTML.', { stream: false }));
  const text = await answer.text();
  expect(text).toContain('\\u003cp\\u003eOne \\u0026 only');
  expect(text).not.toMatch(/[<>&]/);
});

test('vectors are units, the same alone and in company, and near where words are shared', async () => {
  const embed = async (input: unknown, more: object = {}) => {
    const answer = await post(`${ollama.url}/api/embed`, { model: 'all-minilm', input, ...more });
    return ((await answer.json()) as { embeddings: number[][] }).embeddings;
  };
  const [sky = [], blue = [], knife = []] = await embed([
    'Why is the sky blue?',
    'please tell me why the sky is blue',
    KNIFE,
  ]);
  expect(await embed('Why is the sky blue?')).toEqual([sky]);
  expect(Math.hypot(...sky)).toBeCloseTo(1, 5);
  const cosine = (a: number[], b: number[]) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
  expect(cosine(sky, blue)).toBeGreaterThan(0.8);
  expect(cosine(sky, knife)).toBeLessThan(0.3);
  const [cut = []] = await embed('Why is the sky blue?', { dimensions: 16 });
  expect(cut).toHaveLength(16);
  expect(Math.hypot(...cut)).toBeCloseTo(1, 5);
});
