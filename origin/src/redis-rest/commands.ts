/** Which Redis commands come in over REST: what a cache needs, and nothing that reads or harms the rest of the server. */

/** Names in lower case. */
export const ALLOWED_COMMANDS: ReadonlySet<string> = new Set([
  'get',
  'set',
  'setex',
  'psetex',
  'setnx',
  'getdel',
  'getex',
  'mget',
  'mset',
  'del',
  'unlink',
  'exists',
  'expire',
  'pexpire',
  'expireat',
  'pexpireat',
  'ttl',
  'pttl',
  'persist',
  'type',
  'strlen',
  'append',
  'incr',
  'incrby',
  'incrbyfloat',
  'decr',
  'decrby',
  'hget',
  'hset',
  'hsetnx',
  'hmget',
  'hgetall',
  'hdel',
  'hexists',
  'hincrby',
  'hlen',
  'hkeys',
  'hvals',
  'lpush',
  'rpush',
  'lpop',
  'rpop',
  'lrange',
  'llen',
  'ltrim',
  'sadd',
  'srem',
  'smembers',
  'sismember',
  'scard',
  'zadd',
  'zrem',
  'zrange',
  'zrangebyscore',
  'zscore',
  'zcard',
  'zincrby',
  'zremrangebyscore',
  'ping',
  'echo',
  'time',
]);

/** One command as Redis takes it: its name, then its arguments. */
export type Command = readonly [string, ...string[]];

export type CommandReading =
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'refused'; readonly message: string };

/** Reads one command of a body: an array of strings and numbers that begins with an allowed name. */
export function readCommand(value: unknown): CommandReading {
  if (!Array.isArray(value) || value.length === 0)
    return refused('ERR a command is a JSON array of at least one element');
  const words: string[] = [];
  for (const item of value as readonly unknown[]) {
    if (typeof item !== 'string' && typeof item !== 'number' && typeof item !== 'boolean')
      return refused('ERR a command has only strings, numbers and booleans');
    words.push(String(item));
  }
  const [name = '', ...args] = words;
  if (!ALLOWED_COMMANDS.has(name.toLowerCase()))
    return refused(`ERR the command ${JSON.stringify(name.slice(0, 32))} is not open here`);
  // In capitals: ioredis reshapes the replies of commands that it knows by their lower-case names.
  return { kind: 'command', command: [name.toUpperCase(), ...args] };
}

function refused(message: string): CommandReading {
  return { kind: 'refused', message };
}
