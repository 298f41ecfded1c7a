/** One client reads a flight to its end, at its own pace: the bytes as they come, or rendered for its own API. */
import type { OutgoingHttpHeaders } from 'node:http';
import type { Dialect, View } from '../../../src/dialects/dialect.ts';
import { collectAnswer } from '../../../src/exchange/collect.ts';
import type { Flight, Reader, Takeoff } from '../coalesce/flight.ts';
import { streamError } from '../http/errors.ts';
import type { Response } from '../http/listener.ts';
import { isStream, send, sendFault, write } from '../http/reply.ts';
import { BROKE_OFF } from '../ollama/fault.ts';

/** How a reader takes what is generated for another API, model name or form than its own. */
export interface Translation {
  /** Whose bytes the flight carries. */
  readonly from: Dialect;
  readonly to: Dialect;
  readonly view: View;
}

type Answering = Extract<Takeoff, { kind: 'answering' }>;

/** @param headers, translationFor asked once the origin has said its first word */
export async function readFlight(
  flight: Flight,
  reader: Reader,
  response: Response,
  path: string,
  headers: () => OutgoingHttpHeaders,
  translationFor: () => Translation | undefined,
): Promise<void> {
  const leave = () => reader.leave();
  response.once('close', leave);
  try {
    const takeoff = await reader.takeoff();
    if (response.destroyed) return;
    const translation = translationFor();
    const all = Object.assign({}, headers(), takeoff.headers);
    if (takeoff.kind === 'fault') sendFault(response, path, takeoff.fault, all);
    else if (translation === undefined) await relay(flight, reader, response, path, takeoff, all);
    else await translate(flight, reader, response, path, takeoff, all, translation);
  } finally {
    response.off('close', leave);
    leave();
  }
}

async function relay(
  flight: Flight,
  reader: Reader,
  response: Response,
  path: string,
  { status, contentType }: Answering,
  headers: OutgoingHttpHeaders,
): Promise<void> {
  const streaming = isStream(contentType);
  begin(response, status, contentType, headers);
  for (let chunk = await reader.next(); chunk !== undefined; chunk = await reader.next()) {
    const full = write(response, chunk);
    if (full !== undefined) await full;
  }
  if (flight.landing?.kind !== 'broken') response.end();
  // A cut document must not look like a whole one; a stream has a place for the error.
  else if (streaming) response.end(streamError(path, contentType, flight.landing.fault));
  else response.destroy();
}

async function translate(
  flight: Flight,
  reader: Reader,
  response: Response,
  path: string,
  takeoff: Answering,
  headers: OutgoingHttpHeaders,
  { from, to, view }: Translation,
): Promise<void> {
  const decoder = from.decoder(isStream(takeoff.contentType));
  const collector = collectAnswer();
  const renderer = view.stream ? to.streamRenderer(view) : undefined;
  const text = new TextDecoder();
  let done = false;
  if (renderer) begin(response, 200, to.streamType, headers);

  async function take(deltas: ReturnType<typeof decoder.push>): Promise<void> {
    let written = '';
    for (const delta of deltas) {
      collector.add(delta);
      done ||= delta.kind === 'done' || delta.kind === 'fault';
      written += renderer?.write(delta) ?? '';
    }
    const full = written === '' ? undefined : write(response, written);
    if (full !== undefined) await full;
  }
  for (let chunk = await reader.next(); chunk !== undefined; chunk = await reader.next())
    await take(decoder.push(text.decode(chunk, { stream: true })));
  await take([...decoder.push(text.decode()), ...decoder.end()]);
  const broken = flight.landing?.kind === 'broken' ? flight.landing.fault : BROKE_OFF;
  if (renderer) {
    if (!done) await take([{ kind: 'fault', fault: broken }]);
    response.end();
    return;
  }
  const collected = collector.finish();
  if (collected.kind === 'complete' || collected.kind === 'uncacheable')
    send(response, 200, 'application/json', to.renderJson(collected.answer, view), headers);
  else sendFault(response, path, collected.kind === 'failed' ? collected.fault : broken, headers);
}

/** The head leaves with the first piece, which is there already: one packet instead of two. */
function begin(response: Response, status: number, contentType: string, headers: OutgoingHttpHeaders): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
  response.setHeader('content-type', contentType);
}
