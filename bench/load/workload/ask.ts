/** What a simulated person asks, and a workload: who asks what, in which words. */

export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface Ask {
  readonly model: string;
  /** Index of the tenant, whose API key is sent. */
  readonly tenant: number;
  readonly messages: readonly Message[];
  readonly stream: boolean;
  /** Most tokens of the answer. */
  readonly maxTokens: number;
  /** Two requests may share one answer exactly if their truths are equal. */
  readonly truth: string;
  readonly session?: string;
}

/** One person. */
export interface Person {
  /** @param reply what the last request was answered with; undefined begins anew */
  next(reply: string | undefined): Ask;
}

export interface Workload {
  readonly name: string;
  /** One line for people. */
  readonly about: string;
  person(index: number): Person;
  /** What a warm start asks beforehand: each known question once, in its plainest words. */
  readonly known: readonly Ask[];
}

/** What all workloads can vary. */
export interface Shape {
  readonly seed: string;
  /** Of the popularity, see `zipf`. */
  readonly exponent: number;
  /** Share of requests that stream, 0 to 1. */
  readonly streaming: number;
  readonly tenants: number;
  readonly models: readonly string[];
}
