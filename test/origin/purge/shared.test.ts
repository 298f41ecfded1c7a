/** Purges between sidecars, over a real Redis. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openRedisPool } from '../../../origin/src/pools/redis.ts';
import { type SharedPurges, sharePurges } from '../../../origin/src/purge/shared.ts';
import type { Purge } from '../../../src/exchange/purge.ts';
import { type RedisServer, startRedisServer } from '../../support/redis-server.ts';

let redis: RedisServer;
const closing: (() => void)[] = [];
beforeAll(async () => {
  redis = await startRedisServer();
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
});
afterAll(() => redis.close());

function sidecar(): SharedPurges & { readonly heard: readonly Purge[] } {
  const pool = openRedisPool(redis.url, 'queue');
  const heard: Purge[] = [];
  const shared = sharePurges(pool, (purge) => heard.push(purge));
  closing.push(shared.close, pool.close);
  return { ...shared, heard };
}
const purgeOf = (tag: string, before = Date.now()): Purge => ({ selector: { tag }, before });

describe('purges between sidecars', () => {
  it('reach those that run, and those that come later', async () => {
    const [one, other] = [sidecar(), sidecar()];
    const first = purgeOf('a');
    expect(await one.tell(first)).toBe(true);
    await vi.waitFor(() => expect(other.heard).toContainEqual(first), 5_000);
    const late = sidecar();
    await vi.waitFor(() => expect(late.heard).toContainEqual(first), 5_000);
  });

  it('are caught up with after Redis was gone', async () => {
    const [one, other] = [sidecar(), sidecar()];
    const first = purgeOf('b');
    await vi.waitFor(async () => {
      await one.tell(first);
      expect(other.heard).toContainEqual(first);
    }, 5_000);
    await redis.kill();
    expect(await one.tell(purgeOf('lost'))).toBe(false);
    await redis.start();
    const second = purgeOf('c');
    await vi.waitFor(async () => expect(await one.tell(second)).toBe(true), 8_000);
    await vi.waitFor(() => expect(other.heard).toContainEqual(second), 8_000);
  });
});
