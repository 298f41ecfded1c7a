/** The counts and durations that end an answer of Ollama's own API. Durations are nanoseconds; zeros are left out, as Go does. */
import type { Timing, Usage } from '../exchange/answer.ts';
import type { Json, JsonObject } from '../exchange/json.ts';

export interface Metrics {
  readonly usage: Usage;
  /** Undefined where the origin measured nothing. */
  readonly timing: Timing | undefined;
}

const count = (value: Json | undefined): number => (typeof value === 'number' ? value : 0);

export function readMetrics(chunk: JsonObject): Metrics {
  const usage = { promptTokens: count(chunk.prompt_eval_count), completionTokens: count(chunk.eval_count) };
  const total = count(chunk.total_duration);
  if (total === 0) return { usage, timing: undefined };
  const load = count(chunk.load_duration);
  return {
    usage,
    timing: { total, load, promptEval: count(chunk.prompt_eval_duration), eval: count(chunk.eval_duration) },
  };
}

const present = (value: number | undefined): number | undefined => (value === 0 ? undefined : value);

/** As plain data for JSON.stringify. */
export function writeMetrics(usage: Usage | undefined, timing: Timing | undefined): object {
  return {
    total_duration: present(timing?.total),
    load_duration: present(timing?.load),
    prompt_eval_count: present(usage?.promptTokens),
    prompt_eval_duration: present(timing?.promptEval),
    eval_count: present(usage?.completionTokens),
    eval_duration: present(timing?.eval),
  };
}
