/** Respond: what is found or flying becomes the client's response, in its own dialect. */
import type { Dialect, View } from './dialects/dialect.ts';
import type { Answer } from './exchange/answer.ts';
import type { Exchange } from './exchange/exchange.ts';
import { type Fault, fault } from './exchange/fault.ts';
import { deltasOf, type Flight, type Landing, type Reader, type Takeoff } from './flight/flight.ts';
import type { Outcome } from './observe.ts';
import type { HeaderFields, Trail } from './trail.ts';

export const JSON_TYPE = 'application/json; charset=utf-8';
const CUT_OFF = fault('bad_gateway', 'the answer was cut off before its end');

/** How one client is to be answered. */
export interface Manner {
  readonly dialect: Dialect;
  /** Undefined for an opaque request: it is answered with the origin's own bytes. */
  readonly view: View | undefined;
  readonly trail: Trail;
}

export function faultResponse(
  dialect: Pick<Dialect, 'errorBody'>,
  reason: Fault,
  headers: HeaderFields = {},
): Response {
  headers['content-type'] = JSON_TYPE;
  if (reason.retryAfter !== undefined) headers['retry-after'] = String(Math.ceil(reason.retryAfter));
  if (reason.kind === 'unauthorized') headers['www-authenticate'] = 'Bearer';
  return new Response(dialect.errorBody(reason), { status: reason.status, headers });
}

/** A stored exchange, rendered. */
export function storedResponse(exchange: Exchange, outcome: Outcome, manner: Manner, upstream?: Headers): Response {
  const { dialect, view, trail } = manner;
  const { content } = exchange;
  let body: string;
  let contentType: string;
  if (content.kind === 'raw') {
    body = content.body;
    contentType = content.contentType;
  } else if (content.kind === 'answer' && view !== undefined) {
    body = view.stream ? dialect.renderStream(content.answer, view) : dialect.renderJson(content.answer, view);
    contentType = view.stream ? dialect.streamType : JSON_TYPE;
  } else {
    return faultResponse(dialect, fault('internal', 'stored answer is of another kind'), trail.headers('MISS'));
  }
  trail.step('render');
  if (content.kind === 'answer') tellAnswer(content.answer, outcome, trail);
  if (upstream !== undefined) trail.tell({ tier: 'disk' });
  const headers = trail.headers(outcome, upstream);
  headers['content-type'] = contentType;
  headers.age = String(Math.max(0, Math.floor((Date.now() - exchange.storedAt) / 1000)));
  return wholeBody(body, headers, trail);
}

function wholeBody(text: string, headers: HeaderFields, trail: Trail): Response {
  const bytes = encoder.encode(text);
  trail.sent(bytes.byteLength);
  return new Response(bytes, { headers });
}

/** What it holds, and what of it was saved: a stale answer saves waiting, but it is generated again. */
function tellAnswer({ usage, timing }: Answer, outcome: Outcome, trail: Trail): void {
  const saved = outcome === 'HIT' || outcome === 'SEMANTIC' || outcome === 'JOINED';
  trail.tell(saved ? { usage, saved: { ...usage, ms: Math.max(0, timing.total - timing.load) / 1e6 } } : { usage });
}

/** How the generation went, for whoever read it to its end. */
function tellLanding(landing: Landing | undefined, outcome: Outcome, trail: Trail): void {
  if (landing?.kind === 'complete' || landing?.kind === 'uncacheable') tellAnswer(landing.answer, outcome, trail);
  else if (landing?.kind === 'failed') trail.tell({ fault: landing.fault.kind });
  else if (landing?.kind === 'truncated') trail.tell({ fault: CUT_OFF.kind });
}

/** A generation in the air that has taken off, as its bytes come. */
export function flightResponse(
  flight: Flight,
  reader: Reader,
  takeoff: Extract<Takeoff, { kind: 'answering' }>,
  outcome: Outcome,
  manner: Manner,
): Response | Promise<Response> {
  const { dialect, view, trail } = manner;
  const body = (pieces: AsyncGenerator<Uint8Array>) =>
    streamOf(pieces, reader, trail, () => tellLanding(flight.landing, outcome, trail));
  if (view === undefined) {
    const headers = trail.headers(outcome, takeoff.headers);
    headers['content-type'] = takeoff.contentType;
    return new Response(body(relayed(reader, flight, undefined, undefined)), { headers });
  }
  if (!view.stream) return wholeResponse(flight, reader, takeoff, outcome, manner, view);

  const sameWire = takeoff.streaming && flight.wire.dialect.name === dialect.name && flight.wire.model === view.model;
  const pieces = sameWire ? relayed(reader, flight, dialect, view) : rendered(reader, flight, takeoff, manner, view);
  const headers = trail.headers(outcome, takeoff.headers);
  headers['content-type'] = dialect.streamType;
  return new Response(body(pieces), { headers });
}

async function wholeResponse(
  flight: Flight,
  reader: Reader,
  takeoff: Extract<Takeoff, { kind: 'answering' }>,
  outcome: Outcome,
  { dialect, trail }: Manner,
  view: View,
): Promise<Response> {
  await reader.over();
  reader.leave();
  trail.step('generation');
  const landing: Landing = flight.landing ?? { kind: 'truncated' };
  tellLanding(landing, outcome, trail);
  const headers = trail.headers(outcome, takeoff.headers);
  headers['content-type'] = JSON_TYPE;
  if (landing.kind === 'complete' || landing.kind === 'uncacheable')
    return wholeBody(dialect.renderJson(landing.answer, view), headers, trail);
  return faultResponse(dialect, landing.kind === 'failed' ? landing.fault : CUT_OFF, headers);
}

/** The origin's own bytes, whole frames at a time; where they were cut, the dialect's error comes after the last whole one. */
async function* relayed(
  reader: Reader,
  flight: Flight,
  dialect: Dialect | undefined,
  view: View | undefined,
): AsyncGenerator<Uint8Array> {
  if (dialect === undefined || view === undefined) {
    for (let chunk = await reader.next(); chunk !== undefined; chunk = await reader.next()) yield chunk;
    return;
  }
  const relay = dialect.relay(view);
  const decoder = new TextDecoder();
  const frames = wholeFrames(dialect.streamType === 'application/x-ndjson' ? 1 : 2);
  for (let chunk = await reader.next(); chunk !== undefined; chunk = await reader.next()) {
    if (relay === undefined) yield* frames.push(chunk);
    else yield encode(relay.push(decoder.decode(chunk, { stream: true })));
  }
  const unsaid = unsaidFault(flight.landing);
  if (unsaid === undefined) yield* frames.rest();
  else yield encode(dialect.streamRenderer(view).write({ kind: 'fault', fault: unsaid }));
}

/** What went wrong that the origin's own bytes do not say: they were cut off, or make no sense. */
function unsaidFault(landing: Landing | undefined): Fault | undefined {
  if (landing?.kind === 'truncated') return CUT_OFF;
  return landing?.kind === 'failed' && landing.fault.kind === 'bad_gateway' ? landing.fault : undefined;
}

const LINE_FEED = 10;

/** Holds back what follows the last frame's end. A frame ends with this many line feeds in a row. */
function wholeFrames(lineFeeds: number) {
  let held: readonly Uint8Array[] = [];
  return {
    *push(chunk: Uint8Array): Generator<Uint8Array> {
      let end = chunk.length;
      // A frame end that is cut in two is found with the next chunk: origins write whole frames.
      while (end > 0 && !(chunk[end - 1] === LINE_FEED && (lineFeeds === 1 || chunk[end - 2] === LINE_FEED))) end -= 1;
      if (end === 0) {
        held = [...held, chunk];
        return;
      }
      yield* held;
      held = end < chunk.length ? [chunk.subarray(end)] : [];
      yield end < chunk.length ? chunk.subarray(0, end) : chunk;
    },
    *rest(): Generator<Uint8Array> {
      yield* held;
      held = [];
    },
  };
}

/** The same generation in another dialect than the one it was asked for in. */
async function* rendered(
  reader: Reader,
  flight: Flight,
  takeoff: Extract<Takeoff, { kind: 'answering' }>,
  { dialect }: Manner,
  view: View,
): AsyncGenerator<Uint8Array> {
  const renderer = dialect.streamRenderer(view);
  const source = flight.wire.dialect.decoder(takeoff.streaming);
  let ended = false;
  for await (const delta of deltasOf(reader, source)) {
    ended ||= delta.kind === 'done' || delta.kind === 'fault';
    yield encode(renderer.write(delta));
  }
  if (!ended) yield encode(renderer.write({ kind: 'fault', fault: CUT_OFF }));
}

const encoder = new TextEncoder();
const encode = (text: string) => encoder.encode(text);

/** Pulled by the client: nothing is read ahead of it but what the flight already holds. */
function streamOf(
  pieces: AsyncGenerator<Uint8Array>,
  reader: Reader,
  trail: Trail,
  atEnd: () => void,
): ReadableStream<Uint8Array> {
  trail.streams();
  return new ReadableStream(
    {
      async pull(controller) {
        for (;;) {
          const step = await pieces.next();
          if (step.done) {
            reader.leave();
            controller.close();
            atEnd();
            trail.ended();
            return;
          }
          if (step.value.byteLength > 0) {
            controller.enqueue(step.value);
            trail.sent(step.value.byteLength);
            return;
          }
        }
      },
      cancel() {
        reader.leave();
        trail.ended('cancelled');
      },
    },
    { highWaterMark: 0 },
  );
}
