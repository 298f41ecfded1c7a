/**
 * Calibration: from what is measured to the chance that two prompts ask the same, so that a similarity of s means about the same
 * whichever embedder is used. Two logistic steps (Platt 1999): the embedder's cosine becomes a chance by itself, then the chance is
 * weighed with what the alignment found. The numbers come from `npm run eval:semantic -- --fit`; docs/semantic.md says on what.
 */
import type { EmbedderName } from './embedder.ts';

/** What is known of a pair besides the guards. Shares are 0 to 1. */
export interface Evidence {
  readonly cosine: number;
  /** Share of words matched by a listed synonym, an opposite under a negation, or as a slip of typing: the vectors doubt what the lists know. */
  readonly listed: number;
  /** Share of words matched by family. */
  readonly derived: number;
  /** ln(1 + matched words): many words that agree say more than one. */
  readonly length: number;
  /** Jaccard index of all words, small ones too, but for courtesy and frame. */
  readonly overlap: number;
}

export type Feature = Exclude<keyof Evidence, 'cosine'>;

export interface Calibration {
  /** Log odds of "same" by cosine alone: intercept + slope × cosine. */
  readonly intercept: number;
  readonly slope: number;
}

export const FEATURES: readonly Feature[] = ['listed', 'derived', 'length', 'overlap'];

export const WEIGHTS: Readonly<Record<Feature | 'bias' | 'vector', number>> = {
  bias: -0.9,
  vector: 1.9,
  listed: 0.9,
  derived: -0.2,
  length: 1.15,
  overlap: 0.8,
};

export const CALIBRATIONS: Readonly<Record<EmbedderName, Calibration>> = {
  static: { intercept: -5.7, slope: 6.8 },
  ollama: { intercept: -7.3, slope: 9.1 },
  'workers-ai': { intercept: -13, slope: 15 },
};

export const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** 0 to 1. */
export function similarityOf(evidence: Evidence, { intercept, slope }: Calibration): number {
  let odds = WEIGHTS.bias + WEIGHTS.vector * (intercept + slope * evidence.cosine);
  for (const feature of FEATURES) odds += WEIGHTS[feature] * evidence[feature];
  return logistic(odds);
}

/** The cosine below which no pair can reach the threshold: what need not be asked of an index. */
export function lowestCosine(threshold: number, { intercept, slope }: Calibration): number {
  const odds = Math.log(threshold / (1 - threshold));
  const best = WEIGHTS.bias + WEIGHTS.overlap + WEIGHTS.length * Math.log1p(30);
  return Math.max(-1, Math.min(1, ((odds - best) / WEIGHTS.vector - intercept) / slope));
}
