/** The recordings of a real Ollama, sent again to another one. */
import { readdirSync, readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join, resolve } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';

export interface Recording {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: unknown;
    readonly text?: string;
  };
  readonly response: Answer;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  readonly lines?: readonly string[];
  readonly events?: readonly string[];
}

const root = resolve(import.meta.dirname, '../golden/ollama');

export function recordings(): Recording[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.json'))
    .sort()
    .map((path) => ({ name: path.slice(0, -'.json'.length), ...JSON.parse(readFileSync(join(root, path), 'utf8')) }));
}

function bodyOf({ body, text, headers }: Recording['request']): Buffer | undefined {
  const plain = text ?? (body === undefined || body === null ? undefined : JSON.stringify(body));
  if (plain === undefined) return undefined;
  if (headers['content-encoding'] === 'zstd') return zstdCompressSync(plain);
  return headers['content-encoding'] === 'gzip' ? gzipSync(plain) : Buffer.from(plain);
}

/** Sends what was sent then; the Host of a recording is kept. */
export async function resend(url: string, { request }: Recording): Promise<Answer> {
  const body = bodyOf(request);
  return await new Promise((done, fail) => {
    const sent = httpRequest(
      `${url}${request.path}`,
      { method: request.method, headers: { ...request.headers, 'content-length': body?.length ?? 0 } },
      (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.once('error', fail);
        response.once('end', () => {
          const text = Buffer.concat(pieces).toString('utf8');
          const headers = response.headers as Answer['headers'];
          const status = response.statusCode ?? 0;
          const type = headers['content-type'] ?? '';
          if (type.startsWith('application/x-ndjson')) done({ status, headers, lines: text.split('\n').slice(0, -1) });
          else if (type.startsWith('text/event-stream'))
            done({ status, headers, events: text.split('\n\n').slice(0, -1) });
          else done({ status, headers, body: text });
        });
      },
    );
    sent.once('error', fail);
    sent.end(body);
  });
}
