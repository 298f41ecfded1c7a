/** Where the list of purges is kept: with the Durable Object, in KV beside it, and for this data centre in its cache. */
import type { PurgeList } from '../exchange/purge.ts';
import type { PurgeObject } from './purge-object.ts';
import type { ColoCopy, PurgeLog } from './purges.ts';

/** One object for all: purges are few, and isolates ask for them through their data centre's copy. */
export function objectLog(namespace: DurableObjectNamespace<PurgeObject>): PurgeLog {
  const object = () => namespace.get(namespace.idFromName('purges'));
  return { name: 'object', read: async () => object().list(), add: async (purge) => object().add(purge) };
}

const KV_KEY = 'p:list';

/** For when the object fails, or is not bound: up to a minute behind, and of two purges at once it may lose one. */
export function kvLog(kv: KVNamespace): PurgeLog {
  return {
    name: 'kv',
    read: async () => (await kv.get<PurgeList>(KV_KEY, 'json')) ?? [],
    async add(_, known) {
      await kv.put(KV_KEY, JSON.stringify(known));
      return known;
    },
  };
}

const CACHE_NAME = 'purges';
const COPY_URL = 'https://purges.invalid/list';
const COPY_SECONDS = 3_600;

/** In the Cache API: every isolate of the data centre shares it. On `*.workers.dev` it stays empty. */
export function coloCopy(): ColoCopy {
  return {
    async read() {
      const found = await (await caches.open(CACHE_NAME)).match(COPY_URL);
      return found?.json();
    },
    async write(list, renewedAt) {
      const headers = { 'cache-control': `max-age=${COPY_SECONDS}`, 'content-type': 'application/json' };
      const copy = new Response(JSON.stringify({ list, renewedAt }), { headers });
      await (await caches.open(CACHE_NAME)).put(COPY_URL, copy);
    },
  };
}
