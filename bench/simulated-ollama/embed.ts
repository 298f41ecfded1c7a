/** Embeddings of the simulation: vectors out of words, at the simulated rate. */
import type { EmbeddingInputs, Model, Vectors } from '../../origin/ollama-api/backend.ts';
import { Refusal } from '../../origin/ollama-api/native/request.ts';
import { failIfTold, type Simulation } from './generate.ts';
import { embed } from './model/embed.ts';
import { countTokens } from './model/tokens.ts';

/** Of all-minilm. */
const LONGEST_INPUT = 512;
/** Around each input: its first and its last. */
const MARKS = 2;

export async function embedInputs(
  { faults, residency, processor, counters }: Simulation,
  model: Model,
  { texts, dimensions, options, truncate, keepAliveMs }: EmbeddingInputs,
  signal: AbortSignal,
): Promise<Vectors> {
  failIfTold(faults());
  const longest = model.capabilities.includes('embedding') ? Math.min(LONGEST_INPUT, options.numCtx) : options.numCtx;
  const counts = texts.map((item) => countTokens(item) + MARKS);
  const lease = await residency.acquire({ name: model.name, ...options, keepAliveMs }, signal);
  try {
    if (!truncate && counts.some((count) => count > longest))
      throw new Refusal(400, 'the input length exceeds the context length');
    const read = counts.map((count) => Math.min(count, longest));
    counters.embedInputs += texts.length;
    const job = { prompt: '', embedding: true, step: () => false, ended: () => true, known: () => '' };
    await Promise.all(read.map((promptTokens) => processor.run(lease.pool, { ...job, promptTokens }, signal)));
    return {
      vectors: texts.map((item) => embed(model.digest, item, dimensions)),
      tokens: read.reduce((sum, count) => sum + count, 0),
      loadMs: lease.loadMs,
    };
  } finally {
    lease.release();
  }
}
