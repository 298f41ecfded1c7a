/** The one stream of what happens: statistics, metrics and traces listen to it; the request's way does not know them. */
import type { FaultKind } from './exchange/fault.ts';
import type { TierName } from './tiers/tier.ts';

/** The one word of `X-Cache`. */
export type Outcome = 'HIT' | 'SEMANTIC' | 'STALE' | 'JOINED' | 'MISS' | 'BYPASS';

export type Event =
  /** An inference request was answered; told when its headers left. */
  | {
      readonly kind: 'served';
      readonly route: string;
      readonly outcome: Outcome;
      readonly tier?: TierName;
      readonly status: number;
      readonly tenant: string;
      readonly model: string;
      /** Milliseconds from the request's arrival to its first byte. */
      readonly firstByteMs: number;
      readonly fault?: FaultKind;
    }
  /** A generation ended and was stored, or was not and why. */
  | {
      readonly kind: 'landed';
      readonly model: string;
      readonly tenant: string;
      readonly stored: boolean;
      readonly why?: string;
    }
  /** A tier failed or was too slow: it counted as a miss. */
  | {
      readonly kind: 'tier_failed';
      readonly tier: TierName;
      readonly operation: 'get' | 'put' | 'delete';
      readonly reason: string;
    };

export type Observe = (event: Event) => void;
