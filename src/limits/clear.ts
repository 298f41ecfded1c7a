/** Clear: whether a generation of a client's own may begin, and what it took. What the operator warms counts for no client. */
import type { Edge, Visit } from '../edge.ts';
import type { Priority } from '../origin/client.ts';
import { CLEAR, type Clearance } from './limiter.ts';

export async function clear(visit: Visit, { limits }: Edge): Promise<Clearance> {
  return limits === undefined || visit.priority !== undefined ? CLEAR : limits.generation(visit);
}

/** @param tokens that the generation took. Never rejects */
export async function spend(priority: Priority, tenant: string, tokens: number, { limits }: Edge): Promise<void> {
  if (priority === 'interactive' || priority === 'revalidate') await limits?.spent(tenant, tokens);
}
