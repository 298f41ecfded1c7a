/** The Redis tier: any Redis that speaks Upstash's REST protocol, be it Upstash's or the sidecar's own. */
import { Redis } from '@upstash/redis/cloudflare';
import { decodeKept, encodeExchange } from './stored.ts';
import type { Tier } from './tier.ts';

const PREFIX = 'x:';
/** When a call is given up: a Worker has six connections, and one that hangs holds one of them. */
const ABANDON_MS = 10_000;

export interface RedisOptions {
  readonly url: string;
  readonly token: string;
  readonly now?: () => number;
}

export function redisTier({ url, token, now = Date.now }: RedisOptions): Tier {
  const redis = new Redis({
    url,
    token,
    automaticDeserialization: false,
    // A tier that fails is a miss: nothing is gained by the client's own waiting and trying again.
    retry: false,
    enableTelemetry: false,
    signal: () => AbortSignal.timeout(ABANDON_MS),
  });
  return {
    name: 'redis',
    async get(key) {
      const text = await redis.get<string>(PREFIX + key).catch(withoutCommand);
      const bytes = text === null ? undefined : fromBase64(text);
      return bytes && decodeKept(bytes, key, now());
    },
    async put(exchange) {
      const milliseconds = Math.floor(exchange.keepUntil - now());
      if (milliseconds <= 0) return;
      const text = toBase64(await encodeExchange(exchange));
      await redis.set(PREFIX + exchange.key, text, { px: milliseconds }).catch(withoutCommand);
    },
    async delete(key) {
      await redis.del(PREFIX + key).catch(withoutCommand);
    },
  };
}

/** The client's errors quote the whole command, and with it what is cached: that must not reach a log. */
function withoutCommand(error: unknown): never {
  if (!(error instanceof Error)) throw error;
  const [message = ''] = error.message.split(', command was:', 1);
  throw new Error(message.slice(0, 200));
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}

/** Undefined for text that is not base64. */
function fromBase64(text: string): Uint8Array | undefined {
  try {
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
    return bytes;
  } catch {
    return undefined;
  }
}
