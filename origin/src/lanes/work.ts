/** Work: what somebody wants a lane to do, as the dispatcher handles it. */
import type { Fault } from '../../../src/exchange/fault.ts';
import type { Ticket } from '../scheduler/ticket.ts';
import type { Lane, Use } from './lane.ts';

export type Outcome =
  /** Whoever waits has its answer, or its error. `tokens`: what it took in all, if known. */
  | { readonly kind: 'done'; readonly tokens?: number }
  /** The lane failed before anything had been sent: it may be done again elsewhere. */
  | { readonly kind: 'again'; readonly fault: Fault };

export interface Work {
  readonly ticket: Omit<Ticket, 'id' | 'since' | 'avoid'>;
  readonly use: Use;
  /** For the model server: the name as the client wrote it. */
  readonly name: string;
  /**
   * Does the work, and that of others of its group that can be done in the same call. Never rejects.
   * @param signal aborts when the lane is given up, or when nobody waits any more
   */
  run(lane: Lane, signal: AbortSignal, watch: Watch, others: readonly Work[]): Promise<Outcome>;
  /** It will not be done. */
  refuse(fault: Fault): void;
}

/** Tells the dispatcher how a run goes, so that it notices one that hangs. */
export interface Watch {
  /**
   * The request has been sent.
   * @param load how many times heavier than a single short request it is
   * @param patience `whole`: nothing comes before the end; `cold`: the model has to be loaded, however long that takes
   */
  sent(load: number, patience: 'normal' | 'whole' | 'cold'): void;
  /** Something came. */
  progress(): void;
  /** The reader is slow, not the lane. */
  pause(): void;
  resume(): void;
}

/** Why a run was aborted. */
export type AbortCause = 'abandoned' | 'hung' | 'unreachable' | 'timeout' | 'closing';
