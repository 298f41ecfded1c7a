/**
 * The local index: exact search in Durable Objects of our own. What `wrangler dev`, tests and small deployments use;
 * docs/semantic.md says up to what size it stays fast.
 */
import type { Purge } from '../exchange/purge.ts';
import type { SemanticIndexObject } from './index-object.ts';
import type { IndexEntry, VectorIndex } from './vector-index.ts';

/** The objects that hold the rows. */
export interface Shards {
  of(partition: string): DurableObjectStub<SemanticIndexObject>;
  add(entries: readonly IndexEntry[]): Promise<void>;
  remove(keys: readonly string[], partition?: string): Promise<void>;
  /** @returns the keys that were removed */
  purge(purge: Purge): Promise<readonly string[]>;
}

/** Spreads partitions over a fixed number of objects, so that no single one is asked by everybody. */
const SHARDS = 8;

export function shardsOf(namespace: DurableObjectNamespace<SemanticIndexObject>): Shards {
  const shard = (number: number) => namespace.get(namespace.idFromName(`semantic-${number}`));
  const numberOf = (partition: string) => Number.parseInt(partition.slice(0, 8), 16) % SHARDS;
  const all = () => Array.from({ length: SHARDS }, (_, number) => shard(number));
  return {
    of: (partition) => shard(numberOf(partition)),
    async add(entries) {
      const groups = Map.groupBy(entries, ({ partition }) => numberOf(partition));
      await Promise.all([...groups].map(([number, group]) => shard(number).add(group)));
    },
    async remove(keys, partition) {
      const where = partition === undefined ? all() : [shard(numberOf(partition))];
      await Promise.all(where.map((each) => each.remove(keys)));
    },
    purge: async (purge) => (await Promise.all(all().map((each) => each.purge(purge)))).flat(),
  };
}

export function localIndex(namespace: DurableObjectNamespace<SemanticIndexObject>): VectorIndex {
  const shards = shardsOf(namespace);
  return {
    name: 'local',
    nearest: async (partition, vector, count) => shards.of(partition).nearest(partition, vector, count),
    add: (entry) => shards.add([entry]),
    remove: shards.remove,
    purge: async (purge) => (await shards.purge(purge)).length,
  };
}
