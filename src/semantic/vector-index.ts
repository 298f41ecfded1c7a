/** VectorIndex: where the vectors of stored questions are, and which are nearest. A new index is a new file with one of these. */

import type { Purge } from '../exchange/purge.ts';

export interface IndexEntry {
  /** The exchange's key. */
  readonly key: string;
  /** Only questions of one partition may share an answer; see `partition.ts`. */
  readonly partition: string;
  /** Whose it is, by which it is purged. */
  readonly tenant: string;
  readonly namespace: string;
  readonly model: string;
  readonly tags: readonly string[];
  readonly vector: Float32Array;
  /** The question's text: the guards read it. */
  readonly question: string;
  /** Milliseconds since the epoch. */
  readonly addedAt: number;
  /** Milliseconds since the epoch; the entry is gone from then on. */
  readonly expiresAt: number;
}

export interface Neighbour {
  readonly key: string;
  readonly question: string;
  /** Cosine similarity, −1 to 1. */
  readonly cosine: number;
  /** Milliseconds since the epoch. */
  readonly addedAt: number;
}

export interface VectorIndex {
  readonly name: 'local' | 'vectorize';
  /** The nearest of a partition, best first, at most `count`. May reject. */
  nearest(partition: string, vector: Float32Array, count: number): Promise<readonly Neighbour[]>;
  /** Adds or replaces by key. An index may take a while until it finds the new entry. May reject. */
  add(entry: IndexEntry): Promise<void>;
  /**
   * Removes by key; no error where there is none. May reject.
   * @param partition where they are, if that is known: the index then need not look everywhere
   */
  remove(keys: readonly string[], partition?: string): Promise<void>;
  /** Removes what a purge covers; how many those were. May reject. */
  purge(purge: Purge): Promise<number>;
}
