/** Sample: what one request came to. */

/** As the cache names it in `X-Cache`; `NONE` from a server that does not say. */
export const OUTCOMES = ['HIT', 'SEMANTIC', 'STALE', 'JOINED', 'MISS', 'BYPASS', 'NONE'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Sample {
  /** When it was due, in ms since the run began. */
  readonly due: number;
  /** From when it was due to when it was sent, ms: how late the generator was. */
  readonly late: number;
  /** From when it was due to the first piece of the answer, ms; undefined where none came. */
  readonly first: number | undefined;
  /** From when it was due to the last byte, ms. */
  readonly last: number;
  readonly outcome: Outcome;
  /** 0 where no response came. */
  readonly status: number;
  /** Why it is no answer; undefined where it is one. */
  readonly error: string | undefined;
  readonly truth: string;
  /** Names the words of the answer: equal answers, equal names. */
  readonly text: string;
  readonly tokens: number;
  readonly bytes: number;
  readonly streamed: boolean;
}

/** Answered without a generation of its own. */
export const SERVED: ReadonlySet<Outcome> = new Set(['HIT', 'SEMANTIC', 'STALE', 'JOINED']);
/** Answered from what was stored: its latency is the cache's own. */
export const STORED: ReadonlySet<Outcome> = new Set(['HIT', 'SEMANTIC', 'STALE']);

/** What `X-Cache` says, or nginx's customary `X-Cache-Status`. */
export function outcomeOf(xCache: string | undefined): Outcome {
  const word = (xCache ?? '').toUpperCase();
  return OUTCOMES.find((outcome) => outcome === word) ?? 'NONE';
}
