/** The sidecar's REST endpoint over a real Redis, both of a test's own. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openRedisPool } from '../../origin/src/pools/redis.ts';
import { type RestOptions, redisRest } from '../../origin/src/redis-rest/rest.ts';
import { type RedisServer, startRedisServer } from './redis-server.ts';

export interface RedisRestServer {
  readonly redis: RedisServer;
  /** What `UPSTASH_REDIS_REST_URL` would be. */
  readonly url: string;
  readonly token: string;
  close(): Promise<void>;
}

export const MAX_BODY_BYTES = 4_194_304;

export async function startRedisRest(options: RestOptions = {}): Promise<RedisRestServer> {
  const redis = await startRedisServer();
  const pool = openRedisPool(redis.url, 'cache');
  const token = 'the token of these tests';
  const rest = redisRest(pool, token, MAX_BODY_BYTES, options);
  const server = createServer((request, response) => {
    rest.handle(request, response, (request.url ?? '/').slice('/redis'.length)).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    redis,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/redis`,
    token,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      pool.close();
      await redis.close();
    },
  };
}
