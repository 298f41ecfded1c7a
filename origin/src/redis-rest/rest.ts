/**
 * Upstash's REST protocol over the operator's own Redis, so that an edge can use it as a tier.
 *
 *   POST /            ["SET","key","value"]         one command
 *   GET  /get/key                                   one command in the path; a POST's body is its last argument
 *   POST /pipeline    [["SET",…],["GET",…]]         each for itself
 *   POST /multi-exec  the same                      all or nothing
 *
 * @see https://upstash.com/docs/redis/features/restapi
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Command as RedisCommand } from 'ioredis';
import type { Request, Response } from '../http/listener.ts';
import { send } from '../http/reply.ts';
import type { RedisPool } from '../pools/redis.ts';
import { type Command, readCommand } from './commands.ts';

export interface RedisRest {
  /** @param path below the mount point, with its query */
  handle(request: Request, response: Response, path: string): Promise<void>;
}

const MAX_COMMANDS = 1_000;

type Answer = { readonly result: unknown } | { readonly error: string };
interface Reply {
  readonly status: number;
  readonly body: Answer | readonly Answer[];
}

export function redisRest(pool: RedisPool, token: string, maxBytes: number): RedisRest {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  const wanted = hash(token);

  function mayEnter(request: Request, query: URLSearchParams): boolean {
    const bearer = /^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    return timingSafeEqual(hash(bearer ?? query.get('_token') ?? ''), wanted);
  }

  async function answer(request: Request, path: string): Promise<Reply> {
    const [route = '', search = ''] = path.split('?', 2);
    if (!mayEnter(request, new URLSearchParams(search))) return failed(401, 'Unauthorized');
    if (request.method !== 'GET' && request.method !== 'POST') return failed(405, 'ERR only GET and POST');
    const body = request.method === 'POST' ? await readText(request, maxBytes) : '';
    if (body === undefined) return failed(413, 'ERR the body is too large');
    const encode = encoderFor(request.headers['upstash-encoding'] === 'base64');

    const segments = route.split('/').filter((part) => part !== '');
    const [first] = segments;
    if (request.method === 'POST' && (first === 'pipeline' || first === 'multi-exec')) {
      const commands = parsed(body);
      if (!Array.isArray(commands) || commands.length > MAX_COMMANDS)
        return failed(400, `ERR the body is a JSON array of at most ${MAX_COMMANDS} commands`);
      return many(commands, first === 'multi-exec', encode);
    }
    const words = first === undefined ? parsed(body) : [...segments.map(decode), ...(body === '' ? [] : [body])];
    const reading = readCommand(words);
    if (reading.kind === 'refused') return failed(400, reading.message);
    const result = await one(reading.command, encode);
    return { status: 'error' in result ? 400 : 200, body: result };
  }

  async function one([name, ...args]: Command, encode: (value: unknown) => unknown): Promise<Answer> {
    return pool.use(async (redis) => {
      try {
        return { result: encode(await redis.sendCommand(commandOf(name, args))) };
      } catch (error) {
        if (isReply(error)) return { error: error.message };
        throw error;
      }
    });
  }

  async function many(
    commands: readonly unknown[],
    atomic: boolean,
    encode: (value: unknown) => unknown,
  ): Promise<Reply> {
    const readings = commands.map(readCommand);
    const wrong = readings.find((reading) => reading.kind === 'refused');
    if (wrong?.kind === 'refused') return failed(400, wrong.message);
    const ready = readings.flatMap((reading) => (reading.kind === 'command' ? [reading.command] : []));
    if (!atomic) return { status: 200, body: await Promise.all(ready.map((command) => one(command, encode))) };

    return pool.use(async (redis) => {
      const transaction = redis.multi();
      for (const [name, ...args] of ready) transaction.callBuffer(name, ...args);
      try {
        const results = (await transaction.exec()) ?? [];
        return {
          status: 200,
          body: results.map(([error, value]) => (error ? { error: error.message } : { result: encode(value) })),
        };
      } catch (error) {
        if (isReply(error)) return failed(400, error.message);
        throw error;
      }
    });
  }

  return {
    async handle(request, response, path) {
      const { status, body } = await answer(request, path).catch(
        (): Reply => failed(503, 'ERR Redis cannot be reached'),
      );
      send(response, status, 'application/json', JSON.stringify(body), status === 503 ? { 'retry-after': '1' } : {});
    },
  };
}

/** Replies come as bytes: what is stored need not be text. */
function commandOf(name: string, args: string[]): RedisCommand {
  return new RedisCommand(name, args, { replyEncoding: null });
}

function failed(status: number, error: string): Reply {
  return { status, body: { error } };
}

/** Redis's own refusal, as opposed to a connection that broke. */
function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

function encoderFor(base64: boolean): (value: unknown) => unknown {
  const encode = (value: unknown): unknown => {
    if (Buffer.isBuffer(value)) return value.toString(base64 ? 'base64' : 'utf8');
    if (Array.isArray(value)) return value.map(encode);
    if (value instanceof Error) return { error: value.message };
    if (typeof value === 'string') return base64 ? Buffer.from(value).toString('base64') : value;
    return value ?? null;
  };
  return encode;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Undefined where it is longer than the limit. */
async function readText(request: Request, limit: number): Promise<string | undefined> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > limit) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
