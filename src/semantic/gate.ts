/** Gate: what an isolate knows of the error bound, so that a hit never waits for it: kept here, renewed after the answer. */
import type { BoundState } from './bound.ts';

/** What is bounded by itself. */
export interface BoundClass {
  readonly tenant: string;
  /** See `judgedBy` of the semantic cache. */
  readonly embedder: string;
  readonly kind: 'question' | 'follow-up';
  /** The operator's threshold; another one is another class. */
  readonly base: number;
}

/** What an isolate needs to know to serve. */
export interface GateState {
  readonly phase: BoundState['phase'];
  /** What a hit needs now. */
  readonly threshold: number;
  /** Pairs that were reported as wrong, newest first; see `pairOf`. */
  readonly parted: readonly string[];
}

export interface ClassSummary extends BoundClass {
  readonly phase: BoundState['phase'];
  readonly threshold: number;
  /** In the window that is judged. */
  readonly labels: number;
  readonly wrong: number;
  /** Upper confidence bound of the share of wrong hits, 0 to 1. */
  readonly upperBound: number;
  readonly stops: number;
  /** Since the beginning: checks that decided, those of them that were wrong, and those that could not decide. */
  readonly checks: number;
  readonly wrongChecks: number;
  readonly unsureChecks: number;
  readonly reports: number;
}

export interface Gate {
  readonly serving: boolean;
  /** What a hit needs, on the calibrated scale. */
  readonly threshold: number;
  /** Pairs that may not share an answer again. */
  readonly parted: ReadonlySet<string>;
}

export interface Gates {
  /**
   * What is known of the class, at once; only the first time it is asked for. May reject that time.
   * @param later keeps the renewal alive past the response
   */
  of(of: BoundClass, later: (work: Promise<unknown>) => void): Gate | Promise<Gate>;
  /** `wrong` undefined: the check could not tell. Never rejects. */
  label(of: BoundClass, similarity: number, wrong: boolean | undefined): Promise<void>;
  /** Parts a pair that was reported; false where it was parted already. May reject. */
  part(of: BoundClass, pair: string, similarity: number): Promise<boolean>;
  /** Every class and its bound, for statistics. May reject. */
  summary(): Promise<readonly ClassSummary[]>;
}

/** Where nothing is bound that could keep labels: the operator's threshold is all there is. */
export function openGates(): Gates {
  return {
    of: ({ base }) => ({ serving: true, threshold: base, parted: new Set() }),
    label: async () => {},
    part: async () => true,
    summary: async () => [],
  };
}
