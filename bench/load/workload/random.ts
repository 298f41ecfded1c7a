/** Chance that can be repeated: the same name gives the same numbers. */
import { seeded } from '../../simulated-ollama/model/seed.ts';

export interface Random {
  /** 0 to below 1. */
  next(): number;
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  /** Exponentially distributed: the gaps of a Poisson process, and people's pauses. */
  exponential(mean: number): number;
  /** All of them, in another order (Fisher and Yates). */
  shuffled<T>(items: readonly T[]): T[];
}

const TWO_TO_32 = 0x1_0000_0000;

export function random(name: string): Random {
  const pick = seeded(name);
  const next = () => pick(TWO_TO_32) / TWO_TO_32;
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    exponential: (mean) => -Math.log(1 - next()) * mean,
    shuffled(items) {
      const mixed = [...items];
      for (let at = mixed.length - 1; at > 0; at -= 1) {
        const other = below(at + 1);
        [mixed[at], mixed[other]] = [mixed[other] as (typeof mixed)[number], mixed[at] as (typeof mixed)[number]];
      }
      return mixed;
    },
  };
}
