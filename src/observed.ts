/** Observed: each inference request is told of once, whatever way it went, when its last byte has left or its client has gone. */
import { faultOfStatus } from './exchange/fault.ts';
import type { Observe } from './observe.ts';
import type { Trail } from './trail.ts';

/** What the client's own end is called where a status is needed. */
const GONE = 499;

/** @param route the path of the API */
export async function observed(
  route: string,
  request: Request,
  trail: Trail,
  observe: Observe,
  answer: () => Promise<Response>,
): Promise<Response> {
  const tell = (status: number, firstByteMs: number): void => {
    const { facts, startedAt } = trail;
    const served = { kind: 'served', route, status, firstByteMs, totalMs: Date.now() - startedAt, ...facts } as const;
    if (status < 400) observe(served);
    // Who has gone is told of as gone, whatever the answer that nobody got.
    else if (request.signal.aborted) observe({ ...served, status: GONE, fault: 'cancelled' });
    else observe({ ...served, fault: facts.fault ?? faultOfStatus(status, '').kind });
  };

  let response: Response;
  try {
    response = await answer();
  } catch (error) {
    tell(500, Date.now() - trail.startedAt);
    throw error;
  }
  const firstByteMs = Date.now() - trail.startedAt;
  if (trail.whenEnded(() => tell(response.status, firstByteMs)) === 'later')
    request.signal.addEventListener('abort', () => trail.ended('cancelled'), { once: true });
  return response;
}
