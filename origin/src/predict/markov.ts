/**
 * A variable-order Markov model: what comes next after the last few symbols, by how often it did. Each context mixes what it saw
 * itself with what the next shorter one says, the more of the latter the less it saw: the predictive rule of a hierarchical
 * Pitman-Yor process with one table a symbol (Teh 2006), which is interpolated Kneser-Ney where the strength is zero.
 *
 * Bounded: in contexts, least recently learned first out, and in successors of each; weights halve with time.
 */

export interface MarkovOptions {
  /** Symbols of the longest context. */
  readonly order: number;
  /** Most contexts. */
  readonly contexts: number;
  /** Most successors of one. */
  readonly successors: number;
  /** Milliseconds in which what was seen loses half its weight. */
  readonly halfLifeMs: number;
}

/** How the next request is made of the one before; see `shape.ts`. */
export const FORMS = ['alone', 'follow-up', 'other'] as const;
export type Form = (typeof FORMS)[number];

export interface Prediction {
  readonly symbol: number;
  readonly form: Form;
  /** 0 to 1; all predictions together are at most 1, the rest is for what was never seen. */
  readonly probability: number;
}

export interface Markov {
  /** @param past symbols before it, the oldest first; @param now milliseconds since the epoch */
  learn(scope: string, past: readonly number[], next: number, form: Form, now: number): void;
  /** The most probable first. */
  predict(scope: string, past: readonly number[], now: number): readonly Prediction[];
  readonly contexts: number;
}

interface Context {
  /** By symbol, the weight of each form. */
  readonly next: Map<number, Float64Array>;
  /** Weight of successors that were dropped: they happened, too. */
  dropped: number;
  /** When its weights were last brought up to date. */
  at: number;
}

/** Below it, a successor is forgotten. */
const LEAST_WEIGHT = 0.05;
/** What each symbol's weight is discounted by, and how much a context's first sights are doubted: for what is new in it. */
const DISCOUNT = 0.5;
const STRENGTH = 1;
/** Less probable than this is not worth telling. */
const LEAST_PROBABILITY = 0.01;

const weightOf = (forms: Float64Array) => forms.reduce((sum, weight) => sum + weight, 0);

export function createMarkov({ order, contexts: limit, successors, halfLifeMs }: MarkovOptions): Markov {
  const contexts = new Map<string, Context>();
  const oldestFirst = contexts.keys();

  const nameOf = (scope: string, past: readonly number[], length: number) =>
    `${scope}\n${past.slice(past.length - length).join(' ')}`;

  function age(context: Context, now: number): void {
    const factor = 2 ** (-Math.max(0, now - context.at) / halfLifeMs);
    if (factor > 0.999) return;
    context.at = now;
    context.dropped *= factor;
    for (const [symbol, forms] of context.next) {
      for (let at = 0; at < forms.length; at++) forms[at] = (forms[at] ?? 0) * factor;
      if (weightOf(forms) < LEAST_WEIGHT) context.next.delete(symbol);
    }
  }

  function dropLightest(context: Context): void {
    const { next } = context;
    let lightest: number | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const [symbol, forms] of next) {
      const weight = weightOf(forms);
      if (weight >= least) continue;
      least = weight;
      lightest = symbol;
    }
    if (lightest === undefined) return;
    next.delete(lightest);
    context.dropped += least;
  }

  function strengthen(name: string, next: number, form: Form, now: number): void {
    const context = contexts.get(name) ?? { next: new Map<number, Float64Array>(), dropped: 0, at: now };
    contexts.delete(name);
    contexts.set(name, context);
    if (contexts.size > limit) contexts.delete(oldestFirst.next().value as string);
    age(context, now);
    const forms = context.next.get(next) ?? new Float64Array(FORMS.length);
    if (!context.next.has(next) && context.next.size >= successors) dropLightest(context);
    context.next.set(next, forms);
    const place = FORMS.indexOf(form);
    forms[place] = (forms[place] ?? 0) + 1;
  }

  return {
    get contexts() {
      return contexts.size;
    },
    learn(scope, past, next, form, now) {
      for (let length = 0; length <= Math.min(order, past.length); length++)
        strengthen(nameOf(scope, past, length), next, form, now);
    },
    predict(scope, past, now) {
      /** By symbol, the probability of each form; the longer contexts refine it one after another. */
      let chances = new Map<number, readonly number[]>();
      for (let length = 0; length <= Math.min(order, past.length); length++) {
        const context = contexts.get(nameOf(scope, past, length));
        if (context === undefined) continue;
        age(context, now);
        chances = refined(chances, context);
      }
      const predictions: Prediction[] = [];
      for (const [symbol, forms] of chances)
        for (const [at, form] of FORMS.entries()) {
          const probability = forms[at] ?? 0;
          if (probability >= LEAST_PROBABILITY) predictions.push({ symbol, form, probability });
        }
      return predictions.sort((a, b) => b.probability - a.probability);
    },
  };
}

function refined(shorter: ReadonlyMap<number, readonly number[]>, { next, dropped }: Context): Map<number, number[]> {
  let total = dropped + STRENGTH;
  let left = Math.min(DISCOUNT, dropped) + STRENGTH;
  for (const forms of next.values()) {
    const weight = weightOf(forms);
    total += weight;
    left += Math.min(DISCOUNT, weight);
  }
  const chances = new Map<number, number[]>();
  for (const [symbol, forms] of shorter)
    chances.set(
      symbol,
      forms.map((chance) => (chance * left) / total),
    );
  for (const [symbol, forms] of next) {
    const weight = weightOf(forms);
    const kept = Math.max(0, weight - DISCOUNT) / (weight * total);
    const before = chances.get(symbol);
    chances.set(
      symbol,
      Array.from(forms, (each, at) => (before?.[at] ?? 0) + each * kept),
    );
  }
  return chances;
}
