/**
 * Flight: one generation in the air. One pump fills it, any number of readers take what has been written so far at their own
 * pace, then the rest as it comes. The pump is held back while even the fastest reader is far behind.
 */
import type { Fault } from '../../../src/exchange/fault.ts';

/** The form in which the origin answers this flight. */
export interface Wire {
  /** The route that was asked. */
  readonly path: string;
  /** The model's name as the answer echoes it. */
  readonly model: string;
  readonly streaming: boolean;
}

/** What the origin said before its first byte. */
export type Takeoff =
  | {
      readonly kind: 'answering';
      readonly status: number;
      readonly contentType: string;
      readonly headers: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'fault'; readonly fault: Fault; readonly headers?: Readonly<Record<string, string>> };

export type Landing = { readonly kind: 'landed' } | { readonly kind: 'broken'; readonly fault: Fault };

/** How far the fastest reader may be behind before the pump stops reading. */
const HIGH_WATER_BYTES = 256 * 1024;
/** A reader that joined late takes what is there in pieces of about this size. */
const PIECE_BYTES = 64 * 1024;

export interface Flight {
  readonly wire: Wire;
  /** When the generation began (ms since the epoch), here or in the sidecar that leads it. */
  readonly begunAt: number;
  readonly takeoff: Takeoff | undefined;
  readonly landing: Landing | undefined;
  readonly readers: number;
  /** Bytes written so far. */
  readonly written: number;
  /** @param carries the form of the bytes, where it is not the one that was expected */
  takeOff(takeoff: Takeoff, carries?: Wire): void;
  /** Another began it before; call before `takeOff`. */
  datedBack(begunAt: number): void;
  push(chunk: Uint8Array): void;
  land(landing: Landing): void;
  /** Undefined unless the fastest reader is far behind; then resolves when one has caught up, or all have left. */
  drained(): Promise<void> | undefined;
  /** @param options a reader that does not set the pace never holds the pump back, nor lets it go on */
  join(options?: { readonly setsPace: boolean }): Reader;
  /** Resolves when it has landed. */
  landed(): Promise<Landing>;
  /** Everything that has been written. */
  body(): Buffer;
}

export interface Reader {
  takeoff(): Promise<Takeoff>;
  /** The next piece; undefined at the end (`flight.landing` says how it went) and after leaving. */
  next(): Promise<Uint8Array | undefined>;
  /** Idempotent. */
  leave(): void;
}

const LEFT: Takeoff = { kind: 'fault', fault: { kind: 'cancelled', status: 499, message: 'the client has gone' } };

/** @param onReaders called whenever a reader has joined or left */
export function createFlight(wire: Wire, onReaders: (readers: number) => void = () => {}): Flight {
  const chunks: Uint8Array[] = [];
  const readers = new Set<Reader>();
  /** Bytes that each reader that sets the pace has taken. */
  const taken = new Map<Reader, number>();
  let carried = wire;
  let begunAt = Date.now();
  let waiting: (() => void)[] = [];
  let takeoff: Takeoff | undefined;
  let landing: Landing | undefined;
  let written = 0;
  let resume: (() => void) | undefined;

  function wake(): void {
    const woken = waiting;
    waiting = [];
    for (const resolve of woken) resolve();
  }
  const change = () => new Promise<void>((resolve) => waiting.push(resolve));

  function farBehind(): boolean {
    if (taken.size === 0) return false;
    let fastest = 0;
    for (const bytes of taken.values()) fastest = Math.max(fastest, bytes);
    return written - fastest > HIGH_WATER_BYTES;
  }

  function readerMoved(): void {
    if (resume === undefined || farBehind()) return;
    resume();
    resume = undefined;
  }

  function createReader({ setsPace } = { setsPace: true }): Reader {
    let index = 0;
    let bytes = 0;
    let left = false;

    function takePiece(): Uint8Array {
      const from = index;
      let size = 0;
      while (index < chunks.length && size < PIECE_BYTES) size += chunks[index++]?.byteLength ?? 0;
      bytes += size;
      if (setsPace) taken.set(self, bytes);
      readerMoved();
      const first = chunks[from];
      return index - from === 1 && first ? first : Buffer.concat(chunks.slice(from, index), size);
    }

    const self: Reader = {
      async takeoff() {
        while (takeoff === undefined && !left) await change();
        return takeoff ?? LEFT;
      },
      async next() {
        while (!left) {
          if (index < chunks.length) return takePiece();
          if (landing !== undefined) return undefined;
          await change();
        }
        return undefined;
      },
      leave() {
        if (left) return;
        left = true;
        readers.delete(self);
        taken.delete(self);
        wake();
        readerMoved();
        onReaders(readers.size);
      },
    };
    readers.add(self);
    if (setsPace) taken.set(self, 0);
    onReaders(readers.size);
    return self;
  }

  return {
    get wire() {
      return carried;
    },
    get begunAt() {
      return begunAt;
    },
    datedBack(earlier) {
      begunAt = Math.min(begunAt, earlier);
    },
    get takeoff() {
      return takeoff;
    },
    get landing() {
      return landing;
    },
    get readers() {
      return readers.size;
    },
    get written() {
      return written;
    },
    takeOff(value, carries) {
      if (takeoff === undefined && carries !== undefined) carried = carries;
      takeoff ??= value;
      wake();
    },
    push(chunk) {
      chunks.push(chunk);
      written += chunk.byteLength;
      wake();
    },
    land(value) {
      landing ??= value;
      wake();
    },
    drained: () => (farBehind() ? new Promise((resolve) => (resume = resolve)) : undefined),
    join: createReader,
    async landed() {
      while (landing === undefined) await change();
      return landing;
    },
    body: () => Buffer.concat(chunks, written),
  };
}
