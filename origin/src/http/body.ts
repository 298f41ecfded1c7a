/** Reads a request's body whole, within a bound. */
import { type Fault, fault } from '../../../src/exchange/fault.ts';
import { isObject, type JsonObject } from '../../../src/exchange/json.ts';
import type { Request } from './listener.ts';

export type Body<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault };

async function readBody(request: Request, limit: number): Promise<Body<string>> {
  const tooLarge = { ok: false, fault: fault('too_large', `the request is larger than ${limit} bytes`) } as const;
  if (Number(request.headers['content-length'] ?? 0) > limit) return tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > limit) return tooLarge;
    chunks.push(chunk);
  }
  return { ok: true, value: Buffer.concat(chunks).toString('utf8') };
}

/** Rejects only when the client has gone. */
export async function readJson(request: Request, limit: number): Promise<Body<JsonObject>> {
  const body = await readBody(request, limit);
  if (!body.ok) return body;
  try {
    const value: unknown = JSON.parse(body.value);
    if (isObject(value)) return { ok: true, value };
    return { ok: false, fault: fault('invalid_request', 'the request body must be a JSON object') };
  } catch {
    return { ok: false, fault: fault('invalid_request', 'the request body is not valid JSON') };
  }
}
