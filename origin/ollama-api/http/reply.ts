/** Answers and bodies as Go's HTTP server has them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { zstdDecompressSync } from 'node:zlib';

export const JSON_UTF8 = { 'content-type': 'application/json; charset=utf-8' } as const;
export const JSON_PLAIN = { 'content-type': 'application/json' } as const;

/** Go's buffer: what fits has a content-length, what does not is chunked. */
const BUFFERED = 2_048;
const LARGEST_DECOMPRESSED = 20 * 1024 * 1024;

export function reply(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  text: string,
): void {
  if (response.destroyed) return;
  const length = Buffer.byteLength(text);
  if (length <= BUFFERED) {
    response.writeHead(status, { ...headers, 'content-length': String(length) }).end(text);
    return;
  }
  response.writeHead(status, headers);
  response.write(text);
  response.end();
}

/** The body as text; zstd is undone where the route undoes it. */
export async function readBody(request: IncomingMessage, compressed: boolean): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  const body = Buffer.concat(pieces);
  const zstd = compressed && request.headers['content-encoding'] === 'zstd';
  return (zstd ? zstdDecompressSync(body, { maxOutputLength: LARGEST_DECOMPRESSED }) : body).toString('utf8');
}
