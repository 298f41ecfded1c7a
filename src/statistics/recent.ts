/** Recent: the last requests, one line each, as the page shows them. What was asked is in it only where STATS_PROMPTS allows. */
import type { Served } from '../observe.ts';

export interface Recent {
  /** Different for each. */
  readonly id: string;
  /** When it was added up with the others', milliseconds since the epoch; 0 before. */
  readonly addedAt: number;
  /** When it was over, milliseconds since the epoch. */
  readonly at: number;
  readonly route: string;
  readonly outcome: string;
  readonly tier?: string;
  readonly status: number;
  readonly model: string;
  readonly tenant: string;
  readonly firstByteMs: number;
  readonly totalMs: number;
  readonly bytes: number;
  /** Tokens of the answer. */
  readonly tokens: number;
  readonly fault?: string;
  readonly similarity?: number;
  /** Of a semantic hit: the key of the answer that was given. */
  readonly key?: string;
  /** With which it can be reported as wrong. */
  readonly receipt?: string;
  readonly question?: string;
  /** Of a semantic hit: the question that the answer was generated for. */
  readonly matched?: string;
}

/** Longest text of a question that is shown. */
const SHOWN = 500;

export function recentOf(served: Served, id: string, at: number, prompts: boolean): Recent {
  const { route, outcome, tier, status, model, tenant, firstByteMs, totalMs, bytes, usage, fault, semantic } = served;
  return {
    id,
    addedAt: 0,
    at,
    route,
    outcome,
    status,
    model,
    tenant,
    firstByteMs,
    totalMs,
    bytes,
    tokens: usage.completionTokens,
    ...(tier !== undefined && { tier }),
    ...(fault !== undefined && { fault }),
    ...(semantic !== undefined && { similarity: semantic.similarity, key: semantic.key, receipt: semantic.receipt }),
    ...(prompts && served.question !== undefined && { question: served.question.slice(0, SHOWN) }),
    ...(prompts && semantic?.question !== undefined && { matched: semantic.question.slice(0, SHOWN) }),
  };
}
