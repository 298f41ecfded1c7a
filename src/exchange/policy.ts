/**
 * Policy: what may be looked up, served and stored for one request, and for how long. Request directives mean what RFC 9111
 * §5.2.1 says; `no-store` also skips the lookup, since who sends it wants an answer that no cache has seen.
 */
import type { Config } from '../config.ts';
import type { Exchange } from './exchange.ts';
import type { Options } from './prompt.ts';

export interface Policy {
  /** Why the cache keeps out of this request; undefined where it does not. */
  readonly bypass?: 'request' | 'bypass';
  readonly lookup: boolean;
  readonly store: boolean;
  readonly onlyIfCached: boolean;
  /** Oldest age in seconds that is accepted. */
  readonly maxAge: number;
  /** Seconds past freshness that are accepted; 0 unless asked for. */
  readonly maxStale: number;
  /** Seconds that an answer must stay fresh for. */
  readonly minFresh: number;
  /** Seconds that the answer will be fresh. */
  readonly ttl: number;
}

type Settings = Pick<Config, 'CACHE_TTL' | 'CACHE_TTL_BY_MODEL' | 'CACHE_MAX_TEMPERATURE' | 'CACHE_SEEDED'>;

const NO_DIRECTIVES: ReadonlyMap<string, string> = new Map();
const MAX_TTL = 31_536_000;
/** What Ollama samples with when neither the request nor the model says. */
const OLLAMA_TEMPERATURE = 0.8;

/** Directive names in lower case; a quoted argument is unquoted. */
function directives(field: string | null): ReadonlyMap<string, string> {
  if (!field) return NO_DIRECTIVES;
  const found = new Map<string, string>();
  for (const part of field.split(',')) {
    const [name = '', ...rest] = part.split('=');
    const key = name.trim().toLowerCase();
    if (key)
      found.set(
        key,
        rest
          .join('=')
          .trim()
          .replace(/^"(.*)"$/, '$1'),
      );
  }
  return found;
}

/** delta-seconds (RFC 9111 §1.2.2): a non-negative integer; anything else counts as `invalid`. */
function deltaSeconds(text: string | undefined, absent: number, invalid: number): number {
  if (text === undefined) return absent;
  return /^\d{1,10}$/.test(text) ? Number(text) : invalid;
}

export function readPolicy(headers: Headers, model: string, options: Options | undefined, settings: Settings): Policy {
  const control = directives(headers.get('cache-control'));
  const noStore = control.has('no-store');
  const noCache = control.has('no-cache') || (control.size === 0 && headers.get('pragma') === 'no-cache');
  const tooHot = (options?.temperature ?? OLLAMA_TEMPERATURE) > settings.CACHE_MAX_TEMPERATURE;
  const seeded = options?.seed !== undefined && !settings.CACHE_SEEDED;
  const keptOut = tooHot || seeded;
  const ttl = deltaSeconds(
    headers.get('x-cache-ttl')?.trim(),
    settings.CACHE_TTL_BY_MODEL[model] ?? settings.CACHE_TTL,
    settings.CACHE_TTL,
  );
  const maxStale = control.get('max-stale');
  const bypass = keptOut ? 'bypass' : noStore || noCache ? 'request' : undefined;
  return {
    ...(bypass && { bypass }),
    lookup: bypass === undefined,
    store: !noStore && !keptOut && ttl > 0,
    onlyIfCached: control.has('only-if-cached'),
    maxAge: deltaSeconds(control.get('max-age'), Number.POSITIVE_INFINITY, 0),
    maxStale: maxStale === '' ? Number.POSITIVE_INFINITY : deltaSeconds(maxStale, 0, 0),
    minFresh: deltaSeconds(control.get('min-fresh'), 0, 0),
    ttl: Math.min(ttl, MAX_TTL),
  };
}

export type Freshness =
  | { readonly kind: 'fresh' }
  /** Stale, and to be served at once; `revalidate` says whether a new one should be fetched meanwhile. */
  | { readonly kind: 'stale'; readonly revalidate: boolean }
  /** Not for this request as long as the origin answers; `why` in the words of RFC 9211. */
  | { readonly kind: 'refused'; readonly why: 'stale' | 'request' };

/** Whether this request may have this exchange now (ms since the epoch). */
export function freshness(exchange: Exchange, policy: Policy, now: number, staleWhileRevalidate: number): Freshness {
  const age = (now - exchange.storedAt) / 1000;
  const left = (exchange.freshUntil - now) / 1000;
  if (age > policy.maxAge) return { kind: 'refused', why: 'request' };
  if (left > 0) return left >= policy.minFresh ? { kind: 'fresh' } : { kind: 'refused', why: 'request' };
  if (policy.minFresh > 0) return { kind: 'refused', why: 'stale' };
  if (-left <= policy.maxStale) return { kind: 'stale', revalidate: false };
  if (-left <= staleWhileRevalidate) return { kind: 'stale', revalidate: true };
  return { kind: 'refused', why: 'stale' };
}
