/**
 * A double of Vectorize, which the local runtime does not have. It has the platform's limits and its eventual consistency: what is
 * written is found after `settle`, and a filter knows only properties that a metadata index was made for.
 * https://developers.cloudflare.com/vectorize/platform/limits/
 */
import type {
  VectorFloatArray,
  Vectorize,
  VectorizeAsyncMutation,
  VectorizeMatches,
  VectorizeQueryOptions,
  VectorizeVector,
  VectorizeVectorMetadataFilter,
} from '@cloudflare/workers-types';
import { cosine } from '../../src/semantic/embedder.ts';

export interface VectorizeDouble {
  readonly binding: Vectorize;
  /** Works off the mutations. */
  settle(): void;
  readonly size: number;
  /** Sizes of the upserts so far. */
  readonly upserts: readonly number[];
}

export interface DoubleOptions {
  readonly dimensions: number;
  /** Properties with a metadata index. */
  readonly indexed: readonly string[];
}

const bytes = (text: string): number => new TextEncoder().encode(text).byteLength;
const fail = (message: string): never => {
  throw new Error(`VECTOR_ERROR: ${message}`);
};

export function vectorizeDouble({ dimensions, indexed }: DoubleOptions): VectorizeDouble {
  const vectors = new Map<string, VectorizeVector>();
  const upserts: number[] = [];
  let mutations: (() => void)[] = [];
  const mutation = (apply: () => void): VectorizeAsyncMutation => {
    mutations.push(apply);
    return { mutationId: crypto.randomUUID() };
  };

  function checked(vector: VectorizeVector): VectorizeVector {
    if (bytes(vector.id) > 64) fail('id is longer than 64 bytes');
    if (vector.values.length !== dimensions) fail(`${vector.values.length} dimensions, expected ${dimensions}`);
    if (bytes(JSON.stringify(vector.metadata ?? {})) > 10_240) fail('metadata is larger than 10 KiB');
    return structuredClone(vector);
  }

  function passes(vector: VectorizeVector, filter: VectorizeVectorMetadataFilter): boolean {
    return Object.entries(filter).every(([name, wanted]) => {
      const value = vector.metadata?.[name];
      if (!indexed.includes(name)) return false;
      if (typeof wanted !== 'object' || wanted === null) return value === wanted;
      return Object.entries(wanted).every(([operator, bound]) => {
        if (operator === '$gt') return typeof value === 'number' && value > (bound as number);
        if (operator === '$eq') return value === bound;
        return fail(`operator ${operator} is not simulated`);
      });
    });
  }

  const binding = {
    async query(vector: VectorFloatArray | number[], options: VectorizeQueryOptions = {}): Promise<VectorizeMatches> {
      const { topK = 5, filter = {}, returnMetadata } = options;
      if (vector.length !== dimensions) fail(`${vector.length} dimensions, expected ${dimensions}`);
      const whole = returnMetadata === 'all' || returnMetadata === true;
      if (topK > (whole ? 20 : 100)) fail(`topK ${topK} is too large`);
      const matches = [...vectors.values()]
        .filter((each) => passes(each, filter))
        .map(({ id, values, metadata }) => ({
          id,
          score: cosine(Float32Array.from(vector), Float32Array.from(values)),
          ...(whole && metadata && { metadata: structuredClone(metadata) }),
        }))
        .sort((a, b) => b.score - a.score)
        .slice(0, topK);
      return { matches, count: matches.length };
    },
    async upsert(given: VectorizeVector[]): Promise<VectorizeAsyncMutation> {
      if (given.length > 1_000) fail('more than 1000 vectors');
      upserts.push(given.length);
      const copies = given.map(checked);
      return mutation(() => {
        for (const vector of copies) vectors.set(vector.id, vector);
      });
    },
    async deleteByIds(ids: string[]): Promise<VectorizeAsyncMutation> {
      if (ids.length > 1_000) fail('more than 1000 ids');
      return mutation(() => {
        for (const id of ids) vectors.delete(id);
      });
    },
  };
  return {
    // What the project does not call is not simulated.
    binding: binding as unknown as Vectorize,
    settle() {
      const due = mutations;
      mutations = [];
      for (const apply of due) apply();
    },
    get size() {
      return vectors.size;
    },
    upserts,
  };
}
