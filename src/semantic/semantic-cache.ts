/** The semantic cache of an isolate: an embedder, an index, and the decision over what they find. */
import type { Purge } from '../exchange/purge.ts';
import { within } from '../within.ts';
import type { AgreementTools } from './agreement.ts';
import { CALIBRATIONS } from './calibration.ts';
import type { Embedder } from './embedder.ts';
import type { Gates } from './gate.ts';
import type { GuardName } from './guards/guard.ts';
import { match } from './match.ts';
import type { Semantic } from './partition.ts';
import { embeddedText, type Reading, read } from './reading.ts';
import type { Receipts } from './receipt.ts';
import type { IndexEntry, VectorIndex } from './vector-index.ts';

/** A stored question that asks the same. */
export interface Match {
  /** The exchange's key. */
  readonly key: string;
  readonly question: string;
  /** Calibrated: the chance that the two ask the same, 0 to 1. */
  readonly similarity: number;
  /** Milliseconds since the epoch. */
  readonly addedAt: number;
}

/** A stored question that was alike enough, and what spoke against it. */
export interface Refusal {
  /** A guard's name, `length`, `threshold`, `bound` or `reported`. */
  readonly by: string;
  readonly similarity: number;
}

export type Search =
  | {
      readonly kind: 'searched';
      readonly matches: readonly Match[];
      readonly refused: Refusal | undefined;
      /** Equal for questions that differ in case and spacing alone. */
      readonly questionKey: string;
    }
  /** The embedder or the index failed, or took too long. */
  | { readonly kind: 'failed'; readonly reason: string };

export interface SemanticCache {
  readonly embedder: Embedder['name'];
  /** The embedder, and the guards that are left out: how often these are wrong together is bounded by itself. */
  readonly judgedBy: string;
  readonly index: VectorIndex['name'];
  readonly gates: Gates;
  readonly receipts: Receipts;
  /** For comparing answers. */
  readonly comparison: AgreementTools;
  /**
   * The stored questions of the partition that ask the same, best first. Never rejects.
   * @param threshold on the calibrated scale
   */
  search(asked: Semantic, threshold: number): Promise<Search>;
  /** So that the question is found from now on, in an index that is eventually consistent a little later. Never rejects. */
  remember(asked: Semantic, entry: Omit<IndexEntry, 'partition' | 'vector' | 'question'>): Promise<void>;
  /** What a purge covers leaves the index; how many those were, undefined where that failed. Never rejects. */
  purge(purge: Purge): Promise<number | undefined>;
  /** Never rejects. */
  forget(keys: readonly string[], partition?: string): Promise<void>;
}

type Operation = 'search' | 'remember' | 'forget' | 'purge';

export interface SemanticParts {
  readonly embedder: Embedder;
  readonly index: VectorIndex;
  readonly gates: Gates;
  readonly receipts: Receipts;
  readonly comparison: AgreementTools;
  /** Guards that are left out. */
  readonly without?: ReadonlySet<GuardName>;
  /** Longest that a search may take, ms. */
  readonly timeoutMs: number;
  readonly failed: (operation: Operation, reason: string) => void;
}

const NO_GUARDS: ReadonlySet<GuardName> = new Set();
/** Candidates that are compared: with more, a guard's refusal of the nearest still leaves others; each costs some 0.1 ms. */
const CANDIDATES = 8;
/** Writes happen after the answer: they may take longer, but not for ever. */
const WRITE_TIMEOUT_MS = 10_000;

export function semanticCache(parts: SemanticParts): SemanticCache {
  const { embedder, index, timeoutMs, failed, gates, receipts, comparison } = parts;
  const { isWord } = comparison;
  const { without = NO_GUARDS } = parts;
  const calibration = CALIBRATIONS[embedder.name];

  async function vectorOf(reading: Reading): Promise<Float32Array> {
    const [vector] = await embedder.embed([embeddedText(reading)]);
    if (vector?.length !== embedder.dimensions) throw new Error(`no vector of ${embedder.dimensions} dimensions`);
    return vector;
  }

  async function find({ partition, question }: Semantic, threshold: number): Promise<Search> {
    const reading = read(question, isWord);
    const near = await index.nearest(partition, await vectorOf(reading), CANDIDATES);
    const matches: Match[] = [];
    let refused: Refusal | undefined;
    for (const { key, question: stored, cosine, addedAt } of near) {
      const verdict = match({ prompt: reading, stored, cosine }, { threshold, calibration, isWord, without });
      const { similarity } = verdict;
      if (verdict.hit) matches.push({ key, question: stored, similarity, addedAt });
      else if (verdict.refusedBy !== 'threshold' && similarity >= threshold)
        refused ??= { by: verdict.refusedBy, similarity };
    }
    matches.sort((one, other) => other.similarity - one.similarity);
    return { kind: 'searched', matches, refused: matches.length > 0 ? undefined : refused, questionKey: reading.key };
  }

  async function written<T>(operation: Operation, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await within(WRITE_TIMEOUT_MS, work());
    } catch (error) {
      failed(operation, reasonOf(error));
      return undefined;
    }
  }

  return {
    embedder: embedder.name,
    judgedBy: without.size === 0 ? embedder.name : `${embedder.name} without ${[...without].join(',')}`,
    index: index.name,
    gates,
    receipts,
    comparison,
    async search(asked, threshold) {
      try {
        return await within(timeoutMs, find(asked, threshold));
      } catch (error) {
        const reason = reasonOf(error);
        failed('search', reason);
        return { kind: 'failed', reason };
      }
    },
    remember: ({ partition, question }, entry) =>
      written('remember', async () =>
        index.add({ ...entry, partition, question, vector: await vectorOf(read(question, isWord)) }),
      ),
    purge: (purge) => written('purge', () => index.purge(purge)),
    forget: (keys, partition) => written('forget', () => index.remove(keys, partition)),
  };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
