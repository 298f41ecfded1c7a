/** Assign: which arm a client is in, and which bucket of clients. The same client always gets the same, in every isolate. */

/** Clients of an arm fall into so many buckets: what differs between clients is then seen between buckets. */
export const BUCKETS = 64;

/**
 * FNV-1a, then MurmurHash3's finaliser, so that names that differ in their last letter are far apart.
 * @see https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
 * @returns 0 to 2³²-1
 */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

export interface Share {
  readonly arm: string;
  /** Above 0; only ratios count. */
  readonly weight: number;
}

/** @param experiment its name: another experiment divides the same clients independently */
export function assign(experiment: string, client: string, shares: readonly Share[]): { arm: string; bucket: number } {
  const total = shares.reduce((sum, { weight }) => sum + weight, 0);
  let left = (hash32(`${experiment}\n${client}`) / 2 ** 32) * total;
  const found = shares.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
  const arm = (found ?? shares.at(-1))?.arm ?? '';
  return { arm, bucket: hash32(`${client}\n${experiment} bucket`) % BUCKETS };
}
