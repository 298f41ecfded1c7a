/**
 * The flights in the air, by key: whoever asks for a key that is being generated reads that generation. A flight that nobody
 * reads any more is kept for a grace, since an edge that lost its connection comes back; then its work is cancelled.
 */
import { type Coverage, NOTHING_PURGED, type Subject } from '../../../src/exchange/purge.ts';
import { createFlight, type Flight, type Wire } from './flight.ts';

export interface Boarding {
  readonly flight: Flight;
  /** Whether it was in the air already. */
  readonly joined: boolean;
}

/** A generation that may be begun. */
export interface Launch {
  /** Undefined for an answer that nobody may share. */
  readonly key: string | undefined;
  readonly wire: Wire;
  /** What the answer will be, for purges. */
  readonly subject: Subject;
  /** How long it is kept without readers, where not the usual time (ms). */
  readonly graceMs?: number;
  /** Called for a new flight: fills it until the signal aborts, and never rejects. */
  readonly fill: (flight: Flight, signal: AbortSignal) => Promise<void>;
}

export interface Flights {
  readonly size: number;
  /** One that may be joined. */
  find(key: string): Flight | undefined;
  board(launch: Launch): Boarding;
}

interface Airborne {
  readonly flight: Flight;
  readonly subject: Subject;
}

/**
 * @param graceMs how long a flight without readers is kept
 * @param purged nobody joins what began before it was purged
 */
export function createFlights(graceMs: number, purged: Pick<Coverage, 'covers'> = NOTHING_PURGED): Flights {
  const byKey = new Map<string, Airborne>();
  let inAir = 0;

  function find(key: string): Flight | undefined {
    const known = byKey.get(key);
    if (known === undefined || purged.covers({ ...known.subject, storedAt: known.flight.begunAt })) return undefined;
    return known.flight;
  }

  return {
    get size() {
      return inAir;
    },
    find,
    board({ key, wire, subject, fill, graceMs: grace = graceMs }) {
      const known = key === undefined ? undefined : find(key);
      if (known !== undefined) return { flight: known, joined: true };

      const abort = new AbortController();
      let timer: NodeJS.Timeout | undefined;
      const giveUp = () => {
        if (key !== undefined && byKey.get(key)?.flight === flight) byKey.delete(key);
        abort.abort();
      };
      const flight = createFlight(wire, (readers) => {
        clearTimeout(timer);
        if (readers > 0 || flight.landing !== undefined) return;
        if (key === undefined || grace === 0) giveUp();
        else timer = setTimeout(giveUp, grace);
      });
      if (key !== undefined) byKey.set(key, { flight, subject });
      inAir += 1;
      void fill(flight, abort.signal).finally(() => {
        inAir -= 1;
        clearTimeout(timer);
        if (key !== undefined && byKey.get(key)?.flight === flight) byKey.delete(key);
      });
      return { flight, joined: false };
    },
  };
}
