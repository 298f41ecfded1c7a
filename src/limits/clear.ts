/** Clear: whether a generation of a client's own may begin. What the operator warms counts for no client. */
import type { Edge, Visit } from '../edge.ts';
import { CLEAR, type Clearance } from './limiter.ts';

export async function clear(visit: Visit, { limits }: Edge): Promise<Clearance> {
  return limits === undefined || visit.priority !== undefined ? CLEAR : limits.generation(visit);
}
