/** The Redis tier: any Redis that speaks Upstash's REST protocol, be it Upstash's or the sidecar's own. */
import { Redis } from '@upstash/redis/cloudflare';
import { decodeExchange, encodeExchange } from './stored.ts';
import type { Tier } from './tier.ts';

const PREFIX = 'x:';

export interface RedisOptions {
  readonly url: string;
  readonly token: string;
  readonly now?: () => number;
}

export function redisTier({ url, token, now = Date.now }: RedisOptions): Tier {
  // A tier that fails is a miss: nothing is gained by the client's own waiting and trying again.
  const redis = new Redis({ url, token, automaticDeserialization: false, retry: false, enableTelemetry: false });
  return {
    name: 'redis',
    async get(key) {
      const text = await redis.get<string>(PREFIX + key);
      return text === null ? undefined : decodeExchange(fromBase64(text));
    },
    async put(exchange) {
      const milliseconds = Math.floor(exchange.keepUntil - now());
      if (milliseconds <= 0) return;
      await redis.set(PREFIX + exchange.key, toBase64(await encodeExchange(exchange)), { px: milliseconds });
    },
    async delete(key) {
      await redis.del(PREFIX + key);
    },
  };
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}

function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
