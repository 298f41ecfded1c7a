/**
 * The pump: reads one origin answer into a flight, and says at its end what was generated. It runs in the request that began
 * the flight, outlives that request's own client as long as somebody reads, and is stopped when nobody does.
 */
import type { Decoder } from '../dialects/dialect.ts';
import { collectAnswer } from '../exchange/collect.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { fault } from '../exchange/fault.ts';
import { ANSWER_AGE, EXCHANGE_TYPE } from '../origin/client.ts';
import { refusalOf } from '../origin/refusal.ts';
import { decodeExchange } from '../tiers/stored.ts';
import type { Flight, Landing, Pump } from './flight.ts';

const BEAT_MS = 200;

export interface PumpOptions {
  /**
   * Asks the origin. May reject.
   * @param past whether it must not answer from its disk
   */
  readonly open: (signal: AbortSignal, past: boolean) => Promise<Response>;
  /** Whether what the origin's disk has may be used. */
  readonly usable: (exchange: Exchange) => boolean;
  readonly decoder: (streaming: boolean) => Decoder;
  /** Longest silence within the stream, ms. */
  readonly idleTimeoutMs: number;
  /** Longest wait for the first byte, ms. */
  readonly openTimeoutMs: number;
  /** Nobody reads any more, and the origin is about to be told: from here on nobody may join. */
  readonly abandoned: () => void;
}

const STREAM_TYPES = /^(application\/x-ndjson|text\/event-stream)\b/;

/**
 * Never rejects: whatever happens becomes the flight's landing. A flight that was already partly written (its first pump died)
 * is continued: the origin coalesces equal prompts, so the bytes begin again from the start and those already there are skipped.
 */
export async function pumpFlight(flight: Flight, options: PumpOptions): Promise<Landing> {
  const pump = flight.pump();
  const abort = new AbortController();
  const silence = createSilence();
  let limit = options.openTimeoutMs;
  const beat = setInterval(() => {
    pump.beat();
    if (pump.abandoned()) {
      options.abandoned();
      abort.abort('abandoned');
    } else if (silence.grown() > limit) abort.abort('timeout');
  }, BEAT_MS);

  const landing = await fill().catch((): Landing => {
    if (abort.signal.reason === 'abandoned' || flight.takeoff !== undefined) return { kind: 'truncated' };
    const reason =
      abort.signal.reason === 'timeout'
        ? fault('timeout', 'the origin did not answer in time')
        : fault('bad_gateway', 'the origin cannot be reached');
    pump.takeOff({ kind: 'fault', fault: reason });
    return { kind: 'failed', fault: reason };
  });
  clearInterval(beat);
  pump.land(landing);
  return landing;

  async function fill(): Promise<Landing> {
    let openedAt = Date.now();
    let response = await options.open(abort.signal, false);
    if (response.ok && response.headers.get('content-type') === EXCHANGE_TYPE) {
      const exchange = await readExchange(response, openedAt);
      if (exchange !== undefined && options.usable(exchange)) {
        pump.takeOff({ kind: 'found', exchange, headers: response.headers });
        return { kind: 'found', exchange };
      }
      openedAt = Date.now();
      response = await options.open(abort.signal, true);
    }
    silence.broken();
    limit = options.idleTimeoutMs;
    if (!response.ok || response.body === null) return refuse(pump, response);
    const { headers } = response;
    const contentType = headers.get('content-type') ?? '';
    const streaming = STREAM_TYPES.test(contentType);
    const begunAt = openedAt - ageIn(headers);
    pump.takeOff({ kind: 'answering', contentType, streaming, headers, begunAt });

    const decoder = options.decoder(streaming);
    const collector = collectAnswer();
    const text = new TextDecoder();
    let skip = flight.written;
    const reader = response.body.getReader();
    let ended = false;
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      silence.broken();
      let unreadable = false;
      for (const delta of decoder.push(text.decode(step.value, { stream: true }))) {
        collector.add(delta);
        ended ||= delta.kind === 'done';
        unreadable ||= delta.kind === 'fault' && delta.fault.kind === 'bad_gateway';
      }
      // What makes no sense is passed on to nobody.
      if (unreadable) {
        void reader.cancel().catch(() => undefined);
        break;
      }
      if (skip < step.value.byteLength) pump.push(skip > 0 ? step.value.subarray(skip) : step.value);
      skip = Math.max(0, skip - step.value.byteLength);
      // The answer is whole with its terminal event: whoever asks next finds it, though the connection is still open.
      if (ended) {
        void drain(reader);
        break;
      }
      limit = Number.POSITIVE_INFINITY;
      await pump.drained();
      silence.broken();
      limit = options.idleTimeoutMs;
    }
    for (const delta of [...decoder.push(text.decode()), ...decoder.end()]) collector.add(delta);
    return collector.finish();
  }
}

/** Longer steps of the clock than this are no time that passed: it was set, or the machine slept. */
const LONGEST_STEP_MS = 10 * BEAT_MS;

/** How long the origin has said nothing, ms: added up beat by beat, so that a clock that jumps ends nobody's answer. */
function createSilence() {
  let seen = Date.now();
  let ms = 0;
  return {
    /** What it is by now; call at each beat. */
    grown(): number {
      const now = Date.now();
      ms += Math.min(Math.max(0, now - seen), LONGEST_STEP_MS);
      seen = now;
      return ms;
    },
    broken(): void {
      seen = Date.now();
      ms = 0;
    },
  };
}

/** Reads to the end what has nothing more to say, so that the connection can serve again. */
async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  try {
    while (!(await reader.read()).done);
  } catch {
    // Closed by the other side: just as well.
  }
}

/**
 * What the sidecar had on disk, dated by this clock; undefined where it cannot be read. Where its answer comes from is told as an
 * age, not as a time, so that a purge holds whatever the sidecar's clock says.
 */
async function readExchange(response: Response, openedAt: number): Promise<Exchange | undefined> {
  const exchange = await decodeExchange(new Uint8Array(await response.arrayBuffer()));
  const told = response.headers.has(ANSWER_AGE);
  return exchange && told ? { ...exchange, storedAt: openedAt - ageIn(response.headers) } : exchange;
}

/** How long before the request its generation had begun, ms. */
function ageIn(headers: Headers): number {
  const age = Number(headers.get(ANSWER_AGE) ?? 0);
  return Number.isFinite(age) ? Math.max(0, age) : 0;
}

/** An origin's error, as a fault with its status and its own words. */
async function refuse(pump: Pump, response: Response): Promise<Landing> {
  const reason = refusalOf(response, await response.text().catch(() => ''));
  pump.takeOff({ kind: 'fault', fault: reason });
  return { kind: 'failed', fault: reason };
}
