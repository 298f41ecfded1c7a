/**
 * The error bound: shadow checks label hits right or wrong, and from the labels each class of partitions gets its threshold, or no
 * semantic hits at all. A state and pure functions over it: it lives as JSON wherever the caller keeps it.
 *
 * Two tests on the newest checks, after each check:
 * - A sequential one against drift: a bettor's stake against "the error rate is at most the limit" (Waudby-Smith and Ramdas 2024,
 *   "Estimating means of bounded random variables by betting") grows by 1 + λ(wrong − limit) with each check and never falls below 1,
 *   so that a good past buys no patience. Such an e-detector (Shin, Ramdas and Rinaldo 2023) raises a false alarm at ALARM on average
 *   at most once in ALARM checks while the error is at the limit, and far more rarely below it.
 * - The upper confidence bound of Clopper and Pearson (1934) on the window of newest checks, which must come below the limit before
 *   hits that were stopped start again, and which lets a raised threshold come down.
 */

export interface BoundOptions {
  /** The largest share of wrong semantic hits, such as 0.01. */
  readonly limit: number;
  /** One-sided confidence of the bounds, such as 0.95. */
  readonly confidence: number;
  /** The operator's threshold; adaptation only raises it. */
  readonly threshold: number;
}

export interface Label {
  /** Calibrated, of the hit or would-be hit that was checked. */
  readonly similarity: number;
  readonly wrong: boolean;
}

export interface BoundState {
  /** The newest labels, oldest first. */
  readonly labels: readonly Label[];
  /** Evidence against "the error is within the limit"; 1 is none. */
  readonly evidence: number;
  /** What a hit needs now. */
  readonly threshold: number;
  readonly phase: 'serving' | 'stopped';
  /** Since the last change of phase or threshold. */
  readonly checks: number;
  readonly stops: number;
}

/** 1,000 checks tell a bound of 1 % to ±0.6 %; older ones say little about today. */
export const WINDOW = 1_000;
/** λ: what is bet on "wrong". Larger stops sooner where half of the answers are wrong, later where a few are. */
const BET = 6;
/** The stake at which the bound counts as broken. */
const ALARM = 100;
/** Checks within which a mistake counts as part of a break. */
const RECENT = 100;
const STEP = 0.02;
/** Up to here the threshold is raised before hits stop altogether. */
const HIGHEST = 0.99;

export function initialBound({ threshold }: BoundOptions): BoundState {
  return { labels: [], evidence: 1, threshold, phase: 'serving', checks: 0, stops: 0 };
}

/** May a hit of this similarity be served? */
export function maySemanticHit(state: BoundState, similarity: number): boolean {
  return state.phase === 'serving' && similarity >= state.threshold;
}

/**
 * The state after one more label. While hits are stopped, labels come from would-be hits whose fresh answer was generated anyway,
 * and cost nothing.
 */
export function afterCheck(state: BoundState, label: Label, options: BoundOptions): BoundState {
  const labels = [...state.labels, label].slice(-WINDOW);
  const next: BoundState = { ...state, labels, checks: state.checks + 1 };
  if (state.phase === 'stopped') return recovered(next, options);
  // Labels below the threshold say nothing about what is served.
  if (label.similarity < state.threshold) return lowered(next, options);
  const evidence = Math.max(1, state.evidence * (1 + bet(options) * ((label.wrong ? 1 : 0) - options.limit)));
  if (evidence < ALARM) return lowered({ ...next, evidence }, options);
  return broken({ ...next, evidence }, options);
}

/** The bet must leave the stake positive: λ < 1 / limit. */
const bet = ({ limit }: BoundOptions): number => Math.min(BET, 0.5 / limit);

/** The bound broke: the lowest threshold that the labels still vouch for, or none. */
function broken(state: BoundState, options: BoundOptions): BoundState {
  const threshold = vouchedFor(state.labels, options, state.threshold);
  // What came before the break vouches for nothing: the labels start again.
  const fresh = { labels: [], evidence: 1, checks: 0 };
  if (threshold === undefined) return { ...state, ...fresh, phase: 'stopped', stops: state.stops + 1 };
  return { ...state, ...fresh, threshold };
}

/** Stopped hits start again once the newest labels, taken afresh, prove the limit. */
function recovered(state: BoundState, options: BoundOptions): BoundState {
  const served = state.labels.filter((label) => label.similarity >= state.threshold);
  if (upperBound(served, options) > options.limit) return state;
  return { ...state, phase: 'serving', evidence: 1, checks: 0 };
}

/** A raised threshold comes down again, one step at a time, where the labels between prove the limit as well. */
function lowered(state: BoundState, options: BoundOptions): BoundState {
  if (state.threshold <= options.threshold) return state;
  const threshold = Math.max(options.threshold, state.threshold - STEP);
  const between = state.labels.filter((label) => label.similarity >= threshold);
  return upperBound(between, options) <= options.limit ? { ...state, threshold, evidence: 1, checks: 0 } : state;
}

/**
 * The lowest threshold whose own labels keep the error's upper bound within the limit. It lies above every recent mistake: a good past
 * does not vouch for hits that have just gone wrong.
 */
function vouchedFor(labels: readonly Label[], options: BoundOptions, above: number): number | undefined {
  const mistakes = labels.slice(-RECENT).filter((label) => label.wrong);
  const highest = Math.max(above, ...mistakes.map((label) => label.similarity));
  for (let threshold = highest + STEP; threshold <= HIGHEST; threshold += STEP) {
    const kept = labels.filter((label) => label.similarity >= threshold);
    if (upperBound(kept, options) <= options.limit) return threshold;
  }
  return undefined;
}

/** The upper bound of the error of what is served (or would be, while stopped), from the newest labels; 1 where there are none. */
export function errorBound({ labels, threshold }: BoundState, options: BoundOptions): number {
  return upperBound(
    labels.filter((label) => label.similarity >= threshold),
    options,
  );
}

function upperBound(labels: readonly Label[], { confidence }: BoundOptions): number {
  return clopperPearsonUpper(labels.filter((label) => label.wrong).length, labels.length, confidence);
}

/** Upper end of the one-sided Clopper–Pearson interval for `wrong` of `checks`; 1 where nothing was checked. */
export function clopperPearsonUpper(wrong: number, checks: number, confidence: number): number {
  if (wrong >= checks) return 1;
  let low = wrong / checks;
  let high = 1;
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (binomialAtMost(wrong, checks, middle) > 1 - confidence) low = middle;
    else high = middle;
  }
  return high;
}

/** P(X ≤ k) for X binomial(n, p), summed in logarithms. */
export function binomialAtMost(k: number, n: number, p: number): number {
  if (p <= 0) return 1;
  if (p >= 1) return k >= n ? 1 : 0;
  let term = n * Math.log1p(-p);
  let sum = Math.exp(term);
  for (let i = 1; i <= k; i++) {
    term += Math.log((n - i + 1) / i) + Math.log(p) - Math.log1p(-p);
    sum += Math.exp(term);
  }
  return Math.min(1, sum);
}

/**
 * Within how many checks hits stop, once a share `drifted` of them is wrong, at least in expectation: ln(ALARM) over the stake's
 * mean growth. Infinity where the drift is too small for the bet to tell.
 */
export function checksUntilStopped(drifted: number, options: BoundOptions): number {
  const stake = bet(options);
  const growth =
    drifted * Math.log(1 + stake * (1 - options.limit)) + (1 - drifted) * Math.log(1 - stake * options.limit);
  return growth <= 0 ? Number.POSITIVE_INFINITY : Math.ceil(Math.log(ALARM) / growth);
}
