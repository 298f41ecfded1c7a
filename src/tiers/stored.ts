/**
 * The stored form of an exchange: what every tier outside the isolate holds.
 *
 *   byte 0   version
 *   byte 1   flags: 1 the rest is compressed (deflate)
 *   then     4 bytes little-endian: length of the JSON; the JSON; the vector's bytes, if it is one
 */
import type { Content, Exchange } from '../exchange/exchange.ts';
import { isObject } from '../exchange/json.ts';

const VERSION = 1;
const COMPRESSED = 1;
/** Smaller entries gain nothing. */
const COMPRESS_FROM = 1024;

type VectorHead = { readonly kind: 'vector'; readonly promptTokens: number };

export async function encodeExchange(exchange: Exchange): Promise<Uint8Array<ArrayBuffer>> {
  const { content } = exchange;
  const vector = content.kind === 'vector' ? content.vector : new Float32Array(0);
  const head: Content | VectorHead =
    content.kind === 'vector' ? { kind: 'vector', promptTokens: content.promptTokens } : content;
  const json = new TextEncoder().encode(JSON.stringify({ ...exchange, content: head }));
  const plain = new Uint8Array(4 + json.byteLength + vector.byteLength);
  new DataView(plain.buffer).setUint32(0, json.byteLength, true);
  plain.set(json, 4);
  plain.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength), 4 + json.byteLength);
  if (plain.byteLength < COMPRESS_FROM) return framed(0, plain);
  return framed(COMPRESSED, await through(plain, new CompressionStream('deflate-raw')));
}

/** Undefined for bytes that are no exchange of this version: cut off, garbled, older or newer. Never rejects. */
export async function decodeExchange(bytes: Uint8Array): Promise<Exchange | undefined> {
  if (bytes.byteLength < 2 || bytes[0] !== VERSION) return undefined;
  try {
    const rest = bytes.subarray(2);
    const plain = bytes[1] === COMPRESSED ? await through(rest, new DecompressionStream('deflate-raw')) : rest;
    const length = new DataView(plain.buffer, plain.byteOffset, plain.byteLength).getUint32(0, true);
    const json = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plain.subarray(4, 4 + length));
    return revived(JSON.parse(json), plain.slice(4 + length));
  } catch {
    return undefined;
  }
}

function framed(flags: number, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2 + body.byteLength);
  bytes[0] = VERSION;
  bytes[1] = flags;
  bytes.set(body, 2);
  return bytes;
}

async function through(bytes: Uint8Array, transform: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const piped = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(transform);
  return new Uint8Array(await new Response(piped).arrayBuffer());
}

function revived(value: unknown, tail: Uint8Array): Exchange | undefined {
  if (!isObject(value) || typeof value.key !== 'string' || !isObject(value.content)) return undefined;
  if (typeof value.keepUntil !== 'number' || typeof value.freshUntil !== 'number') return undefined;
  const exchange = value as unknown as Exchange;
  if (exchange.content.kind !== 'vector') return exchange;
  const vector = new Float32Array(tail.buffer, tail.byteOffset, Math.floor(tail.byteLength / 4));
  return { ...exchange, content: { ...exchange.content, vector } };
}
