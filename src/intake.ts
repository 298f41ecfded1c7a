/** Intake: a request's body as text, within the limit, whatever encoding it came in. */
import { Decompress } from 'fzstd';
import { type Fault, fault } from './exchange/fault.ts';

export type Intake = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly fault: Fault };

/** As Ollama itself: compressed bodies are for the /v1 routes. */
export async function readBody(request: Request, limit: number, compressedAllowed: boolean): Promise<Intake> {
  const tooLarge = { ok: false, fault: fault('too_large', `request body is larger than ${limit} bytes`) } as const;
  const length = request.headers.get('content-length');
  if (length !== null && Number(length) > limit) {
    await discard(request.body);
    return tooLarge;
  }

  const encoding = (request.headers.get('content-encoding') ?? 'identity').trim().toLowerCase();
  // A length that is known is kept by the runtime. Touching `body` makes a stream of it, which costs more than all the rest.
  if (encoding === 'identity' && length !== null) return { ok: true, text: await request.text() };
  if (request.body === null) return { ok: true, text: '' };
  if (encoding === 'identity') return bounded(request.body);
  if (!compressedAllowed || (encoding !== 'gzip' && encoding !== 'zstd')) {
    const accepted = compressedAllowed ? 'identity, gzip and zstd are' : 'only identity is';
    return { ok: false, fault: fault('unsupported_encoding', `content encoding is not supported here: ${accepted}`) };
  }
  const plain = request.body.pipeThrough(encoding === 'gzip' ? new DecompressionStream('gzip') : zstd());
  return bounded(plain).catch(() => ({
    ok: false,
    fault: fault('invalid_request', `request body is not valid ${encoding}`),
  }));

  async function bounded(body: ReadableStream<Uint8Array>): Promise<Intake> {
    const decoder = new TextDecoder();
    let text = '';
    let bytes = 0;
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      if (bytes <= limit) text += decoder.decode(chunk, { stream: true });
      // What unfolds from a compressed body is not waited for.
      else if (encoding !== 'identity' || bytes > MOST_DISCARDED) break;
    }
    if (bytes > limit) return tooLarge;
    return { ok: true, text: text + decoder.decode() };
  }
}

/** Most bytes that are read only to be thrown away. */
const MOST_DISCARDED = 32 * 1024 * 1024;

/** Many clients send all of their body before they look for an answer, and see none where the connection is closed meanwhile. */
async function discard(body: ReadableStream<Uint8Array> | null): Promise<void> {
  if (body === null) return;
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      if (bytes > MOST_DISCARDED) return;
    }
  } catch {
    // It has gone.
  }
}

/** Decompresses a piece at a time, so that a small body that unfolds into a huge one stops at the limit. */
function zstd(): TransformStream<Uint8Array, Uint8Array> {
  let stream: Decompress;
  return new TransformStream({
    start(controller) {
      stream = new Decompress((piece) => controller.enqueue(piece));
    },
    transform(chunk) {
      stream.push(chunk);
    },
    flush() {
      stream.push(new Uint8Array(0), true);
    },
  });
}
