/** Faults around a real tier: it always fails, fails at random (seeded), or is slow. */
import type { Tier } from '../../src/tiers/tier.ts';

export type Chaos =
  | { readonly kind: 'failing' }
  /** `share` of the calls fail, 0..1. */
  | { readonly kind: 'unreliable'; readonly share: number; readonly seed: number }
  | { readonly kind: 'slow'; readonly ms: number };

export function chaotic(tier: Tier, chaos: Chaos): Tier {
  let state = chaos.kind === 'unreliable' ? chaos.seed : 1;
  /** mulberry32 */
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  async function disturbed<T>(call: () => T | Promise<T>): Promise<T> {
    if (chaos.kind === 'failing' || (chaos.kind === 'unreliable' && random() < chaos.share)) throw new Error('chaos');
    if (chaos.kind === 'slow') await new Promise((resume) => setTimeout(resume, chaos.ms));
    return call();
  }
  return {
    name: tier.name,
    get: (key) => disturbed(() => tier.get(key)),
    put: (exchange) => disturbed(() => tier.put(exchange)),
    delete: (key) => disturbed(() => tier.delete(key)),
  };
}
