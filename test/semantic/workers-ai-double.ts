/**
 * A double of the Workers AI binding, which the local runtime does not have: the shape and the limits of bge-small-en-v1.5. Its vectors
 * are made of words, so that what shares words is near; the real model's are better.
 */
import type { Ai } from '@cloudflare/workers-types';
import { embed } from '../../bench/simulated-ollama/model/embed.ts';

const MOST_TEXTS = 100;

/** @param answer over what the model would say */
export function workersAiDouble(answer?: (texts: readonly string[]) => unknown): Ai {
  const binding = {
    async run(model: string, input: { text: string[]; pooling?: string }): Promise<unknown> {
      if (model !== '@cf/baai/bge-small-en-v1.5') throw new Error(`5007: No such model ${model}`);
      if (!Array.isArray(input.text) || input.text.length > MOST_TEXTS)
        throw new Error('5006: input does not validate');
      if (answer !== undefined) return answer(input.text);
      const data = input.text.map((text) => embed(`${model} ${input.pooling}`, text));
      return { shape: [data.length, 384], data, pooling: input.pooling };
    },
  };
  return binding as unknown as Ai;
}
