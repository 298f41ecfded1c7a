/** Embeddings: the model's own pooled state, as a unit vector. */
import type { LlamaEmbeddingContext } from 'node-llama-cpp';
import type { EmbeddingInputs, Model, Vectors } from '../ollama-api/backend.ts';
import { Refusal } from '../ollama-api/native/request.ts';
import type { Engine } from './engine.ts';
import type { Pool } from './slots.ts';

/** Room for the marks around an input. */
const MARKS = 2;

export async function embed(
  engine: Engine,
  model: Model,
  { texts, dimensions = 0, options, truncate, keepAliveMs }: EmbeddingInputs,
  signal: AbortSignal,
): Promise<Vectors> {
  const run = engine.fit(options);
  const lease = await engine.residency.acquire({ ...run, name: model.name, keepAliveMs }, signal);
  try {
    const { pool } = lease;
    const longest = run.numCtx - MARKS;
    const inputs = texts.map((text) => pool.model.tokenize(text));
    if (!truncate && inputs.some(({ length }) => length > longest))
      throw new Refusal(400, 'the input length exceeds the context length');
    const vectors: (readonly number[])[] = [];
    let tokens = 0;
    for (const input of inputs.map((all) => all.slice(0, longest))) {
      const context = await contextOf(pool, run.numCtx);
      signal.throwIfAborted();
      // An empty input has no state: Ollama reads a mark in its place.
      const read = input.length > 0 ? input : pool.model.tokenize(' ');
      const { vector } = await context.getEmbeddingFor(read);
      vectors.push(unit(dimensions > 0 && dimensions < vector.length ? vector.slice(0, dimensions) : vector));
      tokens += read.length;
    }
    return { vectors, tokens, loadMs: lease.loadMs };
  } finally {
    lease.release();
  }
}

function contextOf(pool: Pool, contextSize: number): Promise<LlamaEmbeddingContext> {
  pool.embedding ??= pool.model.createEmbeddingContext({ contextSize });
  return pool.embedding;
}

/** float32, of length one. */
function unit(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => Math.fround(value / length));
}
