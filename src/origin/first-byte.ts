/** First byte: the origin's answer to what no flight carries, if it begins in time. What follows may take longer. */
import { type Fault, fault } from '../exchange/fault.ts';

export type Answered =
  | { readonly ok: true; readonly response: Response }
  | { readonly ok: false; readonly fault: Fault };

/**
 * Never rejects.
 * @param limitMs longest wait for its headers
 * @param gone the client's own signal, for the body too
 */
export async function firstByte(
  limitMs: number,
  gone: AbortSignal,
  ask: (signal: AbortSignal) => Promise<Response>,
): Promise<Answered> {
  const slow = new AbortController();
  const timer = setTimeout(() => slow.abort(), limitMs);
  try {
    return { ok: true, response: await ask(AbortSignal.any([gone, slow.signal])) };
  } catch {
    const reason = slow.signal.aborted
      ? fault('timeout', 'the origin did not answer in time')
      : fault('bad_gateway', 'the origin cannot be reached');
    return { ok: false, fault: reason };
  } finally {
    clearTimeout(timer);
  }
}
