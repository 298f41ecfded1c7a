/** What the edge says about a request beside its body. */
import type { Request } from '../http/listener.ts';
import { PRIORITIES, type Priority } from '../scheduler/ticket.ts';

export interface Terms {
  /** The exchange's key; undefined for an answer that nobody may share. */
  readonly key: string | undefined;
  readonly tenant: string;
  readonly namespace: string;
  readonly priority: Priority;
  readonly session: string | undefined;
  /** Names by which the answer can be purged. */
  readonly tags: readonly string[];
  /** The key is the client's own (`X-Cache-Key`): what was asked does not lead to it. */
  readonly ownKey: boolean;
  /** Whether this session's next prompts may be asked ahead. */
  readonly prefetch: boolean;
  /** Seconds that a stored answer must still be fresh. */
  readonly minFresh: number;
  /** Whether a complete answer may be kept. */
  readonly store: boolean;
  /** Seconds that it will be fresh. */
  readonly ttl: number;
  /** Whether the disk, or a generation in the air, may answer. */
  readonly lookup: boolean;
  /** Whether the edge takes a stored exchange as it is kept. */
  readonly takesExchange: boolean;
  readonly traceparent: string | undefined;
}

const DEFAULT_TTL = 604_800;

export function readTerms(request: Request): Terms {
  const header = (name: string) => {
    const value = request.headers[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const key = header('x-edge-key')?.toLowerCase();
  const priority = header('x-edge-priority');
  const ttl = Number(header('x-edge-ttl'));
  return {
    key: key !== undefined && /^[0-9a-f]{64}$/.test(key) ? key : undefined,
    tenant: header('x-edge-tenant') ?? 'public',
    namespace: decoded(header('x-edge-namespace')) ?? '',
    priority: PRIORITIES.find((known) => known === priority) ?? 'interactive',
    session: decoded(header('x-edge-session')),
    tags: (header('x-edge-tags') ?? '').split(',').flatMap((tag) => decoded(tag.trim()) || []),
    ownKey: header('x-edge-own-key') === '1',
    prefetch: header('x-edge-prefetch') === '1',
    minFresh: Math.max(0, Number(header('x-edge-min-fresh')) || 0),
    store: header('x-edge-store') === '1',
    ttl: Number.isFinite(ttl) && ttl >= 0 ? ttl : DEFAULT_TTL,
    lookup: header('x-edge-lookup') !== '0',
    takesExchange: header('x-edge-accept') === 'exchange',
    traceparent: header('traceparent'),
  };
}

/** Names travel percent-encoded; one that is not stays as it came. */
function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    return text;
  }
}
