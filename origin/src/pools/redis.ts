/**
 * Redis connections by role, each role with a pool of its own, so that a burst of one never takes the connections of
 * another. A connection carries several commands at once; a new one is opened only while every other is busy.
 */
import { Redis } from 'ioredis';
import { followLoad } from './load-follower.ts';
import type { PoolStats } from './pool-stats.ts';

/** With each role's ceiling of connections. */
export const REDIS_ROLES = { cache: 100, session: 50, queue: 30 } as const;
export type RedisRole = keyof typeof REDIS_ROLES;

export interface RedisPool {
  /** Runs commands on the idlest connection. Rejects when Redis cannot be reached, within a second or so. */
  use<T>(act: (redis: Redis) => Promise<T>): Promise<T>;
  /** A connection of one's own, outside the pool: for subscriptions. */
  dedicated(): Redis;
  stats(): PoolStats;
  close(): void;
}

interface Connection {
  readonly redis: Redis;
  busy: number;
}

const WARM_EVERY_MS = 30_000;
const CONNECT_MS = 1_000;
const COMMAND_MS = 1_000;

export function openRedisPool(url: string, role: RedisRole): RedisPool {
  const max = REDIS_ROLES[role];
  const load = followLoad(1, max);
  const connections: Connection[] = [];
  let requests = 0;
  let hits = 0;

  function connect(commandTimeout?: number): Redis {
    const redis = new Redis(url, {
      connectionName: `sidecar-${role}`,
      connectTimeout: CONNECT_MS,
      ...(commandTimeout !== undefined && { commandTimeout }),
      maxRetriesPerRequest: 1,
      enableAutoPipelining: true,
      retryStrategy: (times) => Math.min(2_000, 100 * times),
    });
    // A connection comes back by itself; whoever uses it meanwhile hears of it as a rejection.
    redis.on('error', () => {});
    return redis;
  }

  function open(): Connection {
    const connection = { redis: connect(COMMAND_MS), busy: 0 };
    connections.push(connection);
    return connection;
  }

  function idlest(): Connection {
    let chosen: Connection | undefined;
    for (const connection of connections)
      if (chosen === undefined || connection.busy < chosen.busy) chosen = connection;
    if (chosen === undefined || (chosen.busy > 0 && connections.length < max)) return open();
    return chosen;
  }

  const busy = () => connections.reduce((count, connection) => count + (connection.busy > 0 ? 1 : 0), 0);
  const ready = () => connections.filter(({ redis, busy }) => busy === 0 && redis.status === 'ready').length;

  function warm(): void {
    const target = load.next();
    while (connections.length < target) open();
    for (let index = connections.length - 1; index >= target; index -= 1)
      if (connections[index]?.busy === 0) connections.splice(index, 1)[0]?.redis.disconnect();
    for (const { redis } of connections) redis.ping().catch(() => {});
  }
  const timer = setInterval(() => connections.length > 0 && warm(), WARM_EVERY_MS);
  timer.unref();

  return {
    async use(act) {
      requests += 1;
      if (ready() > 0) hits += 1;
      const connection = idlest();
      connection.busy += 1;
      load.saw(busy());
      try {
        return await act(connection.redis);
      } finally {
        connection.busy -= 1;
      }
    },
    dedicated: () => connect(),
    stats: () => ({
      name: `redis ${role}`,
      max,
      target: load.target,
      connected: connections.filter(({ redis }) => redis.status === 'ready').length,
      idle: ready(),
      busy: busy(),
      waiting: 0,
      requests,
      hits,
    }),
    close() {
      clearInterval(timer);
      for (const { redis } of connections.splice(0)) redis.disconnect();
    },
  };
}

export type RedisPools = Readonly<Record<RedisRole, RedisPool>>;

/** One pool for each role. A connection is opened when a role is first used. */
export function openRedisPools(url: string): RedisPools {
  return {
    cache: openRedisPool(url, 'cache'),
    session: openRedisPool(url, 'session'),
    queue: openRedisPool(url, 'queue'),
  };
}
