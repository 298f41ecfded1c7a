/**
 * An address's meter: buckets of this isolate, and the platform's Rate Limiting binding for what one data centre sees of the
 * address together. The binding knows one fixed limit, so a call to it stands for a share of the allowance, whatever that is:
 * ten calls a second are allowed, and each is worth a tenth of a second's requests (or generations).
 * @see https://developers.cloudflare.com/workers/runtime-apis/bindings/rate-limit/
 */
import { type Bucket, burstOf, fullBucket, refill, secondsToOne, takeOne } from './bucket.ts';
import { inTime } from './in-time.ts';
import type { Later, LimitName, Meter, Rates, Refusal } from './meter.ts';

/** What `[[ratelimits]]` in wrangler.toml allows: `limit` / `period`. */
const CALLS_A_SECOND = 10;
/** How long a refusal of the binding counts without asking again. */
const BLOCK_MS = 1_000;

/** The binding. */
export interface PlatformLimit {
  limit(of: { readonly key: string }): Promise<{ readonly success: boolean }>;
}

export function addressMeter(
  address: string,
  rates: Pick<Rates, 'requests' | 'generations'>,
  platform: PlatformLimit | undefined,
  timeoutMs: number,
  now: () => number = Date.now,
): Meter {
  const requests = counter('requests', rates.requests);
  const generations = counter('generations', rates.generations);

  function counter(limit: Extract<LimitName, 'requests' | 'generations'>, rate: number) {
    const bucket: Bucket = fullBucket(rate, now());
    let owed = 0;
    let blockedUntil = 0;
    return {
      count(): Refusal | undefined {
        if (rate === 0) return undefined;
        const refused = (retryAfter: number): Refusal => ({ limit, by: 'address', retryAfter });
        if (now() < blockedUntil) return refused((blockedUntil - now()) / 1000);
        if (!takeOne(bucket, rate, now())) return refused(secondsToOne(bucket, rate));
        owed += CALLS_A_SECOND / rate;
        return undefined;
      },
      /** Calls that are due, as one piece of work; undefined where none is. */
      report(): Promise<Refusal | undefined> | undefined {
        const calls = Math.floor(owed + 1e-9);
        if (platform === undefined || calls === 0) return undefined;
        owed -= calls;
        const ask = async () => {
          const answers = await Promise.all(
            Array.from({ length: calls }, () => platform.limit({ key: `${limit} ${address}` })),
          );
          return answers.every(({ success }) => success);
        };
        return inTime(timeoutMs, ask()).then((allowed) => {
          if (allowed !== false) return undefined;
          blockedUntil = now() + BLOCK_MS;
          return { limit, by: 'address', retryAfter: BLOCK_MS / 1000 };
        });
      },
      undo(): void {
        if (rate > 0) bucket.tokens = Math.min(burstOf(rate), bucket.tokens + 1);
      },
      left(): number {
        refill(bucket, rate, now());
        return now() < blockedUntil ? 0 : Math.max(0, Math.floor(bucket.tokens));
      },
    };
  }

  return {
    request(later: Later) {
      const refused = requests.count();
      if (refused !== undefined) return refused;
      const report = requests.report();
      if (report !== undefined) later(report);
      return undefined;
    },
    generation: async () => generations.count() ?? generations.report(),
    giveBack: generations.undo,
    remaining: () => ({
      ...(rates.requests > 0 && { requests: requests.left() }),
      ...(rates.generations > 0 && { generations: generations.left() }),
    }),
  };
}
