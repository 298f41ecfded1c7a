/** Trail: what was passed on a request's way, written down once, in the headers of its answer. */
import { type CacheMember, cacheStatus } from './exchange/cache-status.ts';
import { hexOf } from './exchange/key.ts';
import type { Outcome } from './observe.ts';

/** Fields of a response, by their names in lower case: cheaper to build than a `Headers`. */
export type HeaderFields = Record<string, string>;

export interface Trail {
  readonly startedAt: number;
  readonly traceparent: string;
  /** Notes a cache; call in the order in which they were asked (nearest the client first). */
  cache(member: CacheMember): void;
  /** Ends a step of `Server-Timing`; it lasted since the step before it. */
  step(name: string): void;
  /** The request went on to the origin: every cache that was asked says so, and whether it will keep the answer. */
  forwarded(joined: boolean, stored: boolean): void;
  /** Headers of an inference answer, but for its content type. `upstream`: what the sidecar said of its own part. */
  headers(outcome: Outcome, upstream?: Headers): HeaderFields;
  /** What the last `headers` said. */
  readonly outcome: Outcome | undefined;
}

/** @see https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Random, in lower-case hex. */
function randomHex(bytes: number): string {
  return hexOf(crypto.getRandomValues(new Uint8Array(bytes)));
}

function freshTrace(): string {
  const ids = randomHex(24);
  return `00-${ids.slice(0, 32)}-${ids.slice(32)}-01`;
}

/** The client's trace with a span of ours; a new trace where it has none. */
function continueTrace(given: string | null): string {
  const parts = given === null ? null : TRACEPARENT.exec(given.trim().toLowerCase());
  return parts ? `00-${parts[1]}-${randomHex(8)}-${parts[3]}` : freshTrace();
}

/** @param now milliseconds; only differences count */
export function startTrail(request: Headers, now: () => number = Date.now): Trail {
  const startedAt = now();
  const traceparent = continueTrace(request.get('traceparent'));
  const members: CacheMember[] = [];
  let timing = '';
  let last = startedAt;
  let said: Outcome | undefined;
  return {
    get outcome() {
      return said;
    },
    startedAt,
    traceparent,
    cache: (member) => void members.push(member),
    step(name) {
      const at = now();
      timing += `${timing && ', '}${name};dur=${at - last}`;
      last = at;
    },
    forwarded(joined, stored) {
      for (const [at, member] of members.entries())
        members[at] = { ...member, ...(stored && { stored }), ...(joined && { collapsed: true }) };
    },
    headers(outcome, upstream) {
      said = outcome;
      const headers: HeaderFields = {
        'x-cache': outcome,
        'cache-status': cacheStatus([...members].reverse(), upstream?.get('cache-status')),
        'server-timing': upstream?.has('server-timing') ? `${timing}, ${upstream.get('server-timing')}` : timing,
        traceparent,
      };
      const wait = upstream?.get('x-expected-wait');
      if (wait) headers['x-expected-wait'] = wait;
      return headers;
    },
  };
}
