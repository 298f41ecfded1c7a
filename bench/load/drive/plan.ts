/** Plan: a run as data, the same for each of the processes that carry it out. */
import type { Ask, Shape, Workload } from '../workload/ask.ts';

export type Loop =
  /** People who read an answer before they ask again. */
  | {
      readonly kind: 'closed';
      /** Requests of each. */
      readonly requests: number;
      /** Mean pause in ms; pauses are exponentially distributed. */
      readonly thinkMs: number;
      /** They arrive evenly over so many ms. */
      readonly rampMs: number;
    }
  /** Requests that come when they come, whether or not the ones before are answered. */
  | {
      readonly kind: 'open';
      /** Requests of all. */
      readonly requests: number;
      /** A second. */
      readonly rate: number;
      /** `poisson` as people do it, `even` one after the other. */
      readonly arrivals: 'poisson' | 'even';
    };

export interface Plan {
  /** Without a slash at its end. */
  readonly url: string;
  /** Name in SPEECHES. */
  readonly dialect: string;
  readonly apiKeys: readonly string[];
  readonly timeoutMs: number;
  /** Name or file. */
  readonly workload: string;
  readonly shape: Shape;
  readonly users: number;
  readonly loop: Loop;
}

/** Requests that the plan makes in all. */
export function requestsOf({ users, loop }: Plan): number {
  return loop.kind === 'closed' ? users * loop.requests : loop.requests;
}

/** The different requests that the plan will make, as far as they can be known before the answers are: no follow-ups. */
export function asksOf(plan: Plan, workload: Workload): readonly Ask[] {
  const each = Math.ceil(requestsOf(plan) / plan.users);
  const asks = new Map<string, Ask>();
  for (let index = 0; index < plan.users; index += 1) {
    const person = workload.person(index);
    for (let asked = 0; asked < each; asked += 1) {
      const ask = person.next(undefined);
      asks.set(JSON.stringify([ask.tenant, ask.model, ask.messages]), ask);
    }
  }
  return [...asks.values()];
}
