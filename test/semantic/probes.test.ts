/**
 * Probes: pairs of our own in the style of chats, support, templates and tests with one word changed, some 1,700 in three rounds. Each
 * round was written without regard to the rules and counted before anything was changed for it; docs/semantic.md has those first
 * counts. Here they are what must not be lost again.
 */
import { describe, expect, it } from 'vitest';
import { type LabelledPair, readPairs } from '../../scripts/semantic/pairs.ts';
import { guarded, verdict } from './judge.ts';

const ROUNDS = [1, 2, 3].map((round) => readPairs(new URL(`probes/round-${round}.jsonl`, import.meta.url).pathname));

const shown = (pairs: readonly LabelledPair[]) => pairs.map(({ a, b }) => `${a} | ${b}`);

describe.each(ROUNDS.map((pairs, i) => [i + 1, pairs] as const))('round %i', (_, pairs) => {
  const kinds = Map.groupBy(pairs, ({ kind, same }) => `${same ? 'may' : 'must not'} share: ${kind}`);

  it.each([...kinds].filter(([, [first]]) => first?.same === false))('%s', (_kind, different) => {
    expect(shown(different.filter(({ a, b }) => verdict(a, b).hit))).toEqual([]);
    // The guards alone, in either direction.
    expect(shown(different.filter(({ a, b }) => guarded(a, b).hit || guarded(b, a).hit))).toEqual([]);
  });

  it.each([...kinds].filter(([, [first]]) => first?.same === true))('%s', (_kind, same) => {
    const lost = same.filter(({ a, b }) => !verdict(a, b).hit);
    expect(lost.length / same.length, shown(lost).join('\n')).toBeLessThanOrEqual(0.4);
  });

  it('shares nine of ten that may be shared, whichever came first', () => {
    const same = pairs.filter((pair) => pair.same);
    expect(same.filter(({ a, b }) => verdict(a, b).hit).length / same.length).toBeGreaterThanOrEqual(0.9);
    expect(same.filter(({ a, b }) => verdict(b, a).hit).length / same.length).toBeGreaterThanOrEqual(0.9);
  });
});
