/**
 * The local index: exact search in Durable Objects of our own. What `wrangler dev`, tests and small deployments use;
 * docs/semantic.md says up to what size it stays fast.
 */
import type { SemanticIndexObject } from './index-object.ts';
import type { VectorIndex } from './vector-index.ts';

/** Spreads partitions over a fixed number of objects, so that no single one is asked by everybody. */
const SHARDS = 8;

export function localIndex(namespace: DurableObjectNamespace<SemanticIndexObject>): VectorIndex {
  const shard = (number: number) => namespace.get(namespace.idFromName(`semantic-${number}`));
  const shardOf = (partition: string) => Number.parseInt(partition.slice(0, 8), 16) % SHARDS;
  return {
    name: 'local',
    nearest: (partition, vector, count) => shard(shardOf(partition)).nearest(partition, vector, count),
    add: (entry) => shard(shardOf(entry.partition)).add(entry),
    async remove(keys, partition) {
      const shards = partition === undefined ? Array.from({ length: SHARDS }, (_, at) => at) : [shardOf(partition)];
      await Promise.all(shards.map((number) => shard(number).remove(keys)));
    },
  };
}
