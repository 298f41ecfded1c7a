/**
 * Foresee: the sidecar predicts what a session asks next from what it asked so far. What the edge answers by itself the sidecar does
 * not see, so it is told, after the answer, where the tenant's prompts may be asked ahead.
 */
import type { Ask } from './ask.ts';
import type { Dialect } from './dialects/dialect.ts';
import type { Edge, Visit } from './edge.ts';
import { SEEN_PATH } from './origin/client.ts';

const PATIENCE_MS = 5_000;

/** Nobody waits for it, and it never rejects. */
export function foresee(ask: Ask, dialect: Dialect, visit: Visit, edge: Edge): void {
  const { reading, scope, policy, key, tags, session } = ask;
  if (!ask.prefetch || session === undefined || reading.kind !== 'prompt') return;
  const told = edge.origin(
    {
      method: 'POST',
      path: SEEN_PATH,
      body: { path: dialect.path, body: reading.forward },
      priority: 'interactive',
      tenant: scope.tenant,
      namespace: scope.namespace,
      ttl: policy.ttl,
      lookup: true,
      ownKey: ask.asked.kind === 'own',
      prefetch: true,
      key,
      tags,
      session,
    },
    AbortSignal.timeout(PATIENCE_MS),
  );
  visit.later(told.then((response) => response.body?.cancel()).catch(() => {}));
}
