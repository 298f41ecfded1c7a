/** Trail: what was passed on a request's way, written down once, in the headers of its answer. */

import type { Usage } from './exchange/answer.ts';
import { type CacheMember, cacheStatus } from './exchange/cache-status.ts';
import type { FaultKind } from './exchange/fault.ts';
import { hexOf } from './exchange/key.ts';
import type { Outcome, Saved, SemanticHit } from './observe.ts';
import type { TierName } from './tiers/tier.ts';

/** Fields of a response, by their names in lower case: cheaper to build than a `Headers`. */
export type HeaderFields = Record<string, string>;

/** What is known of a request so far, for whoever watches; see `Served` in observe.ts. */
export interface Facts {
  /** What the last `headers` said; before, nothing was looked up. */
  readonly outcome: Outcome;
  /** Of the body, so far. */
  readonly bytes: number;
  readonly tenant: string;
  readonly model: string;
  readonly usage: Usage;
  readonly saved: Saved;
  readonly tier?: TierName;
  readonly arm?: string;
  readonly fault?: FaultKind;
  readonly question?: string;
  readonly semantic?: SemanticHit;
}

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

  /** Change as they become known. */
  readonly facts: Facts;
  /** Notes facts over what was known before. */
  tell(facts: Partial<Facts>): void;
  /** So many bytes of the body have left. */
  sent(bytes: number): void;
  /** The body comes as a stream: it is over with `ended`. */
  streams(): void;
  /** The stream's last byte has left, or nobody reads it any more. Only the first call counts. */
  ended(fault?: FaultKind): void;
  /** Calls `then` at the body's end: now, or later for a stream that still runs. */
  whenEnded(then: () => void): 'now' | 'later';
}

const NO_USAGE: Usage = { promptTokens: 0, completionTokens: 0 };
const NOTHING_SAVED: Saved = { ...NO_USAGE, ms: 0 };

/** @see https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

const POOL_BYTES = 1_536;
let pool = '';

/** Random, in lower-case hex; drawn for many requests at once, each digit given out once. */
function randomHex(bytes: number): string {
  if (pool.length < 2 * bytes) pool = hexOf(crypto.getRandomValues(new Uint8Array(POOL_BYTES)));
  const digits = pool.slice(0, 2 * bytes);
  pool = pool.slice(2 * bytes);
  return digits;
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
  // Written to and not copied, and no getters below: this runs for every hit.
  const facts: Facts & { outcome: Outcome; bytes: number; tier?: TierName } = {
    outcome: 'BYPASS',
    bytes: 0,
    tenant: '',
    model: '',
    usage: NO_USAGE,
    saved: NOTHING_SAVED,
  };
  let body: 'whole' | 'running' | 'over' = 'whole';
  let atEnd: (() => void) | undefined;
  return {
    startedAt,
    traceparent,
    facts,
    cache(member) {
      members.push(member);
      if (member.hit && member.cache !== 'semantic') facts.tier = member.cache as TierName;
    },
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
      facts.outcome = outcome;
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
    tell(more) {
      Object.assign(facts, more);
    },
    sent(more) {
      facts.bytes += more;
    },
    streams() {
      body = 'running';
    },
    ended(fault) {
      if (body !== 'running') return;
      body = 'over';
      if (fault !== undefined) Object.assign(facts, { fault });
      atEnd?.();
    },
    whenEnded(then) {
      if (body === 'running') {
        atEnd = then;
        return 'later';
      }
      then();
      return 'now';
    },
  };
}
