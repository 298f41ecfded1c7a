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

export type Argument = string | Buffer;

/** One command as Redis takes it: its name, then its arguments. */
export type Command = readonly [string, ...Argument[]];

export type CommandReading =
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'refused'; readonly message: string };

/**
 * Reads one command: an array of strings, bytes, numbers and booleans that begins with an allowed name.
 * @param allowed names in lower case
 */
export function readCommand(value: unknown, allowed: ReadonlySet<string>): CommandReading {
  if (!Array.isArray(value) || value.length === 0)
    return refused('ERR a command is a JSON array of at least one element');
  const [name, ...rest] = value as readonly unknown[];
  if (typeof name !== 'string') return refused('ERR a command begins with its name');
  if (!allowed.has(name.toLowerCase()))
    return refused(`ERR the command ${JSON.stringify(name.slice(0, 32))} is not open here`);
  const args: Argument[] = [];
  for (const item of rest) {
    if (typeof item === 'string' || Buffer.isBuffer(item)) args.push(item);
    else if (typeof item === 'number' || typeof item === 'boolean') args.push(String(item));
    else return refused('ERR a command has only strings, numbers and booleans');
  }
  // In capitals: ioredis reshapes the replies of commands that it knows by their lower-case names.
  return { kind: 'command', command: [name.toUpperCase(), ...args] };
}

function refused(message: string): CommandReading {
  return { kind: 'refused', message };
}
