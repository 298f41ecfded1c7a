/**
 * Upstash's REST protocol over the operator's own Redis, so that an edge can use it as a tier.
 *
 *   POST /            ["SET","key","value"]         one command
 *   GET  /get/key                                   one command in the path; a POST's body is an argument, and so is the query
 *   POST /pipeline    [["SET",…],["GET",…]]         in their order, each for itself
 *   POST /multi-exec  the same                      all or nothing
 *
 * @see https://upstash.com/docs/redis/features/restapi
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type Redis, Command as RedisCommand } from 'ioredis';
import type { Request, Response } from '../http/listener.ts';
import { send } from '../http/reply.ts';
import type { RedisPool } from '../pools/redis.ts';
import { ALLOWED_COMMANDS, type Command } from './commands.ts';
import { type Asked, readRequest, targetOf, tokenOf } from './request.ts';

export interface RedisRest {
  /**
   * Answers, with 503 where Redis cannot be reached in time. Rejects only when the client has gone.
   * @param path below the mount point, with its query
   */
  handle(request: Request, response: Response, path: string): Promise<void>;
}

type Answer = { readonly result: unknown } | { readonly error: string };
interface Reply {
  readonly status: number;
  readonly body: Answer | readonly Answer[];
}
const SCORED: ReadonlySet<string> = new Set(['ZRANGE', 'ZRANGEBYSCORE']);

/** A reply of Redis as JSON has it. */
type Encode = (value: unknown) => unknown;

export interface RestOptions {
  /** Commands that may be given, in lower case. */
  readonly allowed?: ReadonlySet<string>;
  /** How long a request's body may take, in ms: a slow sender keeps nothing open. */
  readonly bodyMs?: number;
  /** Hears why a request could not be carried out: the client only learns that it was not. */
  readonly report?: (error: unknown) => void;
}

/** @param maxBytes of a request's body */
export function redisRest(
  pool: RedisPool,
  token: string,
  maxBytes: number,
  { allowed = ALLOWED_COMMANDS, bodyMs = 10_000, report = () => {} }: RestOptions = {},
): RedisRest {
  const wanted = digest(token);

  async function answer(request: Request, path: string): Promise<Reply> {
    const target = targetOf(path);
    // Digests are compared, so that neither the time nor the length tells anything.
    if (!timingSafeEqual(digest(tokenOf(request, target)), wanted)) return failed(401, 'Unauthorized');
    const asked = await readRequest(request, target, { maxBytes, bodyMs, allowed });
    if (asked.kind === 'refused') return failed(asked.status, asked.message);
    const encode = encoder(request.headers['upstash-encoding'] === 'base64' ? 'base64' : 'utf8');
    try {
      return await pool.use((redis) => carryOut(redis, asked, encode));
    } catch (error) {
      report(error);
      return failed(503, 'ERR Redis cannot be reached');
    }
  }

  return {
    async handle(request, response, path) {
      const { status, body } = await answer(request, path);
      // A body that still comes would hold the connection.
      if (status === 408) response.once('finish', () => request.destroy());
      send(response, status, 'application/json', JSON.stringify(body), status === 503 ? { 'retry-after': '1' } : {});
    },
  };
}

/** Rejects only when the connection fails. */
async function carryOut(redis: Redis, asked: Exclude<Asked, { kind: 'refused' }>, encode: Encode): Promise<Reply> {
  if (asked.kind === 'one') {
    const body = await answerOf(redis, asked.command, encode);
    return { status: 'error' in body ? 400 : 200, body };
  }
  if (asked.atomic) return transaction(redis, asked.commands, encode);
  // On one connection commands are carried out in the order in which they are sent.
  const body = await Promise.all(asked.commands.map((command) => answerOf(redis, command, encode)));
  return { status: 200, body };
}

async function answerOf(redis: Redis, [name, ...args]: Command, encode: Encode): Promise<Answer> {
  try {
    // Replies come as bytes: what is stored need not be text.
    const reply = await redis.sendCommand(new RedisCommand(name, args, { replyEncoding: null }));
    return { result: encode(flattened(name, reply)) };
  } catch (error) {
    if (isReply(error)) return { error: error.message };
    throw error;
  }
}

async function transaction(redis: Redis, commands: readonly Command[], encode: Encode): Promise<Reply> {
  const multi = redis.multi();
  for (const [name, ...args] of commands) multi.callBuffer(name, ...args);
  try {
    const results = (await multi.exec()) ?? [];
    const body = results.map(([error, reply], at): Answer => {
      if (error) return { error: error.message };
      return { result: encode(flattened(commands[at]?.[0] ?? '', reply)) };
    });
    return { status: 200, body };
  } catch (error) {
    if (isReply(error)) return failed(400, error.message);
    throw error;
  }
}

/** Redis's newer protocol (RESP3), which the pool may speak, nests members with their scores; Upstash's clients know the older. */
function flattened(name: string, reply: unknown): unknown {
  return Array.isArray(reply) && SCORED.has(name) ? reply.flat() : reply;
}

function encoder(encoding: 'base64' | 'utf8'): Encode {
  const encode: Encode = (value) => {
    if (Buffer.isBuffer(value)) return value.toString(encoding);
    if (typeof value === 'string') return Buffer.from(value).toString(encoding);
    if (Array.isArray(value)) return value.map(encode);
    return value ?? null;
  };
  return encode;
}

/** Redis's own refusal, as opposed to a connection that broke. */
function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

function failed(status: number, error: string): Reply {
  return { status, body: { error } };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
