/**
 * Right or wrong: an answer from the cache is right if its words were generated, at some time in the run, for a request that may
 * share it. Judged at the end, by the words alone, so it holds for any server.
 */
import { type Outcome, type Sample, SERVED } from './sample.ts';

export interface Judgement {
  readonly right: number;
  readonly wrong: number;
  /** Words that nobody saw being generated: stored before the run. */
  readonly unknown: number;
  /** The most frequent ones first. */
  readonly examples: readonly WrongAnswer[];
}

export interface WrongAnswer {
  readonly outcome: Outcome;
  /** What was asked. */
  readonly asked: string;
  /** What its answer had been generated for. */
  readonly answered: string;
  readonly count: number;
}

export interface Truth {
  add(sample: Pick<Sample, 'outcome' | 'truth' | 'text' | 'error'>): void;
  judge(): Judgement;
}

export function truths(): Truth {
  /** Words → what they were generated for. */
  const generated = new Map<string, Set<string>>();
  /** Words, truth and outcome → how often they were served. */
  const served = new Map<string, { outcome: Outcome; truth: string; text: string; count: number }>();

  return {
    add({ outcome, truth, text, error }) {
      if (error !== undefined) return;
      if (!SERVED.has(outcome)) {
        const known = generated.get(text) ?? new Set();
        generated.set(text, known.add(truth));
        return;
      }
      const id = `${outcome} ${text} ${truth}`;
      const seen = served.get(id);
      if (seen === undefined) served.set(id, { outcome, truth, text, count: 1 });
      else seen.count += 1;
    },
    judge() {
      let right = 0;
      let unknown = 0;
      const examples: WrongAnswer[] = [];
      for (const { outcome, truth, text, count } of served.values()) {
        const origins = generated.get(text);
        if (origins === undefined) unknown += count;
        else if (origins.has(truth)) right += count;
        else examples.push({ outcome, asked: truth, answered: [...origins].join(' | '), count });
      }
      const wrong = examples.reduce((sum, { count }) => sum + count, 0);
      return { right, wrong, unknown, examples: examples.sort((a, b) => b.count - a.count) };
    },
  };
}
