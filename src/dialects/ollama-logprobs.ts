/** Log probabilities as Ollama's own API writes them. */
import type { TokenLogprob } from '../exchange/answer.ts';
import { isObject, type Json, type JsonObject } from '../exchange/json.ts';

export function readLogprobs(value: Json | undefined): readonly TokenLogprob[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return (value as readonly Json[]).filter(isObject).map(readOne);
}

function readOne(entry: JsonObject): TokenLogprob {
  const top = readLogprobs(entry.top_logprobs);
  return {
    token: typeof entry.token === 'string' ? entry.token : '',
    logprob: typeof entry.logprob === 'number' ? entry.logprob : 0,
    ...(Array.isArray(entry.bytes) && { bytes: entry.bytes as readonly number[] }),
    ...(top && { topLogprobs: top }),
  };
}

/** As plain data for JSON.stringify; undefined, and so left out, where there are none. */
export function writeLogprobs(logprobs: readonly TokenLogprob[] | undefined): object[] | undefined {
  if (logprobs === undefined || logprobs.length === 0) return undefined;
  return logprobs.map(({ token, logprob, bytes, topLogprobs }) => ({
    token,
    logprob,
    bytes,
    top_logprobs: writeLogprobs(topLogprobs),
  }));
}
