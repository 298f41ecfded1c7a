/** How the next token is chosen: Ollama's options, its defaults, and the same choice made here where logprobs are asked for. */
import type { SequenceEvaluateOptions, Token } from 'node-llama-cpp';

export interface Sampling {
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly seed: number;
  /** Tokens that count as lately used. */
  readonly repeatLastN: number;
  readonly repeatPenalty: number;
  readonly presencePenalty: number;
  readonly frequencyPenalty: number;
}

const SEEDS = 2 ** 32;

/** Options have been checked; a seed below zero, or none, is drawn. */
export function readSampling(options: Readonly<Record<string, unknown>>, numCtx: number): Sampling {
  const number = (name: string, otherwise: number) => {
    const value = options[name];
    return typeof value === 'number' ? value : otherwise;
  };
  const seed = Math.trunc(number('seed', -1));
  const last = Math.trunc(number('repeat_last_n', 64));
  return {
    temperature: Math.max(0, number('temperature', 0.8)),
    topK: Math.max(0, Math.trunc(number('top_k', 40))),
    topP: number('top_p', 0.9),
    minP: number('min_p', 0),
    seed: seed < 0 ? Math.floor(Math.random() * SEEDS) : seed % SEEDS,
    repeatLastN: last < 0 ? numCtx : last,
    repeatPenalty: number('repeat_penalty', 1),
    presencePenalty: number('presence_penalty', 0),
    frequencyPenalty: number('frequency_penalty', 0),
  };
}

const penalises = ({ repeatPenalty, presencePenalty, frequencyPenalty, repeatLastN }: Sampling) =>
  repeatLastN > 0 && (repeatPenalty !== 1 || presencePenalty !== 0 || frequencyPenalty !== 0);

/** For llama.cpp's own sampler; `known` are all tokens so far. */
export function evaluateOptions(sampling: Sampling, known: () => readonly Token[]): SequenceEvaluateOptions {
  const { temperature, topK, topP, minP, seed, repeatLastN } = sampling;
  return {
    temperature,
    topK,
    topP,
    minP,
    seed,
    ...(penalises(sampling) && {
      repeatPenalty: {
        punishTokens: () => known().slice(-repeatLastN),
        maxPunishTokens: repeatLastN,
        penalty: sampling.repeatPenalty,
        presencePenalty: sampling.presencePenalty,
        frequencyPenalty: sampling.frequencyPenalty,
      },
    }),
  };
}

/** Asks llama.cpp for the distribution as the model has it. */
export const UNTOUCHED: SequenceEvaluateOptions = { temperature: 1, topK: 0, topP: 1, minP: 0, seed: 0 };

/**
 * Chooses from the model's own distribution, likeliest first, so that its logprobs can be told as they are. The order of the steps is
 * llama.cpp's: penalties, top_k, top_p, min_p, temperature.
 */
export function createPicker(
  sampling: Sampling,
): (likely: ReadonlyMap<Token, number>, known: readonly Token[]) => Token {
  const random = mulberry32(sampling.seed);
  const { temperature, topK, topP, minP } = sampling;
  return (likely, known) => {
    let rows = [...likely].map(([token, p]) => ({ token, score: Math.log(p) }));
    if (penalises(sampling)) rows = penalised(rows, sampling, known.slice(-sampling.repeatLastN));
    if (temperature === 0) return first(rows).token;
    if (topK > 0) rows = rows.slice(0, topK);
    rows = nucleus(rows, topP);
    const least = first(rows).score + Math.log(minP);
    rows = rows.filter(({ score }) => score >= least);
    const most = first(rows).score;
    const weights = rows.map(({ score }) => Math.exp((score - most) / temperature));
    let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
    for (const [at, row] of rows.entries()) {
      left -= weights[at] ?? 0;
      if (left <= 0) return row.token;
    }
    return first(rows).token;
  };
}

interface Row {
  readonly token: Token;
  /** Log-probability, after penalties. */
  readonly score: number;
}

function first(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error('no token is left to choose');
  return row;
}

/** A log-probability is never above zero, where llama.cpp multiplies by the penalty. */
function penalised(rows: readonly Row[], sampling: Sampling, lately: readonly Token[]): Row[] {
  const uses = new Map<Token, number>();
  for (const token of lately) uses.set(token, (uses.get(token) ?? 0) + 1);
  return rows
    .map(({ token, score }) => {
      const count = uses.get(token);
      if (count === undefined) return { token, score };
      const less = count * sampling.frequencyPenalty + sampling.presencePenalty;
      return { token, score: score * sampling.repeatPenalty - less };
    })
    .sort((a, b) => b.score - a.score);
}

/** The likeliest rows whose probabilities together reach `topP`. */
function nucleus(rows: readonly Row[], topP: number): Row[] {
  if (topP >= 1) return [...rows];
  const most = first(rows).score;
  const weights = rows.map(({ score }) => Math.exp(score - most));
  const enough = topP * weights.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  const end = weights.findIndex((weight) => {
    sum += weight;
    return sum >= enough;
  });
  return rows.slice(0, end < 0 ? rows.length : end + 1);
}

/** Mulberry32: a small generator with one word of state. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / SEEDS;
  };
}
