/** What an answer of `/v1/responses` repeats of its request, under Ollama's defaults. */
import { isObject, type Json, type JsonObject } from '../../exchange/json.ts';

/** As an answer writes them; all but `instructions`, which is part of the prompt as well, change no answer by themselves. */
export interface Echo {
  readonly background: boolean;
  readonly instructions: string | null;
  readonly maxOutputTokens: number | null;
  readonly temperature: number;
  readonly topP: number;
  readonly truncation: string;
  /** Effort and summary; null where the request says neither. */
  readonly reasoning: JsonObject | null;
  /** Type, name, schema, strict. */
  readonly format: JsonObject;
  /** Type, name, description, strict, parameters; the parameters are sorted. */
  readonly tools: readonly JsonObject[];
}

const TEXT: JsonObject = { type: 'text' };

/**
 * @param request the body, folded as `read` folds it; of a wrong type is only what never came through it
 * @param unset what stands for what `reasoning` does not say: streams write null, documents nothing
 */
export function echoOf(request: JsonObject, unset: null | undefined): Echo {
  const {
    background,
    instructions,
    max_output_tokens: most,
    temperature,
    top_p: topP,
    truncation,
    reasoning,
  } = request;
  const said = isObject(reasoning) ? reasoning : {};
  const [effort, summary] = [textIn(said.effort), textIn(said.summary)];
  const format = isObject(request.text) ? request.text.format : undefined;
  return {
    background: background === true,
    instructions: textIn(instructions) ?? null,
    maxOutputTokens: numberIn(most) ?? null,
    temperature: numberIn(temperature) ?? 1,
    topP: numberIn(topP) ?? 1,
    truncation: textIn(truncation) ?? 'disabled',
    reasoning:
      effort === undefined && summary === undefined ? null : { effort: effort ?? unset, summary: summary ?? unset },
    format: isObject(format) ? format : TEXT,
    tools: Array.isArray(request.tools) ? (request.tools as readonly Json[]).filter(isObject) : [],
  };
}

function textIn(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberIn(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
