/**
 * The flights in the air, by key: whoever asks for a key that is being generated reads that generation. A flight that nobody
 * reads any more is kept for a grace, since an edge that lost its connection comes back; then its work is cancelled.
 */
import { createFlight, type Flight, type Wire } from './flight.ts';

export interface Boarding {
  readonly flight: Flight;
  /** Whether it was in the air already. */
  readonly joined: boolean;
}

export interface Flights {
  readonly size: number;
  find(key: string): Flight | undefined;
  /**
   * @param key undefined for an answer that nobody may share
   * @param fill called for a new flight: fills it until the signal aborts, and never rejects
   */
  board(key: string | undefined, wire: Wire, fill: (flight: Flight, signal: AbortSignal) => Promise<void>): Boarding;
}

/** @param graceMs how long a flight without readers is kept */
export function createFlights(graceMs: number): Flights {
  const byKey = new Map<string, Flight>();
  let inAir = 0;

  return {
    get size() {
      return inAir;
    },
    find: (key) => byKey.get(key),
    board(key, wire, fill) {
      const known = key === undefined ? undefined : byKey.get(key);
      if (known !== undefined) return { flight: known, joined: true };

      const abort = new AbortController();
      let timer: NodeJS.Timeout | undefined;
      const giveUp = () => {
        if (key !== undefined && byKey.get(key) === flight) byKey.delete(key);
        abort.abort();
      };
      const flight = createFlight(wire, (readers) => {
        clearTimeout(timer);
        if (readers > 0 || flight.landing !== undefined) return;
        if (key === undefined || graceMs === 0) giveUp();
        else timer = setTimeout(giveUp, graceMs);
      });
      if (key !== undefined) byKey.set(key, flight);
      inAir += 1;
      void fill(flight, abort.signal).finally(() => {
        inAir -= 1;
        clearTimeout(timer);
        if (key !== undefined && byKey.get(key) === flight) byKey.delete(key);
      });
      return { flight, joined: false };
    },
  };
}
