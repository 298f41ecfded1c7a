/** What went wrong at the model server, as faults in its own words. */
import { type Fault, fault, faultOfStatus } from '../../../src/exchange/fault.ts';
import { isObject } from '../../../src/exchange/json.ts';
import type { AbortCause } from '../lanes/work.ts';
import type { OllamaResponse } from './client.ts';

export const UNREACHABLE = fault('bad_gateway', 'the model server cannot be reached');
export const BROKE_OFF = fault('bad_gateway', 'the model server broke off in the middle of the answer');
export const TOO_SLOW = fault('timeout', 'the model server stopped answering');
export const CLOSING = fault('overloaded', 'the cache is shutting down', 5);
export const ABANDONED = fault('cancelled', 'nobody waits for this answer any more');

/** Why a run was aborted, for its reader; undefined if it was not. */
export function faultOfAbort(signal: AbortSignal): Fault | undefined {
  if (!signal.aborted) return undefined;
  switch (signal.reason as AbortCause) {
    case 'abandoned':
      return ABANDONED;
    case 'unreachable':
      return UNREACHABLE;
    case 'closing':
      return CLOSING;
    default:
      return TOO_SLOW;
  }
}

/** The fault that an error answer stands for; its status is kept. */
export async function faultOfResponse(response: OllamaResponse): Promise<Fault> {
  const text = await response.body.text().catch(() => '');
  const retryAfter = Number(response.retryAfter);
  return faultOfStatus(
    response.status >= 400 ? response.status : 502,
    messageOf(text) ?? `the model server answered ${response.status}`,
    response.retryAfter !== undefined && Number.isFinite(retryAfter) ? retryAfter : undefined,
  );
}

/** `{"error":"…"}` or `{"error":{"message":"…"}}`. */
function messageOf(body: string): string | undefined {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    const message = isObject(error) ? error.message : error;
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}
