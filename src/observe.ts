/** The one stream of what happens: statistics, metrics and traces listen to it; the request's way does not know them. */
import type { Usage } from './exchange/answer.ts';
import type { FaultKind } from './exchange/fault.ts';
import type { TierName } from './tiers/tier.ts';

/** The one word of `X-Cache`. */
export type Outcome = 'HIT' | 'SEMANTIC' | 'STALE' | 'JOINED' | 'MISS' | 'BYPASS';

/** What did not have to be generated, because an answer was there or in the air. */
export interface Saved extends Usage {
  /** Milliseconds that the origin took for it, without loading the model. */
  readonly ms: number;
}

/** An inference request was answered or refused; told once, when its last byte has left or its client has gone. */
export interface Served {
  readonly kind: 'served';
  /** The path of the API. */
  readonly route: string;
  readonly outcome: Outcome;
  /** Where a hit was found. */
  readonly tier?: TierName;
  /** HTTP status, 200 to 599. */
  readonly status: number;
  /** Empty for who was not recognised. */
  readonly tenant: string;
  /** Canonical name; empty for a request that could not be read. */
  readonly model: string;
  /** The arm of an experiment that the client is in. */
  readonly arm?: string;
  /** Milliseconds from the request's arrival until its headers left, and until its last byte. */
  readonly firstByteMs: number;
  readonly totalMs: number;
  /** Of the body. */
  readonly bytes: number;
  /** Tokens of the prompt and of the answer. */
  readonly usage: Usage;
  readonly saved: Saved;
  /** What went wrong, before the headers or after them. */
  readonly fault?: FaultKind;
  /** What was asked, where it may be shown (STATS_PROMPTS). */
  readonly question?: string;
  readonly semantic?: SemanticHit;
}

export interface SemanticHit {
  /** How alike the two questions are, 0..1. */
  readonly similarity: number;
  /** The key of the answer that was given, and the question that it was generated for. */
  readonly key: string;
  readonly question: string;
  /** With which it can be reported as wrong (`X-Cache-Receipt`). */
  readonly receipt: string;
}

/** A generation ended and was stored, or was not and why. */
export interface Landed {
  readonly kind: 'landed';
  readonly model: string;
  readonly tenant: string;
  readonly stored: boolean;
  readonly why?: string;
}

/** A tier outside the isolate took an exchange: its size as it is, and as it is kept. */
export interface Stored {
  readonly kind: 'stored';
  readonly tier: TierName;
  readonly plainBytes: number;
  readonly bytes: number;
}

/** A tier failed or was too slow: it counted as a miss. */
export interface TierFailed {
  readonly kind: 'tier_failed';
  readonly tier: TierName;
  readonly operation: 'get' | 'put' | 'delete';
  readonly reason: string;
}

/** Happenings that are only counted. A new one is a line here; it is in the statistics and the metrics from then on. */
export type CountedKind =
  /** A semantic guard refused a candidate; `by` its name. */
  | 'guard_refused'
  /** A semantic hit was compared with a generation; `by` its verdict. */
  | 'shadow_checked'
  /** A request was over a limit; `by` which. */
  | 'limited'
  /** A purge; `by` its scope. */
  | 'purged'
  /** A prompt was asked ahead of demand; `by` how it went. */
  | 'warmed'
  | 'prefetched';

export interface Counted {
  readonly kind: CountedKind;
  /** One word of few: it becomes a label. */
  readonly by: string;
  /** How many; 1 unless said. */
  readonly count?: number;
}

export type Event = Served | Landed | Stored | TierFailed | Counted;

export type Observe = (event: Event) => void;
