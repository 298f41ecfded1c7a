/** Ticket: one piece of work that waits for a slot. */

/** In the order in which they are served. */
export const PRIORITIES = ['interactive', 'revalidate', 'warm', 'prefetch'] as const;
export type Priority = (typeof PRIORITIES)[number];

export function moreUrgent(one: Priority, other: Priority): boolean {
  return PRIORITIES.indexOf(one) < PRIORITIES.indexOf(other);
}

export interface Ticket {
  readonly id: number;
  readonly tenant: string;
  /** Canonical name. */
  readonly model: string;
  /** Whether Ollama lists the model; one that it does not know is refused at once, with nothing to load. */
  readonly listed: boolean;
  readonly priority: Priority;
  /** Tokens that it will take, read and written, as far as one can tell beforehand. */
  readonly cost: number;
  /** Hashes of the prompt's beginning, each of one block more than the one before; see `prefix.ts`. */
  readonly prefix: readonly number[];
  /** Tickets with the same group may be done by one call. */
  readonly group?: string;
  /** How many inputs it brings to that call. */
  readonly inputs?: number;
  /** When it began to wait, ms. */
  readonly since: number;
  /** Lanes that it has been on already. */
  readonly avoid?: readonly string[];
}
