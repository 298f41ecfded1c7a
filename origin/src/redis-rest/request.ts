/** What an Upstash REST request asks for: its token, its commands; read from path, query and body. */
import type { Request } from '../http/listener.ts';
import { type Command, readCommand } from './commands.ts';

export type Asked =
  | { readonly kind: 'one'; readonly command: Command }
  /** `atomic`: all or nothing. */
  | { readonly kind: 'many'; readonly commands: readonly Command[]; readonly atomic: boolean }
  | Refusal;

export interface Refusal {
  readonly kind: 'refused';
  readonly status: number;
  readonly message: string;
}

export interface Target {
  /** Still percent-encoded, without empty ones. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
}

export interface Limits {
  readonly maxBytes: number;
  readonly bodyMs: number;
  /** Commands, in lower case. */
  readonly allowed: ReadonlySet<string>;
}

/** In one pipeline or transaction. */
const MAX_COMMANDS = 1_000;

/** @param path below the mount point, with its query */
export function targetOf(path: string): Target {
  const mark = path.indexOf('?');
  const route = mark < 0 ? path : path.slice(0, mark);
  return {
    segments: route.split('/').filter((part) => part !== ''),
    query: new URLSearchParams(mark < 0 ? '' : path.slice(mark)),
  };
}

/** The bearer token, or `_token` of the query. */
export function tokenOf(request: Request, { query }: Target): string {
  return /^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? query.get('_token') ?? '';
}

/** Rejects only when the client has gone. */
export async function readRequest(
  request: Request,
  target: Target,
  { maxBytes, bodyMs, allowed }: Limits,
): Promise<Asked> {
  if (request.method !== 'GET' && request.method !== 'POST') return refused(405, 'ERR only GET and POST');
  const body = request.method === 'POST' ? await readBody(request, maxBytes, bodyMs) : Buffer.alloc(0);
  if (!Buffer.isBuffer(body)) return body;

  const [first] = target.segments;
  if (request.method === 'POST' && (first === 'pipeline' || first === 'multi-exec')) {
    const values = parsed(body);
    if (!Array.isArray(values) || values.length > MAX_COMMANDS)
      return refused(400, `ERR the body is a JSON array of at most ${MAX_COMMANDS} commands`);
    const commands: Command[] = [];
    for (const value of values as readonly unknown[]) {
      const reading = readCommand(value, allowed);
      if (reading.kind === 'refused') return refused(400, reading.message);
      commands.push(reading.command);
    }
    return { kind: 'many', commands, atomic: first === 'multi-exec' };
  }
  const words = first === undefined ? parsed(body) : wordsOf(target, body);
  if (words === undefined) return refused(400, 'ERR neither the path nor the body is a command');
  const reading = readCommand(words, allowed);
  return reading.kind === 'refused' ? refused(400, reading.message) : { kind: 'one', command: reading.command };
}

/** `/set/key?EX=60` with a body is `SET key <body> EX 60`: the body keeps its bytes. Undefined for a garbled path. */
function wordsOf({ segments, query }: Target, body: Buffer): readonly (string | Buffer)[] | undefined {
  try {
    const words: (string | Buffer)[] = segments.map(decodeURIComponent);
    if (body.byteLength > 0) words.push(body);
    for (const [name, value] of query) if (name !== '_token') words.push(name, ...(value === '' ? [] : [value]));
    return words;
  } catch {
    return undefined;
  }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

async function readBody(request: Request, limit: number, patienceMs: number): Promise<Buffer | Refusal> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Refusal>((resolve) => {
    timer = setTimeout(() => resolve(refused(408, 'ERR the body did not come in time')), patienceMs);
  });
  try {
    return await Promise.race([wholeBody(request, limit), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function wholeBody(request: Request, limit: number): Promise<Buffer | Refusal> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > limit) return refused(413, `ERR the body is larger than ${limit} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function refused(status: number, message: string): Refusal {
  return { kind: 'refused', status, message };
}
