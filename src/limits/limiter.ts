/**
 * Limiter: what one isolate lets through, by tenant and by client address. Where everyone is one tenant (no API_KEYS), requests and
 * generations are limited by address alone; a tenant with limits of its own in API_KEYS is held to those alone, wherever it asks
 * from.
 */
import type { Config } from '../config.ts';
import { type Fault, fault } from '../exchange/fault.ts';
import type { Observe } from '../observe.ts';
import { clientAddress } from './address.ts';
import { addressMeter, type PlatformLimit } from './address-meter.ts';
import type { Authority } from './authority.ts';
import { rateLimitFields } from './fields.ts';
import type { Later, LimitName, Meter, Rates, Refusal } from './meter.ts';
import { type TenantMeter, tenantMeter } from './tenant-meter.ts';

export interface Caller {
  readonly tenant: string;
  readonly request: Request;
  readonly later: Later;
}

/** A generation that may begin, or why it may not. `giveBack`: it did not, after all. */
export type Clearance =
  | { readonly ok: true; readonly giveBack: () => void }
  | { readonly ok: false; readonly fault: Fault };

/** Where nothing is to be counted. */
export const CLEAR: Clearance = { ok: true, giveBack: () => {} };

export interface Limiter {
  /** Counts a request; never waits. @returns why it is refused */
  request(caller: Caller): Fault | undefined;
  /** Counts a request that showed no valid key, by its address. */
  stranger(caller: Omit<Caller, 'tenant'>): Fault | undefined;
  /** Counts a generation that is about to begin. */
  generation(caller: Caller): Promise<Clearance>;
  /** Tokens that a generation took, of the tenant's day. Never rejects. */
  spent(tenant: string, tokens: number): Promise<void>;
  /** `RateLimit` and `RateLimit-Policy`, by their names in lower case. */
  fields(caller: Pick<Caller, 'tenant' | 'request'>): Readonly<Record<string, string>>;
}

export interface LimiterParts {
  readonly config: Pick<
    Config,
    'RATE_LIMITS' | 'LIMIT_REQUESTS' | 'LIMIT_GENERATIONS' | 'LIMIT_TOKENS_PER_DAY' | 'LIMIT_TIMEOUT_MS' | 'API_KEYS'
  >;
  readonly authority?: Authority;
  readonly platform?: PlatformLimit;
  readonly observe: Observe;
  readonly now?: () => number;
}

/** Addresses and tenants that an isolate remembers, the least recently seen forgotten first. */
const REMEMBERED = 10_000;

/** Undefined where limits are off. */
export function createLimiter({ config, authority, platform, observe, now }: LimiterParts): Limiter | undefined {
  if (!config.RATE_LIMITS) return undefined;
  const defaults: Rates = {
    requests: config.LIMIT_REQUESTS,
    generations: config.LIMIT_GENERATIONS,
    tokensPerDay: config.LIMIT_TOKENS_PER_DAY,
  };
  const own = new Map(
    Object.values(config.API_KEYS ?? {}).flatMap(({ tenant, limits }) =>
      limits === undefined ? [] : [[tenant, over(defaults, limits)] as const],
    ),
  );
  const everyoneRates: Rates = { ...defaults, requests: 0, generations: 0 };
  const timeout = config.LIMIT_TIMEOUT_MS;
  const tenants = remembering((tenant) => tenantMeter(tenant, ratesOf(tenant), authority, timeout, now));
  const addresses = remembering((address) => addressMeter(address, defaults, platform, timeout, now));

  function ratesOf(tenant: string): Rates {
    return own.get(tenant) ?? (config.API_KEYS === undefined ? everyoneRates : defaults);
  }

  /** The cheaper one first. */
  function metersOf({ tenant, request }: Pick<Caller, 'tenant' | 'request'>): readonly Meter[] {
    const byTenant = tenants(tenant);
    return own.has(tenant) ? [byTenant] : [addresses(clientAddress(request.headers)), byTenant];
  }

  function refuse({ limit, by, retryAfter }: Refusal, rates: Rates): Fault {
    observe({ kind: 'limited', by: `${by}_${limit}` });
    return fault('rate_limited', sentence(limit, by, rates), retryAfter);
  }

  return {
    request(caller) {
      for (const meter of metersOf(caller)) {
        const refusal = meter.request(caller.later);
        if (refusal !== undefined) return refuse(refusal, ratesOf(caller.tenant));
      }
      return undefined;
    },
    stranger({ request, later }) {
      const refusal = addresses(clientAddress(request.headers)).request(later);
      return refusal && refuse(refusal, defaults);
    },
    async generation(caller) {
      const counted: Meter[] = [];
      const giveBack = () => {
        for (const meter of counted.splice(0)) meter.giveBack();
      };
      for (const meter of metersOf(caller)) {
        const refusal = await meter.generation();
        if (refusal !== undefined) {
          giveBack();
          return { ok: false, fault: refuse(refusal, ratesOf(caller.tenant)) };
        }
        counted.push(meter);
      }
      return { ok: true, giveBack };
    },
    spent: (tenant, tokens) => tenants(tenant).spent(tokens),
    fields(caller) {
      return rateLimitFields(
        own.get(caller.tenant) ?? defaults,
        metersOf(caller).map((meter) => meter.remaining()),
        (now ?? Date.now)(),
      );
    },
  };
}

/** What is not said stays as it is. */
function over(rates: Rates, said: { readonly [Name in keyof Rates]?: number | undefined }): Rates {
  return {
    requests: said.requests ?? rates.requests,
    generations: said.generations ?? rates.generations,
    tokensPerDay: said.tokensPerDay ?? rates.tokensPerDay,
  };
}

function sentence(limit: LimitName, by: Refusal['by'], rates: Rates): string {
  if (limit === 'tokens') return `the day's ${rates.tokensPerDay} tokens are used up; it begins again at 00:00 UTC`;
  const most = limit === 'requests' ? `${rates.requests} requests` : `${rates.generations} generations`;
  return `too many ${limit}: ${most} a second for each ${by} are allowed`;
}

/** One meter a name, made when it is first needed. */
function remembering<M extends Meter | TenantMeter>(make: (name: string) => M): (name: string) => M {
  const known = new Map<string, M>();
  return (name) => {
    let meter = known.get(name);
    if (meter === undefined) {
      meter = make(name);
      if (known.size >= REMEMBERED) known.delete(known.keys().next().value as string);
    } else known.delete(name);
    known.set(name, meter);
    return meter;
  };
}
