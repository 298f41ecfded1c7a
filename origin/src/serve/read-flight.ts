/** One client reads a flight to its end: in the bytes as they come, at its own pace. */
import type { OutgoingHttpHeaders } from 'node:http';
import type { Flight, Reader } from '../coalesce/flight.ts';
import { streamError } from '../http/errors.ts';
import type { Response } from '../http/listener.ts';
import { sendFault, sendHead, write } from '../http/reply.ts';

/** @param headers computed once the origin has said its first word */
export async function readFlight(
  flight: Flight,
  reader: Reader,
  response: Response,
  path: string,
  headers: () => OutgoingHttpHeaders,
): Promise<void> {
  const leave = () => reader.leave();
  response.once('close', leave);
  try {
    const takeoff = await reader.takeoff();
    if (response.destroyed) return;
    if (takeoff.kind === 'fault') {
      sendFault(response, path, takeoff.fault, { ...headers(), ...takeoff.headers });
      return;
    }
    const streaming = isStream(takeoff.contentType);
    response.statusCode = takeoff.status;
    for (const [name, value] of Object.entries({ ...headers(), ...takeoff.headers }))
      if (value !== undefined) response.setHeader(name, value);
    response.setHeader('content-type', takeoff.contentType);
    if (streaming) sendHead(response);
    for (let chunk = await reader.next(); chunk !== undefined; chunk = await reader.next()) {
      const full = write(response, chunk);
      if (full !== undefined) await full;
    }
    if (flight.landing?.kind === 'broken') {
      // A cut document must not look like a whole one; a stream has a place for the error.
      if (streaming) response.end(streamError(path, takeoff.contentType, flight.landing.fault));
      else response.destroy();
    } else response.end();
  } finally {
    response.off('close', leave);
    leave();
  }
}

export function isStream(contentType: string): boolean {
  return contentType.startsWith('application/x-ndjson') || contentType.startsWith('text/event-stream');
}
