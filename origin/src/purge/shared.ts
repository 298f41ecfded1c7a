/** Purges between sidecars: what one was told, the others hear through Redis, those that were down when they come back. */
import { MAX_PURGES, mergePurges, type Purge, type Selector } from '../../../src/exchange/purge.ts';
import type { RedisPool } from '../pools/redis.ts';

export interface SharedPurges {
  /** Never rejects. @returns whether the others will hear of it */
  tell(purge: Purge): Promise<boolean>;
  close(): void;
}

const HASH = 'purges';
const CHANNEL = 'purges';
/** A sidecar that was away for longer begins with a disk that is mostly past its time anyway. */
const KEPT_SECONDS = 31_536_000;

/** @param heard called for each purge, again for those that are known already */
export function sharePurges(pool: RedisPool, heard: (purge: Purge) => void): SharedPurges {
  const subscriber = pool.dedicated();

  async function known(): Promise<readonly Purge[]> {
    const fields = await pool.use((redis) => redis.hgetall(HASH));
    return Object.entries(fields).map(([selector, before]) => ({
      selector: JSON.parse(selector) as Selector,
      before: Number(before),
    }));
  }

  async function catchUp(): Promise<void> {
    for (const purge of await known()) heard(purge);
  }

  /** Folds a list that has become too long. */
  async function fold(): Promise<void> {
    if ((await pool.use((redis) => redis.hlen(HASH))) <= MAX_PURGES) return;
    const folded = mergePurges(await known(), [], Date.now());
    const fields = folded.flatMap(({ selector, before }) => [JSON.stringify(selector), before]);
    await pool.use((redis) =>
      redis
        .multi()
        .del(HASH)
        .hset(HASH, ...fields)
        .expire(HASH, KEPT_SECONDS)
        .exec(),
    );
  }

  subscriber.on('message', (_channel: string, text: string) => heard(JSON.parse(text) as Purge));
  // Each time the connection is there again: what was told meanwhile would be lost.
  subscriber.on('ready', () => {
    subscriber
      .subscribe(CHANNEL)
      .then(catchUp)
      .catch(() => {});
  });

  return {
    async tell(purge) {
      const field = JSON.stringify(purge.selector);
      try {
        await pool.use((redis) =>
          redis
            .multi()
            .hset(HASH, field, purge.before)
            .expire(HASH, KEPT_SECONDS)
            .publish(CHANNEL, JSON.stringify(purge))
            .exec(),
        );
        await fold();
        return true;
      } catch {
        return false;
      }
    },
    close() {
      subscriber.disconnect();
    },
  };
}
