/**
 * Flights across sidecars: of several that get the same prompt one generates, and the others follow its stream in Redis.
 * Redis holds for each flight in the air:
 *
 *   flight:<key>        the flight's id, for as long as its leader lives (a lease)
 *   flight:<id>:stream  what was written: the head, numbered pieces, the landing
 *   flight:<id>:wanted  somebody follows (a lease): the leader goes on although its own readers have left
 *
 * A message on the channel `flight:<id>` says that there is more. Where Redis fails, each sidecar generates by itself.
 */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { fault } from '../../../src/exchange/fault.ts';
import type { RedisPool } from '../pools/redis.ts';
import type { Flight, Landing, Takeoff, Wire } from './flight.ts';

/** The first message of a flight's stream. */
interface Told {
  readonly takeoff: Takeoff;
  readonly wire: Wire;
  readonly begunAt: number;
}

export interface SharedFlights {
  /**
   * Fills the flight: leads with `generate`, or follows whoever leads. Never rejects.
   * @param generate fills the flight from a lane; resolves when it has landed
   */
  fill(key: string, flight: Flight, signal: AbortSignal, generate: () => Promise<void>): Promise<void>;
  /** How many flights this one leads and follows. */
  stats(): { readonly leading: number; readonly following: number };
  close(): void;
}

const LEASE_MS = 6_000;
const RENEW_MS = 2_000;
/** What has landed can still be followed for so long by one that comes late. */
const LANDED_KEPT_MS = 10_000;
/** A message can be lost; then this finds what it announced. */
const LOOK_MS = 500;

const LOST: Landing = {
  kind: 'broken',
  fault: fault('bad_gateway', 'the sidecar that generated this answer was lost; ask again'),
};
/** Deletes or prolongs a lease only while it is one's own. */
const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`;
const RENEW = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0`;

export function shareFlights(pool: RedisPool): SharedFlights {
  const listeners = new Map<string, Set<() => void>>();
  let subscriber: Redis | undefined;
  let leading = 0;
  let following = 0;

  async function listen(channel: string, wake: () => void): Promise<() => void> {
    subscriber ??= pool.dedicated().on('message', (name: string) => {
      for (const each of listeners.get(name) ?? []) each();
    });
    const all = listeners.get(channel) ?? new Set();
    listeners.set(channel, all);
    all.add(wake);
    if (all.size === 1) await subscriber.subscribe(channel);
    return () => {
      all.delete(wake);
      if (all.size > 0) return;
      listeners.delete(channel);
      subscriber?.unsubscribe(channel).catch(() => {});
    };
  }

  async function lead(key: string, id: string, flight: Flight, generate: () => Promise<void>): Promise<void> {
    leading += 1;
    const lease = `flight:${key}`;
    const renewal = setInterval(() => {
      pool.use((redis) => redis.eval(RENEW, 1, lease, id, LEASE_MS)).catch(() => {});
    }, RENEW_MS);
    const published = publish(id, flight).catch(() => {});
    await generate();
    await published;
    clearInterval(renewal);
    await pool.use((redis) => redis.eval(RELEASE, 1, lease, id)).catch(() => {});
    leading -= 1;
  }

  /** Writes the flight into its stream. It reads along without setting the pace. */
  async function publish(id: string, flight: Flight): Promise<void> {
    const stream = `flight:${id}:stream`;
    const reader = flight.join({ setsPace: false });
    let number = 0;
    const add = (name: string, value: string | Buffer, keptMs = LEASE_MS) =>
      pool.use((redis) =>
        redis
          .multi()
          .xadd(stream, '*', 'n', number++, name, value)
          .pexpire(stream, keptMs)
          .publish(`flight:${id}`, '')
          .exec(),
      );
    const watch = setInterval(async () => {
      pool.use((redis) => redis.pexpire(stream, LEASE_MS)).catch(() => {});
      if (flight.readers > 1) return;
      const wanted = await pool.use((redis) => redis.exists(`flight:${id}:wanted`)).catch(() => 0);
      if (wanted === 0 && flight.readers === 1) reader.leave();
    }, RENEW_MS);
    try {
      const takeoff = await reader.takeoff();
      await add('takeoff', JSON.stringify({ takeoff, wire: flight.wire, begunAt: flight.begunAt } satisfies Told));
      for (let chunk = await reader.next(); chunk !== undefined; chunk = await reader.next())
        await add('piece', Buffer.from(chunk));
      await add('landing', JSON.stringify(flight.landing ?? LOST), LANDED_KEPT_MS);
    } finally {
      clearInterval(watch);
      reader.leave();
    }
  }

  /** @returns false when the leader was lost before it had said anything: somebody else may lead */
  async function follow(key: string, flight: Flight, signal: AbortSignal): Promise<boolean> {
    const id = await pool.use((redis) => redis.get(`flight:${key}`));
    if (id === null) return false;
    following += 1;
    let wake = () => {};
    const ring = () => wake();
    const stop = await listen(`flight:${id}`, ring);
    signal.addEventListener('abort', ring);
    const want = () => pool.use((redis) => redis.set(`flight:${id}:wanted`, '1', 'PX', LEASE_MS)).catch(() => {});
    void want();
    const wanting = setInterval(want, RENEW_MS);
    let last = '0';
    let expected = 0;
    try {
      while (!signal.aborted) {
        const bell = new Promise<void>((resolve) => (wake = resolve));
        const leader = await pool.use((redis) => redis.get(`flight:${key}`));
        const found = await pool.use((redis) => redis.xrangeBuffer(`flight:${id}:stream`, `(${last}`, '+'));
        for (const [entry, fields] of found) {
          last = String(entry);
          const [, number, name, value] = fields as Buffer[];
          // A gap: Redis was short of memory and dropped the stream's beginning.
          if (Number(number) !== expected++ || name === undefined || value === undefined) return broken(flight);
          if (apply(flight, String(name), value)) return true;
        }
        if (found.length > 0) continue;
        if (leader !== id) return flight.takeoff === undefined ? false : broken(flight);
        const timer = setTimeout(wake, LOOK_MS);
        await bell;
        clearTimeout(timer);
      }
      return broken(flight);
    } finally {
      clearInterval(wanting);
      signal.removeEventListener('abort', ring);
      stop();
      following -= 1;
    }
  }

  return {
    async fill(key, flight, signal, generate) {
      while (!signal.aborted && flight.landing === undefined) {
        try {
          const id = randomUUID();
          const claimed = await pool.use((redis) => redis.set(`flight:${key}`, id, 'PX', LEASE_MS, 'NX'));
          if (claimed !== null) return await lead(key, id, flight, generate);
          if (await follow(key, flight, signal)) return;
        } catch {
          if (flight.takeoff === undefined) return generate();
          broken(flight);
        }
      }
      broken(flight);
    },
    stats: () => ({ leading, following }),
    close() {
      subscriber?.disconnect();
    },
  };
}

function broken(flight: Flight): true {
  flight.takeOff({ kind: 'fault', fault: (LOST as Extract<Landing, { kind: 'broken' }>).fault });
  flight.land(LOST);
  return true;
}

/** @returns whether the flight has landed */
function apply(flight: Flight, name: string, value: Buffer): boolean {
  if (name === 'piece') flight.push(value);
  else if (name === 'takeoff') {
    const { takeoff, wire, begunAt } = JSON.parse(value.toString()) as Told;
    flight.datedBack(begunAt);
    flight.takeOff(takeoff, wire);
  } else if (name === 'landing') flight.land(JSON.parse(value.toString()) as Landing);
  return flight.landing !== undefined;
}
