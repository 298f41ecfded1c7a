/** The client of the sidecar: one place that knows the headers between the edge and its origin. */
import type { Config } from '../config.ts';
import type { JsonObject } from '../exchange/json.ts';

/** Content type of a whole stored exchange, which the sidecar sends when its disk has the answer. */
export const EXCHANGE_TYPE = 'application/x-edge-exchange';

/** Response header: how long before this request its answer's generation had begun, in milliseconds. */
export const ANSWER_AGE = 'x-answer-age';

/** Where the sidecar's predictor is told of a session's request that the edge had the answer for: `{path, body}`. */
export const SEEN_PATH = '/api/predict/seen';

export type Priority = 'interactive' | 'revalidate' | 'warm' | 'prefetch';

export interface OriginRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: JsonObject;
  readonly priority: Priority;
  readonly tenant: string;
  readonly namespace: string;
  /** Absent for what may not be coalesced or kept. */
  readonly key?: string;
  /** Seconds that the sidecar may keep the answer; 0 keeps nothing. */
  readonly ttl: number;
  /** Whether the sidecar may answer from its disk. */
  readonly lookup: boolean;
  /** Seconds that what is on its disk must still be fresh. */
  readonly minFresh?: number;
  /** The key is the client's own: what is asked does not lead to it. */
  readonly ownKey?: boolean;
  /** Whether the sidecar may ask this session's next prompts ahead. */
  readonly prefetch?: boolean;
  readonly session?: string;
  readonly tags?: readonly string[];
  readonly traceparent?: string;
  /** Address of whoever caused it: what the origin's ingress limits by. */
  readonly client?: string;
}

export type AskOrigin = (request: OriginRequest, signal: AbortSignal) => Promise<Response>;

/** Rejects when the sidecar cannot be reached or the signal aborts; an error status is a response like any other. */
export function originClient(config: Pick<Config, 'ORIGIN_URL' | 'ORIGIN_SECRET'>): AskOrigin {
  const base = config.ORIGIN_URL.replace(/\/$/, '');
  return (request, signal) => {
    const headers = new Headers({
      'x-edge-secret': config.ORIGIN_SECRET,
      'x-edge-tenant': request.tenant,
      'x-edge-namespace': encodeURIComponent(request.namespace),
      'x-edge-priority': request.priority,
      'x-edge-store': request.ttl > 0 ? '1' : '0',
      'x-edge-ttl': String(request.ttl),
    });
    if (request.key !== undefined) headers.set('x-edge-key', request.key);
    if (request.lookup) headers.set('x-edge-accept', 'exchange');
    else headers.set('x-edge-lookup', '0');
    if (request.minFresh) headers.set('x-edge-min-fresh', String(request.minFresh));
    if (request.ownKey) headers.set('x-edge-own-key', '1');
    if (request.prefetch) headers.set('x-edge-prefetch', '1');
    if (request.session !== undefined) headers.set('x-edge-session', encodeURIComponent(request.session));
    if (request.tags?.length) headers.set('x-edge-tags', request.tags.map(encodeURIComponent).join(','));
    if (request.traceparent !== undefined) headers.set('traceparent', request.traceparent);
    if (request.client !== undefined) headers.set('x-edge-client', request.client);
    if (request.body !== undefined) headers.set('content-type', 'application/json');
    return fetch(base + request.path, {
      method: request.method,
      headers,
      signal,
      redirect: 'manual',
      ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
    });
  };
}
