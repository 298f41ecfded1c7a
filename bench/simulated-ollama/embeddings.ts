/** The simulated embeddings: unit vectors that are a function of the text. */
import type { ServerResponse } from 'node:http';
import { modelOf, type State } from './generation.ts';
import { json } from './start.ts';
import { type Body, folded, number, Refusal, text } from './wire.ts';
import { embed } from './words.ts';

export const embedPaths: ReadonlySet<string> = new Set(['/api/embed', '/api/embeddings', '/v1/embeddings']);
const DIMENSIONS = 384;

export async function answerEmbedding(
  state: State,
  path: string,
  given: Body,
  response: ServerResponse,
): Promise<void> {
  const body = folded(given);
  const name = text(body.model);
  const model = modelOf(state, name, (asked) => `model "${asked}" not found, try pulling it first`);
  if (state.faults.status !== undefined) throw new Refusal(state.faults.status, 'simulated failure');
  await state.engine.load(model.name, 4096, new AbortController().signal);
  const size = Math.min(DIMENSIONS, number(body.dimensions) || DIMENSIONS);
  if (path === '/api/embeddings') {
    state.embedInputs += 1;
    const embedding = text(body.prompt) === '' ? [] : embed(text(body.prompt), DIMENSIONS).map((value) => value * 3);
    return json(response, 200, { embedding });
  }
  const inputs = typeof body.input === 'string' ? (body.input === '' ? [] : [body.input]) : body.input;
  if (!Array.isArray(inputs) || !inputs.every((item) => typeof item === 'string'))
    throw new Refusal(400, 'invalid input type');
  state.embedInputs += inputs.length;
  const vectors = inputs.map((input) => embed(`${model.name} ${input}`, size));
  const tokens = inputs.reduce((sum, input) => sum + Math.max(1, Math.ceil(input.length / 4)), 0);
  if (path === '/api/embed')
    return json(response, 200, {
      model: name,
      embeddings: vectors.map(shortest),
      total_duration: 1_000_000,
      load_duration: 1,
      prompt_eval_count: tokens,
    });
  const packed = body.encoding_format === 'base64';
  const data = vectors.map((vector, index) => ({
    object: 'embedding',
    embedding: packed ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : shortest(vector),
    index,
  }));
  json(response, 200, { object: 'list', data, model: name, usage: { prompt_tokens: tokens, total_tokens: tokens } });
}

/** As Go prints float32: the fewest digits that read back as the same number. */
function shortest(vector: readonly number[]): number[] {
  return vector.map((value) => {
    for (let digits = 6; digits <= 9; digits++) {
      const short = Number(value.toPrecision(digits));
      if (Math.fround(short) === value) return short;
    }
    return value;
  });
}
