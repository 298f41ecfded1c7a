/** The KV tier: Workers KV, everywhere, up to a minute behind. One write a second per key, 25 MiB a value. */
import { decodeKept, encodeExchange } from './stored.ts';
import type { Tier } from './tier.ts';

const PREFIX = 'x:';
const MIN_TTL_SECONDS = 60;
const MAX_BYTES = 25 * 1024 * 1024;

export function kvTier(kv: KVNamespace, now: () => number = Date.now): Tier {
  return {
    name: 'kv',
    async get(key) {
      const bytes = await kv.get(PREFIX + key, 'arrayBuffer');
      return bytes === null ? undefined : decodeKept(new Uint8Array(bytes), key, now());
    },
    async put(exchange) {
      const seconds = Math.floor((exchange.keepUntil - now()) / 1000);
      if (seconds <= 0) return;
      const bytes = await encodeExchange(exchange);
      if (bytes.byteLength > MAX_BYTES)
        throw new Error(`${bytes.byteLength} bytes are more than KV takes (${MAX_BYTES})`);
      await kv.put(PREFIX + exchange.key, bytes, { expirationTtl: Math.max(MIN_TTL_SECONDS, seconds) });
    },
    delete: (key) => kv.delete(PREFIX + key),
  };
}
