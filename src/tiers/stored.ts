/**
 * The stored form of an exchange: what every tier outside the isolate holds. Numbers are little-endian.
 *
 *   1 byte    version
 *   1 byte    form of the body: 0 plain, 1 compressed (raw deflate)
 *   body      4 bytes length of the JSON; the JSON; a vector's float32 values, if it is one
 *   4 bytes   CRC-32 of all bytes before
 */
import type { Exchange } from '../exchange/exchange.ts';
import { isObject } from '../exchange/json.ts';
import { crc32 } from './checksum.ts';

const VERSION = 1;
const PLAIN = 0;
const COMPRESSED = 1;
const HEAD = 2;
const CHECKSUM = 4;
/** Bodies shorter than this gain nothing. */
const COMPRESS_FROM = 1024;
/** What compresses to more than this part of itself (vectors are noise) is kept plain: each read would pay for the rest. */
const WORTHWHILE = 0.875;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

type Bytes = Uint8Array<ArrayBuffer>;

/** How much room an exchange takes in a tier, and would take plain; bytes. */
export interface Room {
  readonly bytes: number;
  readonly plainBytes: number;
}

const rooms = new WeakMap<Exchange, Room>();

/** Known once it was encoded. */
export function roomOf(exchange: Exchange): Room | undefined {
  return rooms.get(exchange);
}

export async function encodeExchange(exchange: Exchange): Promise<Bytes> {
  const body = bodyOf(exchange);
  const encoded = await smaller(body);
  rooms.set(exchange, { bytes: encoded.byteLength, plainBytes: HEAD + body.byteLength + CHECKSUM });
  return encoded;
}

async function smaller(body: Bytes): Promise<Bytes> {
  if (body.byteLength >= COMPRESS_FROM) {
    const compressed = await through(body, new CompressionStream('deflate-raw'));
    if (compressed.byteLength <= body.byteLength * WORTHWHILE) return sealed(COMPRESSED, compressed);
  }
  return sealed(PLAIN, body);
}

/** Undefined for bytes that are no exchange of this version: cut off, damaged, older or newer. Never rejects. */
export async function decodeExchange(bytes: Uint8Array): Promise<Exchange | undefined> {
  const [version, form] = bytes;
  if (version !== VERSION || (form !== PLAIN && form !== COMPRESSED) || bytes.byteLength < HEAD + CHECKSUM)
    return undefined;
  const end = bytes.byteLength - CHECKSUM;
  if (view(bytes).getUint32(end, true) !== crc32(bytes.subarray(0, end))) return undefined;
  try {
    const body = bytes.subarray(HEAD, end);
    return exchangeOf(form === COMPRESSED ? await through(body, new DecompressionStream('deflate-raw')) : body);
  } catch {
    return undefined;
  }
}

/** What a tier found under `key`: undefined where it cannot be read, belongs under another key, or is past its time. */
export async function decodeKept(bytes: Uint8Array, key: string, now: number): Promise<Exchange | undefined> {
  const exchange = await decodeExchange(bytes);
  return exchange?.key === key && exchange.keepUntil > now ? exchange : undefined;
}

function bodyOf(exchange: Exchange): Bytes {
  const { content } = exchange;
  const vector = content.kind === 'vector' ? content.vector : new Float32Array(0);
  const told = content.kind === 'vector' ? { kind: content.kind, promptTokens: content.promptTokens } : content;
  const json = encoder.encode(JSON.stringify({ ...exchange, content: told }));
  const body = new Uint8Array(4 + json.byteLength + vector.byteLength);
  view(body).setUint32(0, json.byteLength, true);
  body.set(json, 4);
  body.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength), 4 + json.byteLength);
  return body;
}

function exchangeOf(body: Uint8Array): Exchange | undefined {
  const jsonEnd = 4 + view(body).getUint32(0, true);
  const value: unknown = JSON.parse(decoder.decode(body.subarray(4, jsonEnd)));
  if (!isObject(value) || typeof value.key !== 'string' || !isObject(value.content)) return undefined;
  const exchange = value as unknown as Exchange;
  if (exchange.content.kind !== 'vector') return exchange;
  const vector = new Float32Array(body.slice(jsonEnd).buffer);
  return { ...exchange, content: { ...exchange.content, vector } };
}

function sealed(form: number, body: Uint8Array): Bytes {
  const bytes = new Uint8Array(HEAD + body.byteLength + CHECKSUM);
  bytes[0] = VERSION;
  bytes[1] = form;
  bytes.set(body, HEAD);
  const end = HEAD + body.byteLength;
  view(bytes).setUint32(end, crc32(bytes.subarray(0, end)), true);
  return bytes;
}

/** Written by hand: a pipe from a Blob or a Response costs a quarter more for small bodies. */
async function through(bytes: Uint8Array, transform: CompressionStream | DecompressionStream): Promise<Bytes> {
  const whole = new Response(transform.readable).arrayBuffer();
  const writer = transform.writable.getWriter();
  // What goes wrong here goes wrong on the reading side too, and is told there.
  const ignored = () => {};
  writer.write(bytes as Bytes).catch(ignored);
  writer.close().catch(ignored);
  return new Uint8Array(await whole);
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
