/** Served events for tests. */
import type { Served } from '../../src/observe.ts';

export function servedWith(over: Partial<Served> = {}): Served {
  return {
    kind: 'served',
    route: '/api/chat',
    outcome: 'HIT',
    tier: 'memory',
    status: 200,
    tenant: 'public',
    model: 'tinyllama:latest',
    firstByteMs: 1,
    totalMs: 1,
    bytes: 100,
    usage: { promptTokens: 10, completionTokens: 20 },
    saved: { promptTokens: 10, completionTokens: 20, ms: 500 },
    ...over,
  };
}
