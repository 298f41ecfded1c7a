/** Shards: the Durable Objects that share the statistics, and all of them read together. */
import { within } from '../within.ts';
import { type Reading, readingOf } from './reading.ts';
import type { ShardReading } from './shard.ts';
import type { StatsObject } from './stats-object.ts';

export interface StatsBindings {
  readonly STATS?: DurableObjectNamespace<StatsObject>;
}

/** A shard that asks for the whole does not ask itself from outside. */
export interface OwnShard {
  readonly id: DurableObjectId;
  read(since: number): ShardReading;
}

const PATIENCE_MS = 2_000;

type Namespace = DurableObjectNamespace<StatsObject>;

function shardId(namespace: Namespace, index: number): DurableObjectId {
  return namespace.idFromName(`shard ${index}`);
}

/** The shard that a data centre's isolates hand on to. */
export function shardFor(namespace: Namespace, colo: string, shards: number) {
  let hash = 2_166_136_261;
  for (let at = 0; at < colo.length; at++) hash = Math.imul(hash ^ colo.charCodeAt(at), 16_777_619) >>> 0;
  return namespace.get(shardId(namespace, hash % shards));
}

/** The one that those who watch are connected to. */
export function hubOf(namespace: Namespace | undefined) {
  return namespace?.get(shardId(namespace, 0));
}

/**
 * @param count of shards
 * @param since milliseconds since the epoch: points that end after it
 */
export async function readShards(namespace: Namespace, count: number, since: number, own?: OwnShard): Promise<Reading> {
  const shards = Array.from({ length: count }, (_, index) => shardId(namespace, index));
  const readings = await Promise.all(
    shards.map((id) => (own?.id.equals(id) ? own.read(since) : readShard(namespace, id, since))),
  );
  const present = readings.filter((reading) => reading !== undefined);
  return readingOf(present, 'all', readings.length - present.length);
}

/** Undefined where it failed or took too long. */
async function readShard(namespace: Namespace, id: DurableObjectId, since: number): Promise<ShardReading | undefined> {
  try {
    return JSON.parse(await within(PATIENCE_MS, namespace.get(id).read(since))) as ShardReading;
  } catch {
    return undefined;
  }
}
