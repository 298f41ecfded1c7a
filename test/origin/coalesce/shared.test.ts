import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createFlight, type Flight } from '../../../origin/src/coalesce/flight.ts';
import { type SharedFlights, shareFlights } from '../../../origin/src/coalesce/shared.ts';
import { openRedisPool } from '../../../origin/src/pools/redis.ts';
import { type RedisServer, startRedisServer } from '../../support/redis-server.ts';

const wire = (model: string) => ({ path: '/api/chat', model, streaming: true });
const ANSWERING = { kind: 'answering', status: 200, contentType: 'application/x-ndjson', headers: { a: 'b' } } as const;
const bytes = (text: string) => new TextEncoder().encode(text);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const never = new AbortController().signal;

let redis: RedisServer;
const closing: (() => void)[] = [];
const sidecar = (url = redis.url): SharedFlights => {
  const pool = openRedisPool(url, 'queue');
  const made = shareFlights(pool);
  closing.push(made.close, pool.close);
  return made;
};
let keys = 0;
const freshKey = () => `key-${keys++}`;

beforeAll(async () => {
  redis = await startRedisServer();
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
});
afterAll(() => redis.close());

async function readAll(flight: Flight): Promise<string> {
  const reader = flight.join();
  const takeoff = await reader.takeoff();
  if (takeoff.kind === 'fault') return `fault: ${takeoff.fault.message}`;
  let text = '';
  for (let chunk = await reader.next(); chunk !== undefined; chunk = await reader.next()) text += Buffer.from(chunk);
  reader.leave();
  return flight.landing?.kind === 'broken' ? `${text} broken: ${flight.landing.fault.message}` : text;
}

/** Writes `pieces`, one each 20 ms. */
const writing = (flight: Flight, pieces: readonly string[], count: { generations: number }) => async () => {
  count.generations += 1;
  await sleep(20);
  flight.takeOff(ANSWERING);
  for (const piece of pieces) {
    flight.push(bytes(piece));
    await sleep(20);
  }
  flight.land({ kind: 'landed' });
};

describe('flights across sidecars', () => {
  it('one generates, the others follow its stream as it is written', async () => {
    const key = freshKey();
    const count = { generations: 0 };
    const texts = await Promise.all(
      [sidecar(), sidecar(), sidecar()].map(async (shared, index) => {
        const flight = createFlight(wire(`m${index}`));
        const text = readAll(flight);
        await shared.fill(key, flight, never, writing(flight, ['one ', 'two ', 'three'], count));
        return `${await text} ${flight.wire.model}`;
      }),
    );
    expect(count.generations).toBe(1);
    // All of them say in whose form the bytes are.
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toMatch(/^one two three m[012]$/);
  });

  it('passes bytes and heads on unchanged, and live', async () => {
    const key = freshKey();
    const binary = crypto.getRandomValues(new Uint8Array(60_000));
    const [first, second] = [createFlight(wire('m')), createFlight(wire('m'))];
    let go = () => {};
    const leading = sidecar().fill(key, first, never, async () => {
      first.takeOff(ANSWERING);
      first.push(binary);
      await new Promise<void>((resolve) => (go = resolve));
      first.land({ kind: 'landed' });
    });
    await sleep(50);
    const following = sidecar().fill(key, second, never, () => Promise.reject(new Error('must not generate')));
    const reader = second.join();
    expect(await reader.takeoff()).toEqual(ANSWERING);
    const got: Uint8Array[] = [];
    for (let size = 0; size < binary.length; size += got.at(-1)?.length ?? 0)
      got.push((await reader.next()) as Uint8Array);
    expect(Buffer.concat(got).equals(binary)).toBe(true);
    expect(second.landing).toBeUndefined();
    go();
    await Promise.all([leading, following]);
    expect(second.landing).toEqual({ kind: 'landed' });
  });

  it('a failure of the leader, as the origin told it, reaches those who follow', async () => {
    const key = freshKey();
    const [first, second] = [createFlight(wire('m')), createFlight(wire('m'))];
    const reason = { kind: 'not_found', status: 404, message: 'model not found' } as const;
    const leading = sidecar().fill(key, first, never, async () => {
      await sleep(100);
      first.takeOff({ kind: 'fault', fault: reason });
      first.land({ kind: 'broken', fault: reason });
    });
    await sleep(30);
    await sidecar().fill(key, second, never, () => Promise.reject(new Error('must not generate')));
    await leading;
    expect(second.takeoff).toEqual({ kind: 'fault', fault: reason });
  });

  it('the leader goes on for those who follow when its own readers have left', async () => {
    const key = freshKey();
    let readers = -1;
    const first = createFlight(wire('m'), (count) => (readers = count));
    const second = createFlight(wire('m'));
    const own = first.join();
    const leading = sidecar().fill(key, first, never, async () => {
      first.takeOff(ANSWERING);
      first.push(bytes('begun '));
      await sleep(3000);
      first.push(bytes('and ended'));
      first.land({ kind: 'landed' });
    });
    await sleep(50);
    const following = sidecar().fill(key, second, never, () => Promise.reject(new Error('must not generate')));
    const text = readAll(second);
    await sleep(50);
    own.leave();
    expect(await text).toBe('begun and ended');
    await Promise.all([leading, following]);
    expect(readers).toBe(0);
  });

  it('and is let go when nobody follows either', async () => {
    const key = freshKey();
    let readers = -1;
    const flight = createFlight(wire('m'), (count) => (readers = count));
    const own = flight.join();
    void sidecar().fill(key, flight, never, () => {
      flight.takeOff(ANSWERING);
      return new Promise(() => {});
    });
    await sleep(50);
    own.leave();
    expect(readers).toBe(1);
    await expect.poll(() => readers, { timeout: 4000 }).toBe(0);
  });

  it('a leader that is lost before its first word is replaced; one that is lost later breaks the answer', async () => {
    const [silent, begun] = [freshKey(), freshKey()];
    const pool = openRedisPool(redis.url, 'queue');
    for (const key of [silent, begun])
      await pool.use((client) => client.set(`flight:${key}`, `dead-${key}`, 'PX', 300));
    const head = JSON.stringify({ takeoff: ANSWERING, wire: wire('m') });
    await pool.use((client) => client.xadd(`flight:dead-${begun}:stream`, '*', 'n', 0, 'takeoff', head));
    await pool.use((client) => client.xadd(`flight:dead-${begun}:stream`, '*', 'n', 1, 'piece', 'half an'));
    pool.close();
    const count = { generations: 0 };
    const [first, second] = [createFlight(wire('m')), createFlight(wire('m'))];
    const shared = sidecar();
    const texts = [readAll(first), readAll(second)];
    await Promise.all([
      shared.fill(silent, first, never, writing(first, ['anew'], count)),
      shared.fill(begun, second, never, writing(second, ['must not'], count)),
    ]);
    expect(await Promise.all(texts)).toEqual(['anew', expect.stringMatching(/^half an broken: .*lost/)]);
    expect(count.generations).toBe(1);
  });

  it('a stream whose beginning was evicted breaks the answer, and never skips a piece', async () => {
    const key = freshKey();
    const pool = openRedisPool(redis.url, 'queue');
    await pool.use((client) => client.set(`flight:${key}`, 'evicted', 'PX', 5000));
    await pool.use((client) => client.xadd('flight:evicted:stream', '*', 'n', 3, 'piece', 'the rest'));
    pool.close();
    const flight = createFlight(wire('m'));
    const text = readAll(flight);
    await sidecar().fill(key, flight, never, () => Promise.reject(new Error('must not generate')));
    expect(await text).toMatch(/^fault: /);
  });

  it('without Redis each generates by itself, and soon', async () => {
    const gone = await startRedisServer();
    await gone.kill();
    const flight = createFlight(wire('m'));
    const text = readAll(flight);
    const since = performance.now();
    await sidecar(gone.url).fill('k', flight, never, writing(flight, ['alone'], { generations: 0 }));
    expect(await text).toBe('alone');
    expect(performance.now() - since).toBeLessThan(2500);
    await gone.start();
    await gone.close();
  });

  it('one that leaves stops following', async () => {
    const key = freshKey();
    const [first, second] = [createFlight(wire('m')), createFlight(wire('m'))];
    first.join();
    void sidecar().fill(key, first, never, () => new Promise(() => {}));
    await sleep(50);
    const abort = new AbortController();
    const follower = sidecar();
    const following = follower.fill(key, second, abort.signal, () => Promise.reject(new Error('must not generate')));
    await sleep(50);
    expect(follower.stats()).toEqual({ leading: 0, following: 1 });
    abort.abort();
    await following;
    expect(follower.stats()).toEqual({ leading: 0, following: 0 });
  });
});
