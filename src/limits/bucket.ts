/**
 * A token bucket: holds at most `burst` tokens, gains `rate` of them a second, and each thing that is let through takes one.
 * Over any time t no more than `burst + rate × t` pass. Times are milliseconds and only their differences count.
 */

export interface Bucket {
  tokens: number;
  /** When `tokens` was right. */
  at: number;
}

/** Tokens a second, above 0. What may come at once is one second's worth, and never less than one. */
export const burstOf = (rate: number): number => Math.max(1, rate);

export const fullBucket = (rate: number, now: number): Bucket => ({ tokens: burstOf(rate), at: now });

/** Brings the bucket to `now`. A clock that went back adds nothing. */
export function refill(bucket: Bucket, rate: number, now: number): void {
  const gained = (Math.max(0, now - bucket.at) / 1000) * rate;
  bucket.tokens = Math.min(burstOf(rate), bucket.tokens + gained);
  bucket.at = now;
}

/** Takes one token if there is one. */
export function takeOne(bucket: Bucket, rate: number, now: number): boolean {
  refill(bucket, rate, now);
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

/**
 * Takes up to `want` tokens. The first is for now; more are a lease that may run out unused, and come only from the upper half,
 * so that nobody is refused for what somebody else only holds.
 * @returns how many
 */
export function lend(bucket: Bucket, want: number, rate: number): number {
  if (bucket.tokens < 1) return 0;
  const spare = Math.max(0, Math.floor(bucket.tokens - 1 - burstOf(rate) / 2));
  const lent = 1 + Math.min(want - 1, spare);
  bucket.tokens -= lent;
  return lent;
}

/** Seconds until there is a token again; 0 when there is one. */
export function secondsToOne({ tokens }: Bucket, rate: number): number {
  return tokens >= 1 ? 0 : (1 - tokens) / rate;
}
