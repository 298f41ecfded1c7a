/** Writing an answer: faults in the route's shape, whole documents, and streams that go at the client's pace. */
import type { OutgoingHttpHeaders } from 'node:http';
import type { Fault } from '../../../src/exchange/fault.ts';
import { errorBody } from './errors.ts';
import type { Response } from './listener.ts';

export function sendFault(response: Response, path: string, fault: Fault, headers: OutgoingHttpHeaders = {}): void {
  const retry = fault.retryAfter === undefined ? {} : { 'retry-after': Math.max(1, Math.ceil(fault.retryAfter)) };
  send(response, fault.status, 'application/json', errorBody(path, fault), Object.assign({}, headers, retry));
}

export function send(
  response: Response,
  status: number,
  contentType: string,
  body: string | Uint8Array,
  headers: OutgoingHttpHeaders = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  response.statusCode = status;
  for (const [name, value] of Object.entries({ ...headers, 'content-type': contentType, 'content-length': length }))
    if (value !== undefined) response.setHeader(name, value);
  if (response.req.method === 'HEAD') response.end();
  else response.end(body);
}

/** Resolves when the client has taken what was written, or has gone. */
export function write(response: Response, chunk: Uint8Array | string): Promise<void> | undefined {
  if (response.destroyed) return undefined;
  // The two kinds of response declare `write` apart; Buffer and string are common to both.
  const taken = (response.write as (chunk: Uint8Array | string) => boolean).call(response, chunk);
  if (taken) return undefined;
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

export function isStream(contentType: string): boolean {
  return contentType.startsWith('application/x-ndjson') || contentType.startsWith('text/event-stream');
}
