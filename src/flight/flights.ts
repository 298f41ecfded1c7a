/** Flights of this isolate: who asks for a key that is already in the air joins, everyone else begins one. */
import type { Dialect } from '../dialects/dialect.ts';
import { type Coverage, NOTHING_PURGED, type Subject } from '../exchange/purge.ts';
import { createFlight, type Flight, type Landing } from './flight.ts';
import { type PumpOptions, pumpFlight } from './pump.ts';

export interface Boarding {
  readonly flight: Flight;
  /** Whether somebody else began it. */
  readonly joined: boolean;
}

export interface Launch {
  /** Undefined for what nobody may join. */
  readonly key: string | undefined;
  /** What the answer will be, for purges. */
  readonly subject: Subject;
  readonly dialect: Dialect;
  /** The model's name as the origin will echo it. */
  readonly model: string;
  readonly pump: Omit<PumpOptions, 'abandoned'>;
  /** Runs once, when the flight has landed and before it can no longer be joined. Must not reject. */
  readonly landed: (landing: Landing, flight: Flight) => Promise<void> | void;
  /** Keeps work alive past the response. */
  readonly later: (work: Promise<unknown>) => void;
}

export interface Flights {
  /** Whether who asks for this key would join. */
  has(key: string | undefined): boolean;
  board(launch: Launch): Boarding;
  /** Continues a flight whose pump has died, in the request of one of its readers. */
  adopt(flight: Flight, launch: Launch): void;
  readonly size: number;
}

interface Airborne extends Subject {
  readonly flight: Flight;
  /** When it began; what is stored of it will be dated so. */
  readonly storedAt: number;
}

/** @param purged nobody joins what began before it was purged */
export function createFlights(purged: Pick<Coverage, 'covers'> = NOTHING_PURGED): Flights {
  const inTheAir = new Map<string, Airborne>();

  function pump(flight: Flight, { key, pump, landed, later }: Launch): void {
    const forget = () => {
      if (key !== undefined && inTheAir.get(key)?.flight === flight) inTheAir.delete(key);
    };
    later(
      pumpFlight(flight, { ...pump, abandoned: forget }).then(async (landing) => {
        // What is in memory is there before the flight is gone, so that nobody finds neither.
        const stored = landed(landing, flight);
        forget();
        await stored;
      }),
    );
  }

  function present(key: string | undefined): Flight | undefined {
    const airborne = key === undefined ? undefined : inTheAir.get(key);
    const open = airborne !== undefined && airborne.flight.landing === undefined && !purged.covers(airborne);
    return open ? airborne.flight : undefined;
  }

  return {
    has: (key) => present(key) !== undefined,
    board(launch) {
      const { key, dialect, model } = launch;
      const there = present(key);
      if (there !== undefined) return { flight: there, joined: true };
      const flight = createFlight({ dialect, model });
      if (key !== undefined) inTheAir.set(key, { ...launch.subject, flight, storedAt: Date.now() });
      pump(flight, launch);
      return { flight, joined: false };
    },
    adopt: pump,
    get size() {
      return inTheAir.size;
    },
  };
}
