/**
 * `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10): lists of strings with parameters, as structured
 * fields. `q` is the quota, `w` its window in seconds, `qu` its unit; `r` what is left now, `t` the seconds that it is for.
 */
import type { LimitName, Rates, Remaining } from './meter.ts';

const DAY_S = 86_400;
const NAMES: readonly LimitName[] = ['requests', 'generations', 'tokens'];

/** @param remaining of each meter that counts: the tightest is told */
export function rateLimitFields(
  rates: Rates,
  remaining: readonly Remaining[],
  now: number,
): Readonly<Record<'ratelimit-policy' | 'ratelimit', string>> | Readonly<Record<string, never>> {
  let policy = '';
  let limit = '';
  for (const name of NAMES) {
    const quota = name === 'tokens' ? rates.tokensPerDay : rates[name];
    if (quota === 0) continue;
    let left = quota;
    for (const known of remaining) left = Math.min(left, known[name] ?? left);
    const daily = name === 'tokens';
    const seconds = daily ? DAY_S - (Math.floor(now / 1000) % DAY_S) : 1;
    policy += `${policy && ', '}"${name}";q=${quota};w=${daily ? `${DAY_S};qu="tokens"` : 1}`;
    limit += `${limit && ', '}"${name}";r=${left};t=${seconds}`;
  }
  return policy === '' ? {} : { 'ratelimit-policy': policy, ratelimit: limit };
}
