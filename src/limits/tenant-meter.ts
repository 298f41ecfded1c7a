/**
 * A tenant's meter. Requests are counted here and reported to the authority after the answer, which says how much all isolates
 * together have left. Generations are taken from the authority, a few at a time: what is not used at once is a lease, and who
 * has a lease does not wait. An authority that fails or is slow lets through what this isolate's own buckets let through.
 */
import type { Authority } from './authority.ts';
import { type Bucket, burstOf, fullBucket, refill, secondsToOne, takeOne } from './bucket.ts';
import { inTime } from './in-time.ts';
import type { Meter, Rates, Refusal, Remaining } from './meter.ts';

/** Longest time between a request and its report, unless a quarter of a burst comes sooner. */
const SETTLE_MS = 1_000;
/** A lease that is not used runs out: what the authority lent is then spent for nobody. */
const LEASE_MS = 1_000;
/** How long what the authority said of the day's tokens counts without asking again. */
const BUDGET_MS = 10_000;
const DAY_MS = 86_400_000;

export interface TenantMeter extends Meter {
  /** Tokens of a generation that has ended. Never rejects. */
  spent(tokens: number): Promise<void>;
}

export function tenantMeter(
  tenant: string,
  rates: Rates,
  authority: Authority | undefined,
  timeoutMs: number,
  now: () => number = Date.now,
): TenantMeter {
  const requests: Bucket = fullBucket(rates.requests, now());
  const generations: Bucket = fullBucket(rates.generations, now());
  let unsettled = 0;
  let settledAt = now();
  let settlingSince: number | undefined;
  let lease = 0;
  let leaseUntil = 0;
  /** Generations since the lease's time last began. */
  let used = 0;
  let usedSince = now();
  let takingUntil = 0;
  /** What all isolates together had left, when the authority last said. */
  let shared: Bucket | undefined;
  let day = 0;
  let daySpent = 0;
  let budgetAskedAt = Number.NEGATIVE_INFINITY;

  const refused = (limit: Refusal['limit'], retryAfter: number): Refusal => ({ limit, by: 'tenant', retryAfter });

  async function settle(by: Authority): Promise<void> {
    const reported = unsettled;
    settlingSince = now();
    const allowed = await inTime(timeoutMs, by.settle(tenant, reported, rates.requests));
    settlingSince = undefined;
    settledAt = now();
    // What could not be reported is forgotten: a count that nobody takes must not grow for ever.
    unsettled -= reported;
    if (allowed === undefined) return;
    refill(requests, rates.requests, now());
    requests.tokens = Math.min(requests.tokens, allowed - unsettled);
  }

  /** Asks for one generation and, where many were used lately, for a few more. */
  async function takeFrom(by: Authority): Promise<Refusal | undefined> {
    const more = now() < takingUntil ? 0 : Math.min(Math.floor(used / 2), Math.floor(burstOf(rates.generations) / 5));
    if (now() >= leaseUntil) lease = 0;
    takingUntil = now() + timeoutMs;
    const taken = await inTime(timeoutMs, by.take(tenant, { want: 1 + more, rate: rates.generations }));
    takingUntil = 0;
    if (taken === undefined) return undefined;
    shared = { tokens: taken.left, at: now() };
    if (taken.granted === 0) return refused('generations', taken.retryAfter);
    lease += taken.granted - 1;
    leaseUntil = now() + LEASE_MS;
    return undefined;
  }

  function newDay(): void {
    const today = Math.floor(now() / DAY_MS);
    if (today === day) return;
    day = today;
    daySpent = 0;
    budgetAskedAt = Number.NEGATIVE_INFINITY;
  }

  async function budget(): Promise<Refusal | undefined> {
    newDay();
    if (authority !== undefined && now() - budgetAskedAt > BUDGET_MS) await report(0);
    if (daySpent < rates.tokensPerDay) return undefined;
    return refused('tokens', Math.max(1, ((day + 1) * DAY_MS - now()) / 1000));
  }

  async function report(tokens: number): Promise<void> {
    newDay();
    daySpent += tokens;
    if (authority === undefined) return;
    budgetAskedAt = now();
    const sum = await inTime(timeoutMs, authority.spend(tenant, tokens));
    if (sum !== undefined) daySpent = sum;
  }

  return {
    request(later) {
      if (rates.requests === 0) return undefined;
      if (!takeOne(requests, rates.requests, now())) return refused('requests', secondsToOne(requests, rates.requests));
      unsettled += 1;
      if (authority === undefined) return undefined;
      // A report whose request was taken down with it never ends: it is not waited for.
      if (settlingSince !== undefined && now() - settlingSince < timeoutMs + SETTLE_MS) return undefined;
      const many = unsettled >= burstOf(rates.requests) / 4;
      if (many || now() - settledAt >= SETTLE_MS) later(settle(authority));
      return undefined;
    },
    async generation() {
      if (rates.tokensPerDay > 0) {
        const over = await budget();
        if (over !== undefined) return over;
      }
      if (rates.generations === 0) return undefined;
      if (!takeOne(generations, rates.generations, now()))
        return refused('generations', secondsToOne(generations, rates.generations));
      if (authority === undefined) return undefined;
      if (now() - usedSince >= LEASE_MS) {
        used = 0;
        usedSince = now();
      }
      used += 1;
      if (lease < 1 || now() >= leaseUntil) return takeFrom(authority);
      lease -= 1;
      return undefined;
    },
    giveBack() {
      if (rates.generations === 0) return;
      generations.tokens = Math.min(burstOf(rates.generations), generations.tokens + 1);
      if (authority === undefined) return;
      lease += 1;
      leaseUntil = now() + LEASE_MS;
    },
    spent: (tokens) => (rates.tokensPerDay > 0 && tokens > 0 ? report(tokens) : Promise.resolve()),
    remaining(): Remaining {
      const whole = (tokens: number) => Math.max(0, Math.floor(tokens));
      refill(requests, rates.requests, now());
      refill(generations, rates.generations, now());
      if (shared !== undefined) refill(shared, rates.generations, now());
      const generationsLeft = Math.min(generations.tokens, (shared?.tokens ?? Number.POSITIVE_INFINITY) + lease);
      return {
        ...(rates.requests > 0 && { requests: whole(requests.tokens) }),
        ...(rates.generations > 0 && { generations: whole(generationsLeft) }),
        ...(rates.tokensPerDay > 0 && { tokens: whole(rates.tokensPerDay - daySpent) }),
      };
    },
  };
}
