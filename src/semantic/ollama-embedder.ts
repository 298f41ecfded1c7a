/**
 * The origin's Ollama as the embedder, through the sidecar, which merges what comes at once into one call. Its time limit is the
 * semantic step's: `SEMANTIC_TIMEOUT_MS` has to allow for the way there and the model.
 */
import { isObject } from '../exchange/json.ts';
import type { AskOrigin } from '../origin/client.ts';
import type { Embedder } from './embedder.ts';
import { unitVector } from './unit-vector.ts';

/** all-minilm's. Another model needs a calibration of its own. */
const DIMENSIONS = 384;

/** @param timeoutMs longest that a call may take */
export function ollamaEmbedder(origin: AskOrigin, model: string, timeoutMs: number): Embedder {
  return {
    name: 'ollama',
    dimensions: DIMENSIONS,
    async embed(texts) {
      const response = await origin(
        {
          method: 'POST',
          path: '/api/embed',
          body: { model, input: texts },
          priority: 'interactive',
          tenant: 'public',
          namespace: '',
          ttl: 0,
          lookup: false,
        },
        AbortSignal.timeout(timeoutMs),
      );
      if (!response.ok) throw new Error(`the origin answered ${response.status} to an embedding`);
      const answer: unknown = await response.json();
      const vectors = isObject(answer) ? answer.embeddings : undefined;
      if (!Array.isArray(vectors) || vectors.length !== texts.length)
        throw new Error(`the origin gave no ${texts.length} vectors`);
      return vectors.map((values) => unitVector(values, DIMENSIONS));
    },
  };
}
