/** The decision on our own examples: each of them through the same function as a request. */
import { describe, expect, it } from 'vitest';
import { MAX_CHARACTERS } from '../../src/semantic/reading.ts';
import { DIFFERENT, SAME } from './examples.ts';
import { guarded, verdict } from './judge.ts';

describe('prompts that may share an answer', () => {
  for (const [kind, examples] of Object.entries(SAME)) {
    it.each(examples)(`${kind}: %s | %s`, (a, b) => {
      expect(verdict(a, b)).toMatchObject({ hit: true });
      expect(verdict(b, a)).toMatchObject({ hit: true });
    });
  }
});

describe('prompts that must not', () => {
  for (const [kind, examples] of Object.entries(DIFFERENT)) {
    it.each(examples)(`${kind}: %s | %s`, (a, b) => {
      // Whatever the vectors say: a perfect cosine must not get past the guards either.
      expect(guarded(a, b)).toMatchObject({ hit: false });
      expect(verdict(b, a)).toMatchObject({ hit: false });
    });
  }
});

describe('a text too long to be read', () => {
  const long = 'The council met again and nothing was decided. '.repeat(1 + MAX_CHARACTERS / 40);

  it('is matched when it is the same, and else refused without being compared', () => {
    expect(verdict(long, `${long}\n`)).toEqual({ hit: true, similarity: 1 });
    expect(verdict(long, `${long}Really.`)).toEqual({ hit: false, similarity: 0, refusedBy: 'length' });
  });
});

describe('the threshold', () => {
  const [a, b] = ['How can I learn to play the piano?', 'What is the best way to learn to play the piano?'];

  it('decides where the guards let pass', () => {
    const { similarity } = verdict(a, b);
    expect(verdict(a, b, { threshold: similarity })).toEqual({ hit: true, similarity });
    expect(verdict(a, b, { threshold: 1 })).toEqual({ hit: false, similarity, refusedBy: 'threshold' });
  });

  it('is not asked where only case, spaces and the last stop differ', () => {
    expect(verdict('What is  NLP ?', 'what is nlp', { threshold: 1 })).toEqual({ hit: true, similarity: 1 });
  });
});
