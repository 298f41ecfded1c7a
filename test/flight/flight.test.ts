import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Dialect } from '../../src/dialects/dialect.ts';
import type { Answer } from '../../src/exchange/answer.ts';
import { fault } from '../../src/exchange/fault.ts';
import { createFlight, type Flight, type Reader } from '../../src/flight/flight.ts';

const wire = { dialect: { name: 'ollama-chat' } as Dialect, model: 'm' };
const bytes = (text: string) => new TextEncoder().encode(text);
const complete = { kind: 'complete', answer: {} as Answer } as const;
const answering = {
  kind: 'answering',
  contentType: 'application/x-ndjson',
  streaming: true,
  headers: new Headers(),
  begunAt: 0,
} as const;

async function all(reader: Reader): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for (let chunk = await reader.next(); chunk; chunk = await reader.next())
    text += decoder.decode(chunk, { stream: true });
  return text;
}

describe('a flight', () => {
  let flight: Flight;
  beforeEach(() => {
    vi.useFakeTimers();
    flight = createFlight(wire);
  });
  afterEach(() => vi.useRealTimers());

  it('gives every reader the whole answer, whenever it came', async () => {
    const pump = flight.pump();
    const early = all(flight.join());
    pump.takeOff(answering);
    pump.push(bytes('one '));
    const middle = all(flight.join());
    await vi.advanceTimersByTimeAsync(5);
    pump.push(bytes('two'));
    pump.land(complete);
    const late = all(flight.join());
    expect(await Promise.all([early, middle, late])).toEqual(['one two', 'one two', 'one two']);
  });

  it('gives a crowd its pieces together, the first one with the head and the end at once', async () => {
    const pump = flight.pump();
    const crowd = Array.from({ length: 100 }, () => flight.join());
    let heads = 0;
    for (const reader of crowd) void reader.takeoff().then(() => (heads += 1));
    pump.takeOff(answering);
    await vi.advanceTimersByTimeAsync(0);
    expect(heads).toBe(0);
    pump.push(bytes('one '));
    await vi.advanceTimersByTimeAsync(0);
    expect(heads).toBe(100);
    const [reader] = crowd as [Reader];
    await reader.next();
    let second: Uint8Array | undefined;
    void reader.next().then((chunk) => (second = chunk));
    pump.push(bytes('two '));
    await vi.advanceTimersByTimeAsync(50);
    expect(second).toBeUndefined();
    await vi.advanceTimersByTimeAsync(60);
    expect(second).toEqual(bytes('two '));
    const over = Promise.all(crowd.map((one) => one.over()));
    pump.land(complete);
    await over;
  });

  it('tells all readers of a refusal', async () => {
    const pump = flight.pump();
    const readers = [flight.join(), flight.join()];
    const told = Promise.all(readers.map((reader) => reader.takeoff()));
    const refusal = { kind: 'fault', fault: fault('not_found', 'no such model') } as const;
    pump.takeOff(refusal);
    expect(await told).toEqual([refusal, refusal]);
  });

  it('is abandoned only when everyone has left, and not before anyone came', () => {
    const pump = flight.pump();
    expect(pump.abandoned()).toBe(false);
    const [one, two] = [flight.join(), flight.join()];
    one.leave();
    one.leave();
    expect(pump.abandoned()).toBe(false);
    two.leave();
    expect(pump.abandoned()).toBe(true);
  });

  it('lets a reader that left end at once', async () => {
    flight.pump();
    const reader = flight.join();
    const waiting = reader.next();
    reader.leave();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await waiting).toBeUndefined();
  });

  it('holds the pump back until the fastest reader has come near', async () => {
    const pump = flight.pump();
    const fast = flight.join();
    const slow = flight.join();
    const piece = new Uint8Array(200 * 1024);
    pump.push(piece);
    pump.push(piece);
    let drained = false;
    const draining = pump.drained().then(() => (drained = true));
    await vi.advanceTimersByTimeAsync(1);
    expect(drained).toBe(false);
    await fast.next();
    await draining;
    slow.leave();
    pump.push(piece);
    pump.push(piece);
    const again = pump.drained();
    fast.leave();
    await again;
  });

  it('is handed to a reader when its pump shows no life, and ignores the old pump from then on', async () => {
    const dead = flight.pump();
    dead.takeOff(answering);
    dead.push(bytes('begun '));
    let adopted = 0;
    const reading = all(
      flight.join(() => {
        adopted += 1;
        const pump = flight.pump();
        dead.push(bytes('GHOST'));
        pump.push(bytes('ended'));
        pump.land(complete);
      }),
    );
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await reading).toBe('begun ended');
    expect(adopted).toBe(1);
  });

  it('is not handed over while its pump beats, however long the silence', async () => {
    const pump = flight.pump();
    const adopt = vi.fn();
    const reading = all(flight.join(adopt));
    for (let second = 0; second < 30; second++) {
      pump.beat();
      await vi.advanceTimersByTimeAsync(1_000);
    }
    pump.push(bytes('late'));
    pump.land(complete);
    expect(await reading).toBe('late');
    expect(adopt).not.toHaveBeenCalled();
  });

  it('that nobody can take over ends as truncated', async () => {
    flight.pump();
    const reading = all(flight.join());
    await vi.advanceTimersByTimeAsync(10_000);
    await reading;
    expect(flight.landing).toEqual({ kind: 'truncated' });
  });
});
