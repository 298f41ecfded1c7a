import { describe, expect, it } from 'vitest';
import { recollections, type Searched } from '../../src/semantic/recollections.ts';

const searched: Searched = { kind: 'searched', matches: [], refused: undefined, questionKey: 'q' };

describe('recollections', () => {
  it('last a minute from the search on, however often they are used', () => {
    let now = 0;
    const kept = recollections(() => now);
    kept.keep('k', 0.85, searched);
    now = 59_000;
    expect(kept.get('k', 0.85)).toBe(searched);
    kept.keep('k', 0.85, searched);
    now = 60_001;
    expect([kept.has('k'), kept.get('k', 0.85)]).toEqual([false, undefined]);
  });

  it('are of one threshold, and can be forgotten', () => {
    const kept = recollections();
    kept.keep('k', 0.85, searched);
    expect(kept.get('k', 0.9)).toBeUndefined();
    kept.forget('k');
    expect(kept.has('k')).toBe(false);
  });

  it('are bounded: the oldest goes first', () => {
    const kept = recollections();
    for (let at = 0; at <= 2_000; at += 1) kept.keep(String(at), 0.85, searched);
    expect([kept.has('0'), kept.has('1'), kept.has('2000')]).toEqual([false, true, true]);
  });
});
