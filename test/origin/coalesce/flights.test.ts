import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Flight } from '../../../origin/src/coalesce/flight.ts';
import { createFlights, type Launch } from '../../../origin/src/coalesce/flights.ts';
import { fault } from '../../../src/exchange/fault.ts';
import { coverageOf, type PurgeList } from '../../../src/exchange/purge.ts';

const wire = { path: '/api/chat', model: 'm', streaming: true };
const subject = { key: 'k', tenant: 't', namespace: '', model: 'm:latest', tags: [] };
const launch = (fill: Launch['fill']): Launch => ({ key: 'k', wire, subject, fill });
const bytes = (text: string) => new TextEncoder().encode(text);
const ANSWERING = { kind: 'answering', status: 200, contentType: 'application/x-ndjson', headers: {} } as const;

async function readAll(flight: Flight): Promise<string> {
  const reader = flight.join();
  await reader.takeoff();
  let text = '';
  for (let chunk = await reader.next(); chunk !== undefined; chunk = await reader.next()) text += Buffer.from(chunk);
  reader.leave();
  return text;
}

describe('flights', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('one generation a key, however many ask; late readers get what was written first', async () => {
    const flights = createFlights(2000);
    let fills = 0;
    const fill = async (flight: Flight) => {
      fills += 1;
      flight.takeOff(ANSWERING);
      flight.push(bytes('one '));
      await vi.advanceTimersByTimeAsync(0);
      flight.push(bytes('two '));
      flight.land({ kind: 'landed' });
      await new Promise((resolve) => setTimeout(resolve, 10));
    };
    const texts = Array.from({ length: 1000 }, () => readAll(flights.board(launch(fill)).flight));
    expect(new Set(await Promise.all(texts))).toEqual(new Set(['one two ']));
    // Landed, but not yet on disk: still to be found.
    expect(await readAll(flights.board(launch(fill)).flight)).toBe('one two ');
    expect(fills).toBe(1);
    await vi.advanceTimersByTimeAsync(10);
    expect(flights.find('k')).toBeUndefined();
    expect(flights.size).toBe(0);
  });

  it('is kept for a grace after the last reader has left, then cancelled', async () => {
    const flights = createFlights(2000);
    let signal: AbortSignal | undefined;
    const fill = (_flight: Flight, given: AbortSignal) => {
      signal = given;
      return new Promise<void>(() => {});
    };
    const { flight } = flights.board(launch(fill));
    const reader = flight.join();
    reader.leave();
    await vi.advanceTimersByTimeAsync(1999);
    expect(signal?.aborted).toBe(false);
    const back = flights.board(launch(fill));
    expect(back.joined).toBe(true);
    const again = back.flight.join();
    await vi.advanceTimersByTimeAsync(5000);
    expect(signal?.aborted).toBe(false);
    again.leave();
    again.leave();
    await vi.advanceTimersByTimeAsync(2000);
    expect(signal?.aborted).toBe(true);
    expect(flights.board(launch(fill)).joined).toBe(false);
  });

  it('cancels at once what nobody can come back to, and never what somebody still reads', () => {
    const flights = createFlights(2000);
    const signals: AbortSignal[] = [];
    const fill = (_flight: Flight, signal: AbortSignal) => {
      signals.push(signal);
      return new Promise<void>(() => {});
    };
    const alone = flights.board({ ...launch(fill), key: undefined }).flight.join();
    const { flight } = flights.board(launch(fill));
    const [first, second] = [flight.join(), flight.join()];
    alone.leave();
    first.leave();
    vi.advanceTimersByTime(10_000);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    second.leave();
  });

  it('holds the pump back while the fastest reader is far behind, and lets go when it has caught up or left', async () => {
    const flights = createFlights(2000);
    const { flight } = flights.board(launch(() => new Promise(() => {})));
    const [fast, slow] = [flight.join(), flight.join()];
    flight.takeOff(ANSWERING);
    flight.push(new Uint8Array(256 * 1024));
    expect(flight.drained()).toBeUndefined();
    flight.push(new Uint8Array(1));
    const held = flight.drained();
    expect(held).toBeDefined();
    await fast.next();
    await held;
    expect(flight.drained()).toBeUndefined();
    fast.leave();
    const again = flight.drained();
    expect(again).toBeDefined();
    slow.leave();
    await again;
  });

  it('tells every reader of a failure, before and after the first byte', async () => {
    const flights = createFlights(2000);
    const reason = fault('bad_gateway', 'gone');
    const { flight } = flights.board(launch(() => new Promise(() => {})));
    const reader = flight.join();
    flight.takeOff({ kind: 'fault', fault: reason });
    flight.land({ kind: 'broken', fault: reason });
    expect(await reader.takeoff()).toEqual({ kind: 'fault', fault: reason });
    expect(await reader.next()).toBeUndefined();
  });

  it('is not joined by who asks after its purge, and those who read it go on', async () => {
    let list: PurgeList = [];
    const flights = createFlights(2000, { covers: (dated) => coverageOf(list).covers(dated) });
    const fill = () => new Promise<void>(() => {});
    const before = flights.board(launch(fill));
    const reader = before.flight.join();
    await vi.advanceTimersByTimeAsync(5);
    list = [{ selector: { tenant: 't' }, before: Date.now() }];
    const after = flights.board(launch(fill));
    expect(after.joined).toBe(false);
    expect(flights.board(launch(fill))).toEqual({ flight: after.flight, joined: true });
    before.flight.takeOff(ANSWERING);
    expect(await reader.takeoff()).toEqual(ANSWERING);
  });

  it('is given up at once where nobody may come back, if it was launched so', () => {
    const flights = createFlights(2000);
    let signal: AbortSignal | undefined;
    const fill = (_: Flight, given: AbortSignal) => {
      signal = given;
      return new Promise<void>(() => {});
    };
    flights
      .board({ ...launch(fill), graceMs: 0 })
      .flight.join()
      .leave();
    expect(signal?.aborted).toBe(true);
    expect(flights.find('k')).toBeUndefined();
  });
});
