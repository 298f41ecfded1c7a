/** The same file in the embedded engine and in a real Ollama says the same. Runs where an Ollama with the model `demo` is found. */
import { Ollama } from 'ollama';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedOllama } from '../../origin/embedded/start.ts';
import { startDemo } from './demo.ts';

/** Facts that the model is sure of: where two tokens are about as likely, as in its sums, other last digits choose another. */
const QUESTIONS = [
  'Why is the sky blue?',
  'What is an ETag?',
  'What does no-cache mean in Cache-Control?',
  'What is the capital of Japan?',
  'How do I clear the cache?',
  'What is continuous batching?',
  'How many legs does a spider have?',
  'What is the opposite of hot?',
  'Who wrote Faust?',
  'Who is the president of the United States?',
];

const REAL = process.env.OLLAMA_URL?.split(',')[0] || 'http://127.0.0.1:11434';
const has = await new Ollama({ host: REAL })
  .list()
  .then(({ models }) => models.some(({ name }) => name === 'demo:latest'))
  .catch(() => false);

describe.runIf(has)(`the demo model in the Ollama at ${REAL}`, () => {
  let embedded: EmbeddedOllama;
  beforeAll(async () => {
    embedded = await startDemo();
  });
  afterAll(() => embedded.close());

  const answers = async (host: string) => {
    const client = new Ollama({ host });
    const said: { content: string; counts: number[] }[] = [];
    for (const content of QUESTIONS) {
      const messages = [{ role: 'user', content }];
      const answer = await client.chat({ model: 'demo', messages, options: { temperature: 0, seed: 1 } });
      said.push({ content: answer.message.content, counts: [answer.prompt_eval_count, answer.eval_count] });
    }
    return said;
  };

  it('reads the same tokens and gives the same greedy answers', { timeout: 180_000 }, async () => {
    const [real, own] = [await answers(REAL), await answers(embedded.url)];
    expect(own.map(({ counts }) => counts[0])).toEqual(real.map(({ counts }) => counts[0]));
    expect(own.map(({ content }) => content)).toEqual(real.map(({ content }) => content));
  });
});
