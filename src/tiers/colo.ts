/** The colo tier: the Cache API of the data centre that runs the request. On `*.workers.dev` it has no effect. */
import { decodeKept, encodeExchange } from './stored.ts';
import type { Tier } from './tier.ts';

/** Its own cache, and a host that no request can have: nothing of a zone's own traffic meets it. */
const CACHE_NAME = 'exchanges';
const urlOf = (key: string) => `https://exchange.invalid/${key}`;

export function coloTier(now: () => number = Date.now): Tier {
  let opened: Promise<Cache> | undefined;
  const cache = () => {
    opened ??= caches.open(CACHE_NAME);
    return opened;
  };
  return {
    name: 'colo',
    async get(key) {
      const found = await (await cache()).match(urlOf(key));
      return found && decodeKept(new Uint8Array(await found.arrayBuffer()), key, now());
    },
    async put(exchange) {
      const seconds = Math.floor((exchange.keepUntil - now()) / 1000);
      if (seconds <= 0) return;
      const headers = { 'cache-control': `max-age=${seconds}`, 'content-type': 'application/octet-stream' };
      await (await cache()).put(urlOf(exchange.key), new Response(await encodeExchange(exchange), { headers }));
    },
    async delete(key) {
      await (await cache()).delete(urlOf(key));
    },
  };
}
