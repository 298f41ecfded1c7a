/**
 * Confidence sequences: intervals that hold at every look at once, so that an experiment may be watched and stopped at any time.
 *
 * Clients differ, and one client's requests resemble each other: what varies is estimated between buckets of clients (linearised
 * variance of a ratio of sums), not between requests. The interval is the asymptotic confidence sequence with a normal mixture of
 * Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences",
 * Annals of Statistics 52 (2024), Theorem 2.2, after Robbins (1970); it decides as the mixture SPRT of Johari, Koomen, Pekelis &
 * Walsh, "Always valid inference", Operations Research 70 (2022). That few buckets estimate a variance only roughly is made up
 * for as Student's t does.
 */

/** Sums of one bucket: of what is measured, and of requests. */
export interface Sums {
  readonly total: number;
  readonly requests: number;
}

/** A mean per request, and how sure it is. */
export interface Mean {
  readonly value: number;
  readonly requests: number;
  /** Squared standard error. */
  readonly variance: number;
  /** Degrees of freedom of `variance`. */
  readonly freedom: number;
}

export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Fewer buckets with clients, or fewer requests, say nothing yet. */
const LEAST_BUCKETS = 12;
const LEAST_REQUESTS = 100;
/** The sequence is tightest around this many requests an arm. */
const TIGHTEST_AT = 4_000;
/** n·ρ² at which a mixture at 5% is tightest. */
const TIGHTEST_U = 8.2;

/**
 * @param spread the smallest standard deviation of a single request that is believed: a share that has hardly been seen to occur
 *   is not known for sure. `share`: from the counts themselves, with one of either kind added (Laplace)
 * @returns undefined while there is too little to say anything
 */
export function meanOf(buckets: readonly Sums[], spread: number | 'share'): Mean | undefined {
  const seen = buckets.filter(({ requests }) => requests > 0);
  const requests = seen.reduce((sum, bucket) => sum + bucket.requests, 0);
  if (seen.length < LEAST_BUCKETS || requests < LEAST_REQUESTS) return undefined;
  const total = seen.reduce((sum, bucket) => sum + bucket.total, 0);
  const value = total / requests;
  const residual = seen.reduce((sum, bucket) => sum + (bucket.total - value * bucket.requests) ** 2, 0);
  const between = ((seen.length / (seen.length - 1)) * residual) / requests ** 2;
  const smoothed = (total + 1) / (requests + 2);
  const single = spread === 'share' ? smoothed * (1 - smoothed) : spread ** 2;
  return { value, requests, variance: Math.max(between, single / requests), freedom: seen.length - 1 };
}

/** Half the width at the level `alpha`, in standard errors. @param requests those that the information comes from */
function radius(requests: number, alpha: number, freedom: number): number {
  const u = (TIGHTEST_U * requests) / TIGHTEST_AT;
  const z = Math.sqrt((1 + 1 / u) * (2 * Math.log(1 / alpha) + Math.log1p(u)));
  // Student's quantile from the normal one (Abramowitz & Stegun 26.7.5).
  return z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2);
}

export function intervalOf(mean: Mean, alpha: number): Interval {
  const reach = radius(mean.requests, alpha, mean.freedom) * Math.sqrt(mean.variance);
  return { value: mean.value, low: mean.value - reach, high: mean.value + reach };
}

/** Of `one` over `other`. */
export function differenceOf(one: Mean, other: Mean, alpha: number): Interval {
  const variance = one.variance + other.variance;
  // Welch and Satterthwaite's degrees of freedom.
  const freedom = variance ** 2 / (one.variance ** 2 / one.freedom + other.variance ** 2 / other.freedom);
  // As many requests as two equal arms would have for the same information.
  const requests = (2 * one.requests * other.requests) / (one.requests + other.requests);
  const reach = radius(requests, alpha, freedom) * Math.sqrt(variance);
  const value = one.value - other.value;
  return { value, low: value - reach, high: value + reach };
}
