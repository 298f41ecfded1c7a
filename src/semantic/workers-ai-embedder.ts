/** Workers AI as the embedder: bge-small-en-v1.5, on the machine that runs the Worker or near it. */
import type { Ai } from '@cloudflare/workers-types';
import type { Embedder } from './embedder.ts';
import { unitVector } from './unit-vector.ts';

const MODEL = '@cf/baai/bge-small-en-v1.5';
const DIMENSIONS = 384;

export function workersAiEmbedder(ai: Ai): Embedder {
  return {
    name: 'workers-ai',
    dimensions: DIMENSIONS,
    async embed(texts) {
      // By the first token: more accurate than the mean, and never to be mixed with it.
      const answer = await ai.run(MODEL, { text: [...texts], pooling: 'cls' });
      const data = 'data' in answer ? answer.data : undefined;
      if (data?.length !== texts.length)
        throw new Error(`Workers AI gave ${data?.length ?? 'no'} vectors for ${texts.length} texts`);
      return data.map((values) => unitVector(values, DIMENSIONS));
    },
  };
}
