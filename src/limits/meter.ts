/** Meter: counts what one subject (a tenant, or a client's address) does, and says when it is too much. */

export type LimitName = 'requests' | 'generations' | 'tokens';

/** How much a subject may: requests and generations a second, tokens a UTC day. 0 is no limit. */
export interface Rates {
  readonly requests: number;
  readonly generations: number;
  readonly tokensPerDay: number;
}

export interface Refusal {
  readonly limit: LimitName;
  readonly by: 'tenant' | 'address';
  /** Seconds, above 0. */
  readonly retryAfter: number;
}

/** What is left of each limit that the subject has, as this isolate knows it. */
export type Remaining = Partial<Record<LimitName, number>>;

/** Keeps work alive past the response (`waitUntil`). */
export type Later = (work: Promise<unknown>) => void;

export interface Meter {
  /** Counts a request. Never waits: what has to be asked elsewhere is asked after the answer. */
  request(later: Later): Refusal | undefined;
  /** Counts a generation. Waits only where what is known here does not decide, and never longer than the limiter's own time limit. */
  generation(): Promise<Refusal | undefined>;
  /** The generation that was counted did not begin. */
  giveBack(): void;
  remaining(): Remaining;
}
