/** What the answers of /api/chat and /api/generate have in common. */
import { goJson } from '../go/write.ts';
import type { Chunk, Ending } from './request.ts';

export const NDJSON = { 'content-type': 'application/x-ndjson' } as const;

/** RFC 3339 with nanoseconds, as Go prints them. */
export function now(): string {
  const milliseconds = performance.timeOrigin + performance.now();
  const nanoseconds = Math.round((milliseconds % 1000) * 1e6);
  const fraction = String(Math.min(nanoseconds, 999_999_999)).padStart(9, '0');
  return `${new Date(Math.floor(milliseconds / 1000) * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}

/** What is zero is left out. */
export function metrics(ending: Ending | undefined): object {
  if (ending === undefined) return {};
  const all = {
    total_duration: ending.totalNs,
    load_duration: ending.loadNs,
    prompt_eval_count: ending.promptTokens,
    prompt_eval_duration: ending.promptNs,
    eval_count: ending.tokens,
    eval_duration: ending.evalNs,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== 0));
}

export function callsOut(calls: Chunk['calls']): object[] {
  return calls.map(({ id, index, name, arguments: given }) => ({ id, function: { index, name, arguments: given } }));
}

/** null and "" ask for nothing. */
export function formatOf(raw: string | undefined): string | undefined {
  return raw === undefined || raw === '""' || raw === 'null' ? undefined : raw;
}

export function refusal(_status: number, error: string): string {
  return goJson({ error });
}
