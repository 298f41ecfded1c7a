import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMarkov, type Markov, type MarkovOptions } from '../../../origin/src/predict/markov.ts';

const DAY = 86_400_000;
const OPTIONS: MarkovOptions = { order: 3, contexts: 1_000, successors: 16, halfLifeMs: 7 * DAY };
const NOW = 1_800_000_000_000;

/** Learns each step of each sequence. */
function learnt(sequences: readonly (readonly number[])[], options: Partial<MarkovOptions> = {}, at = NOW): Markov {
  const markov = createMarkov({ ...OPTIONS, ...options });
  for (const sequence of sequences)
    for (let place = 1; place < sequence.length; place++)
      markov.learn('s', sequence.slice(0, place), sequence[place] as number, 'alone', at);
  return markov;
}
const times = (count: number, sequence: readonly number[]) => Array.from({ length: count }, () => sequence);
const best = (markov: Markov, past: readonly number[], now = NOW) => markov.predict('s', past, now)[0];

describe('the model', () => {
  it('is the surer the more often it has seen the same', () => {
    const chances = [1, 2, 8].map((count) => best(learnt(times(count, [1, 2])), [1])?.probability ?? 0);
    expect(chances[0]).toBeLessThan(0.5);
    expect([...chances].sort()).toEqual(chances);
    expect(chances[2]).toBeGreaterThan(0.85);
    // What a long context saw once is hardly believed where the shorter one says otherwise.
    const once = learnt([...times(9, [1, 2]), [7, 8, 1, 3]]);
    expect(best(once, [7, 8, 1])).toMatchObject({ symbol: 2 });
  });

  it('lets the longer context decide, and falls back to the shorter one where it is new', () => {
    // After 9, 2 leads to 3; after 8, to 4: an order of one cannot know.
    const markov = learnt([...times(5, [9, 2, 3]), ...times(5, [8, 2, 4])]);
    expect(best(markov, [9, 2])).toMatchObject({ symbol: 3 });
    expect(best(markov, [8, 2])).toMatchObject({ symbol: 4 });
    expect(best(markov, [8, 2])?.probability).toBeGreaterThan(0.8);
    expect(
      markov
        .predict('s', [7, 2], NOW)
        .map(({ symbol }) => symbol)
        .slice(0, 2)
        .sort(),
    ).toEqual([3, 4]);
  });

  it('gives nobody more than there is: all chances together are at most one', () => {
    const sequences = fc.array(fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 8 }), { maxLength: 20 });
    fc.assert(
      fc.property(sequences, fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 4 }), (given, past) => {
        const predictions = learnt(given, { successors: 4 }).predict('s', past, NOW);
        const sum = predictions.reduce((total, { probability }) => total + probability, 0);
        expect(sum).toBeLessThanOrEqual(1 + 1e-9);
        expect(predictions.every(({ probability }) => probability > 0)).toBe(true);
        expect(new Set(predictions.map(({ symbol }) => symbol)).size).toBe(predictions.length);
      }),
    );
  });

  it('tells forms apart', () => {
    const markov = createMarkov(OPTIONS);
    for (let count = 0; count < 4; count++) markov.learn('s', [1], 2, count === 0 ? 'alone' : 'follow-up', NOW);
    const [first, second] = markov.predict('s', [1], NOW);
    expect([first?.form, second?.form]).toEqual(['follow-up', 'alone']);
    expect(first?.probability).toBeCloseTo(3 * (second?.probability ?? 0), 5);
  });

  it('forgets: what is newer outweighs what was more', () => {
    const markov = learnt(times(10, [1, 2]), {}, NOW - 60 * DAY);
    markov.learn('s', [1], 3, 'alone', NOW);
    expect(best(markov, [1])).toMatchObject({ symbol: 3 });
  });

  it('stays within its bounds', () => {
    const sequence = Array.from({ length: 5_000 }, (_, at) => at + 1);
    expect(learnt([sequence.slice(0, 300)], { contexts: 100 }).contexts).toBeLessThanOrEqual(100);
    const fan = learnt(
      sequence.slice(0, 200).map((next) => [1, next + 1]),
      { successors: 8 },
    );
    expect(fan.predict('s', [1], NOW).length).toBeLessThanOrEqual(8);
    // What had to be dropped is still known to have happened.
    expect(best(fan, [1])?.probability ?? 0).toBeLessThan(0.05);
  });

  it('keeps scopes apart', () => {
    expect(learnt(times(9, [1, 2])).predict('another', [1], NOW)).toEqual([]);
  });
});
