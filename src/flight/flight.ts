/**
 * Flight: one generation in the air. The request that began it pumps the origin's bytes in; every reader takes what has been
 * written so far at its own pace, then the rest as it comes.
 *
 * In a Worker each request may only do I/O of its own, so a reader never touches the pump's stream: it reads this buffer, and
 * keeps a timer of its own running so that the runtime sees it alive while it waits for another request's bytes.
 *
 * A promise that another request settles brings its waiter back into the waiter's own request only if it was made there before
 * any such return: promises made after one wake up as somebody else, and a response built then is refused by the runtime. So a
 * reader's promises are made when it joins; `next` makes one, and is for streams, whose every pull begins in its own request.
 */

import type { Decoder, Dialect } from '../dialects/dialect.ts';
import type { Delta } from '../exchange/answer.ts';
import type { Collected } from '../exchange/collect.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { Fault } from '../exchange/fault.ts';

/** The form in which the origin answers this flight. */
export interface Wire {
  readonly dialect: Dialect;
  /** The model's name as the origin will echo it. */
  readonly model: string;
}

/** What the origin said before its first byte. */
export type Takeoff =
  | {
      readonly kind: 'answering';
      readonly contentType: string;
      readonly streaming: boolean;
      readonly headers: Headers;
      /** When this generation began, here or for somebody else: at most this, ms since the epoch. */
      readonly begunAt: number;
    }
  /** The sidecar's disk had the whole exchange. */
  | { readonly kind: 'found'; readonly exchange: Exchange; readonly headers: Headers }
  | { readonly kind: 'fault'; readonly fault: Fault };

/** How it ended. */
export type Landing = Collected | { readonly kind: 'found'; readonly exchange: Exchange };

/** How far the fastest reader may be behind before the pump stops reading: the origin then feels the clients' pace. */
const HIGH_WATER_BYTES = 256 * 1024;
/** A pump that showed no life for this long was taken down with the request that began it. */
const PUMP_DEAD_AFTER_MS = 3_000;
const READER_BEAT_MS = 1_000;
/**
 * A piece costs some 0.1 ms for each reader, mostly for waking another request: a crowd gets several pieces at once, so that a tenth
 * of the time is what it takes.
 */
const GAP_A_READER_MS = 1;

export interface Flight {
  readonly wire: Wire;
  readonly takeoff: Takeoff | undefined;
  readonly landing: Landing | undefined;
  readonly chunks: readonly Uint8Array[];
  /** Bytes written so far. */
  readonly written: number;
  /** Whoever calls it becomes the one that fills the flight; an earlier pump's writes are ignored from then on. */
  pump(): Pump;
  /** @param onOrphaned called once when the pump shows no life: this reader may take it over */
  join(onOrphaned?: () => void): Reader;
}

/** The filling side of a flight. */
export interface Pump {
  takeOff(takeoff: Takeoff): void;
  push(chunk: Uint8Array): void;
  land(landing: Landing): void;
  /** A sign of life; call at least once a second. */
  beat(): void;
  /** True once every reader has left: nobody wants the rest. */
  abandoned(): boolean;
  /** Resolves at once unless the fastest reader is far behind; then when one has caught up, or all have left. */
  drained(): Promise<void>;
}

export interface Reader {
  /** Waits for what the origin says first. */
  takeoff(): Promise<Takeoff>;
  /** The next piece; undefined at the end, where `flight.landing` says how it went. For streams only, once in a pull. */
  next(): Promise<Uint8Array | undefined>;
  /** Waits for the end, where `flight.landing` says how it went. */
  over(): Promise<void>;
  /** Idempotent. */
  leave(): void;
}

/** @param now milliseconds since the epoch */
export function createFlight(wire: Wire, now: () => number = Date.now): Flight {
  const chunks: Uint8Array[] = [];
  const readers = new Set<() => void>();
  const positions = new Map<object, number>();
  let takeoff: Takeoff | undefined;
  let landing: Landing | undefined;
  let written = 0;
  let current: Pump | undefined;
  let everJoined = false;
  let lastBeat = now();
  let resume: (() => void) | undefined;

  function wake(): void {
    for (const look of readers) look();
  }

  function farBehind(): boolean {
    if (positions.size === 0) return false;
    let fastest = 0;
    for (const bytes of positions.values()) fastest = Math.max(fastest, bytes);
    return written - fastest > HIGH_WATER_BYTES;
  }

  function readerMoved(): void {
    if (resume === undefined || farBehind()) return;
    resume();
    resume = undefined;
  }

  function createPump(): Pump {
    let woken = Number.NEGATIVE_INFINITY;
    let later: ReturnType<typeof setTimeout> | undefined;

    function wakeNow(): void {
      if (later !== undefined) clearTimeout(later);
      later = undefined;
      woken = now();
      wake();
    }

    function wakeInTime(): void {
      const left = woken + readers.size * GAP_A_READER_MS - now();
      if (left <= 0) wakeNow();
      else later ??= setTimeout(wakeNow, left);
    }

    /** Only the pump that was asked for last may write. */
    const ifCurrent = (write: () => void) => {
      if (current !== self) return;
      lastBeat = now();
      write();
    };
    const self: Pump = {
      takeOff: (value) =>
        ifCurrent(() => {
          takeoff ??= value;
          // Those who wait for the head get the first piece with it.
          if (value.kind !== 'answering') wakeNow();
        }),
      push: (chunk) =>
        ifCurrent(() => {
          chunks.push(chunk);
          written += chunk.byteLength;
          wakeInTime();
        }),
      land: (value) =>
        ifCurrent(() => {
          landing ??= value;
          wakeNow();
        }),
      beat() {
        if (current === self) lastBeat = now();
      },
      abandoned: () => current !== self || (everJoined && positions.size === 0),
      drained: () => (farBehind() ? new Promise((resolve) => (resume = resolve)) : Promise.resolve()),
    };
    return self;
  }

  function createReader(onOrphaned: (() => void) | undefined): Reader {
    const self = {};
    let index = 0;
    let bytes = 0;
    let left = false;
    let wakeNext: (() => void) | undefined;
    const off = Promise.withResolvers<void>();
    const over = Promise.withResolvers<void>();
    everJoined = true;
    positions.set(self, 0);
    readers.add(look);
    const heart = setInterval(beat, READER_BEAT_MS);
    look();

    /** Called by whoever has changed something, in whatever request. */
    function look(): void {
      wakeNext?.();
      wakeNext = undefined;
      const answering = takeoff?.kind === 'answering' && chunks.length === 0;
      if ((takeoff !== undefined && !answering) || landing !== undefined || left) off.resolve();
      if (landing === undefined && !left) return;
      over.resolve();
      readers.delete(look);
    }

    /** Runs in this reader's own request. */
    function beat(): void {
      if (landing !== undefined || left) clearInterval(heart);
      else if (now() - lastBeat > PUMP_DEAD_AFTER_MS) orphaned();
    }

    function orphaned(): void {
      lastBeat = now();
      if (onOrphaned) onOrphaned();
      else {
        landing = { kind: 'truncated' };
        wake();
      }
    }

    function leave(): void {
      if (left) return;
      left = true;
      clearInterval(heart);
      positions.delete(self);
      look();
      readerMoved();
    }

    return {
      async takeoff() {
        await off.promise;
        return takeoff ?? { kind: 'fault', fault: LOST };
      },
      async next() {
        while (!left) {
          const chunk = chunks[index];
          if (chunk !== undefined) {
            index += 1;
            bytes += chunk.byteLength;
            positions.set(self, bytes);
            readerMoved();
            return chunk;
          }
          if (landing !== undefined) return undefined;
          await new Promise<void>((resolve) => (wakeNext = resolve));
        }
        return undefined;
      },
      async over() {
        // Read as it comes, as far as the pump is concerned: it is not to wait for one who takes the whole.
        positions.set(self, Number.POSITIVE_INFINITY);
        readerMoved();
        await over.promise;
      },
      leave,
    };
  }

  return {
    wire,
    chunks,
    get takeoff() {
      return takeoff;
    },
    get landing() {
      return landing;
    },
    get written() {
      return written;
    },
    pump() {
      current = createPump();
      lastBeat = now();
      return current;
    },
    join: createReader,
  };
}

const LOST: Fault = { kind: 'bad_gateway', status: 502, message: 'the generation was lost; ask again' };

/** Deltas of a flight for one reader, decoded from the origin's bytes as they come. */
export async function* deltasOf(reader: Reader, decode: Decoder): AsyncGenerator<Delta> {
  const text = new TextDecoder();
  for (let chunk = await reader.next(); chunk !== undefined; chunk = await reader.next())
    yield* decode.push(text.decode(chunk, { stream: true }));
  yield* decode.push(text.decode());
  yield* decode.end();
}
