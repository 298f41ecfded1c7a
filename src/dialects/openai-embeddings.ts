/** `/v1/embeddings`: OpenAI's embeddings API, as Ollama speaks it. */
import { fault } from '../exchange/fault.ts';
import type { JsonObject } from '../exchange/json.ts';
import { isObject, type Json } from '../exchange/json.ts';
import { canonicalModel } from '../exchange/prompt.ts';
import { blocked } from './blocked.ts';
import {
  brokenAnswer,
  decodedVectors,
  distinctInputs,
  type EmbedDialect,
  type EmbedReading,
  inputStrings,
  parseAnswer,
} from './embed-dialect.ts';
import { faultSink, intField, stringField } from './fields.ts';
import { float32Json, toBase64 } from './floats.ts';
import { fold } from './fold.ts';
import { openaiErrorBody } from './openai-common.ts';

/** `user` names the end user and changes nothing. */
const FIELDS: ReadonlySet<string> = new Set(['model', 'input', 'dimensions', 'encoding_format', 'user']);

function refused(message: string): EmbedReading {
  return { kind: 'fault', fault: fault('invalid_request', message) };
}

function read(body: JsonObject): EmbedReading {
  const { known, unknown, hasUnknown } = fold(body, FIELDS);
  const sink = faultSink('EmbedRequest');
  const model = stringField(sink, known, 'model') ?? '';
  const size = intField(sink, known, 'dimensions') ?? 0;
  const format = stringField(sink, known, 'encoding_format') ?? '';
  if (sink.first !== undefined) return { kind: 'fault', fault: sink.first };
  const encoding = format === '' ? 'float' : format.toLowerCase();
  if (encoding !== 'float' && encoding !== 'base64')
    return refused(`Invalid value for 'encoding_format' = ${format}. Supported values: ['float', 'base64'].`);
  if (model.trim() === '') return { kind: 'fault', fault: fault('not_found', `model '${model}' not found`) };
  const refusal = blocked(model, known);
  if (refusal !== undefined) return { kind: 'fault', fault: refusal };
  // OpenAI's arrays of token ids are among what Ollama refuses.
  const inputs = inputStrings(known.input);
  if (inputs === undefined) return refused('invalid input type');
  if (inputs.length === 0) return refused('invalid input');

  const more = size > 0 && { dimensions: size };
  const name = canonicalModel(model);
  if (hasUnknown) {
    const forward = { model, input: inputs, ...more, encoding_format: encoding, ...unknown };
    return { kind: 'opaque', model: name, forward, why: Object.keys(unknown)[0] ?? '' };
  }
  return {
    kind: 'embed',
    ...distinctInputs(inputs, { kind: 'embed', model: name, normalised: true, ...more, options: {} }),
    view: { model, encoding },
    // base64 is smaller, and exact; an origin that does not know it answers with numbers, which are read as well.
    forwardFor: (missing) => ({ model, input: missing.map(({ input }) => input), ...more, encoding_format: 'base64' }),
  };
}

/** The vectors by their `index`, whatever order they are listed in. */
function listed(data: Json | undefined): Json | undefined {
  if (!Array.isArray(data)) return undefined;
  const vectors: Json[] = [];
  (data as readonly Json[]).forEach((item, position) => {
    if (!isObject(item)) return;
    vectors[typeof item.index === 'number' ? item.index : position] = item.embedding ?? null;
  });
  return vectors;
}

export const openaiEmbeddings: EmbedDialect = {
  name: 'openai-embeddings',
  path: '/v1/embeddings',
  read,
  decode(originJson, asked) {
    const answer = parseAnswer(originJson);
    const tokens = isObject(answer?.usage) ? answer.usage.prompt_tokens : undefined;
    return answer === undefined ? brokenAnswer() : decodedVectors(listed(answer.data), tokens, asked);
  },
  render(vectors, promptTokens, { model, encoding }) {
    const written = encoding === 'base64' ? (vector: Float32Array) => `"${toBase64(vector)}"` : float32Json;
    const data = vectors.map(
      (vector, index) => `{"object":"embedding","embedding":${written(vector)},"index":${index}}`,
    );
    const usage = `{"prompt_tokens":${promptTokens},"total_tokens":${promptTokens}}`;
    return `{"object":"list","data":[${data.join(',')}],"model":${JSON.stringify(model)},"usage":${usage}}`;
  },
  errorBody: openaiErrorBody,
};
