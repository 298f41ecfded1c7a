/** Downloads a large file: to a `.part` beside it first, continued where an earlier try ended, checked, then moved into place. */
import {
  closeSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface Progress {
  readonly bytes: number;
  /** Undefined where the server does not say. */
  readonly total: number | undefined;
}

export type Downloaded =
  | { readonly ok: true; readonly bytes: number }
  | { readonly ok: false; readonly why: string; readonly offline: boolean };

/** Of every GGUF file. */
const MAGIC = 'GGUF';
const NO_ANSWER_MS = 20_000;

/** `told` hears of the bytes that are there, again and again. Never rejects. */
export async function download(url: string, path: string, told: (progress: Progress) => void): Promise<Downloaded> {
  const part = `${path}.part`;
  mkdirSync(dirname(path), { recursive: true });
  const had = existsSync(part) ? statSync(part).size : 0;
  const unanswered = new AbortController();
  const patience = setTimeout(() => unanswered.abort(new Error('no answer')), NO_ANSWER_MS);
  let response: Response;
  try {
    const headers = had > 0 ? { range: `bytes=${had}-` } : {};
    response = await fetch(url, { headers, signal: unanswered.signal });
  } catch (error) {
    return { ok: false, offline: true, why: `${new URL(url).host} cannot be reached (${causeOf(error)})` };
  } finally {
    clearTimeout(patience);
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    // What is there may be longer than the file is now.
    if (response.status === 416) rmSync(part, { force: true });
    return { ok: false, offline: false, why: `${url} answered ${response.status}` };
  }
  const from = response.status === 206 ? had : 0;
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  const total = Number.isFinite(length) ? from + length : undefined;
  let bytes = from;
  const count = new Transform({
    transform(piece: Buffer, _encoding, done) {
      bytes += piece.length;
      told({ bytes, total });
      done(null, piece);
    },
  });
  try {
    await pipeline(
      response.body as unknown as AsyncIterable<Uint8Array>,
      count,
      createWriteStream(part, { flags: from > 0 ? 'a' : 'w' }),
    );
  } catch (error) {
    return { ok: false, offline: false, why: `the download was cut (${causeOf(error)}): run it again to go on` };
  }
  if (total !== undefined && bytes !== total)
    return { ok: false, offline: false, why: `${bytes} of ${total} bytes came: run it again to go on` };
  if (beginningOf(part) !== MAGIC) {
    rmSync(part);
    return { ok: false, offline: false, why: `${url} is no GGUF file` };
  }
  renameSync(part, path);
  return { ok: true, bytes };
}

function beginningOf(path: string): string {
  const head = Buffer.alloc(MAGIC.length);
  const file = openSync(path, 'r');
  readSync(file, head);
  closeSync(file);
  return head.toString('latin1');
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
