/**
 * EmbedDialect: one wire API for embeddings. Each input of a request is a prompt of its own, so that each is cached by itself
 * and only those that nobody has yet go to the origin.
 */
import { type Fault, fault } from '../exchange/fault.ts';
import { isObject, type Json, type JsonObject } from '../exchange/json.ts';
import type { EmbedPrompt } from '../exchange/prompt.ts';
import { fromBase64 } from './floats.ts';

export type EmbedDialectName = 'ollama-embed' | 'ollama-embeddings' | 'openai-embeddings';

export interface EmbedView {
  /** The model's name as the client wrote it. */
  readonly model: string;
  readonly encoding: 'float' | 'base64';
}

export type EmbedReading =
  | {
      readonly kind: 'embed';
      /** The different inputs, in the order of their first appearance; at least one. */
      readonly inputs: readonly EmbedPrompt[];
      /** For each input as the client listed them, its place in `inputs`. */
      readonly order: readonly number[];
      readonly view: EmbedView;
      /** The body that asks the origin for these inputs, in this order; at least one. */
      forwardFor(missing: readonly EmbedPrompt[]): JsonObject;
    }
  /** A valid request with fields that EmbedPrompt does not model: keyed by dialect and canonical body, replayed raw. */
  | { readonly kind: 'opaque'; readonly model: string; readonly forward: JsonObject; readonly why: string }
  /** Has no input: loads the model. Forwarded, never looked up, never stored. */
  | { readonly kind: 'control'; readonly model: string; readonly forward: JsonObject }
  | { readonly kind: 'fault'; readonly fault: Fault };

export type EmbedDecoding =
  | {
      readonly kind: 'vectors';
      /** One for each input that was asked for, in that order. */
      readonly vectors: readonly Float32Array[];
      /** Each input's share; together exactly what the origin counted. */
      readonly promptTokens: readonly number[];
    }
  | { readonly kind: 'fault'; readonly fault: Fault };

/** Durations in nanoseconds. */
export interface EmbedTiming {
  readonly total: number;
  readonly load: number;
}

export interface EmbedDialect {
  readonly name: EmbedDialectName;
  /** The route, exactly. */
  readonly path: string;
  read(body: JsonObject): EmbedReading;
  /** @param asked what `forwardFor` was given */
  decode(originJson: string, asked: readonly EmbedPrompt[]): EmbedDecoding;
  /**
   * @param vectors in the client's order
   * @param promptTokens of all of them together
   */
  render(vectors: readonly Float32Array[], promptTokens: number, view: EmbedView, timing: EmbedTiming): string;
  /** The body of an error; always `application/json`. */
  errorBody(fault: Fault): string;
}

/** Prompts for the different ones among these inputs, and where each of them stands. */
export function distinctInputs(
  inputs: readonly string[],
  common: Omit<EmbedPrompt, 'input'>,
): { readonly inputs: readonly EmbedPrompt[]; readonly order: readonly number[] } {
  const places = new Map<string, number>();
  const prompts: EmbedPrompt[] = [];
  const order = inputs.map((input) => {
    const place = places.get(input);
    if (place !== undefined) return place;
    places.set(input, prompts.length);
    return prompts.push({ ...common, input }) - 1;
  });
  return { inputs: prompts, order };
}

/** A string or a list of strings, as Ollama takes its `input`; undefined for anything else that is not null. */
export function inputStrings(value: Json | undefined): readonly string[] | undefined {
  if (typeof value === 'string') return [value];
  if (value === undefined || value === null) return [];
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? (value as string[]) : undefined;
}

/**
 * Shares out what the origin counted for all inputs together, by their lengths and by largest remainder: the shares are whole
 * and add up to the total.
 */
export function apportion(total: number, asked: readonly EmbedPrompt[]): readonly number[] {
  const weights = asked.map(({ input }) => input.length + 1);
  const sum = weights.reduce((left, right) => left + right, 0);
  const exact = weights.map((weight) => (total * weight) / sum);
  const shares = exact.map(Math.floor);
  const byRemainder = exact
    .map((share, index) => ({ index, remainder: share - Math.floor(share) }))
    .sort((left, right) => right.remainder - left.remainder);
  let left = total - shares.reduce((one, other) => one + other, 0);
  for (const { index } of byRemainder) {
    if (left-- <= 0) break;
    shares[index] = (shares[index] ?? 0) + 1;
  }
  return shares;
}

export function brokenAnswer(): EmbedDecoding {
  return { kind: 'fault', fault: fault('bad_gateway', 'the origin sent an unreadable embedding') };
}

/** Undefined where the text is no JSON object. */
export function parseAnswer(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The vectors that an origin listed, as numbers or as base64; anything but `asked.length` readable ones is a fault. */
export function decodedVectors(
  listed: Json | undefined,
  tokens: Json | undefined,
  asked: readonly EmbedPrompt[],
): EmbedDecoding {
  if (!Array.isArray(listed) || listed.length !== asked.length) return brokenAnswer();
  const vectors: Float32Array[] = [];
  for (const item of listed as readonly Json[]) {
    const vector = typeof item === 'string' ? fromBase64(item) : fromNumbers(item);
    if (vector === undefined || vector.length === 0) return brokenAnswer();
    vectors.push(vector);
  }
  const total = typeof tokens === 'number' && tokens > 0 ? Math.trunc(tokens) : 0;
  return { kind: 'vectors', vectors, promptTokens: apportion(total, asked) };
}

function fromNumbers(item: Json): Float32Array | undefined {
  if (!Array.isArray(item) || !item.every((value) => typeof value === 'number')) return undefined;
  return Float32Array.from(item as readonly number[]);
}
