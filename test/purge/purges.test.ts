/** What one isolate knows of purges, with logs that fail, hang and lag. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { mergePurges, type Purge, type PurgeList } from '../../src/exchange/purge.ts';
import { type ColoCopy, createPurges, type PurgeLog, type Purges } from '../../src/purge/purges.ts';
import { memoryTier } from '../../src/tiers/memory.ts';
import { readThrough } from '../../src/tiers/read-through.ts';
import { answerOf, exchangeWith } from '../tiers/suite.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A log in memory; `fault` makes it fail or hang. */
function logOf(name: PurgeLog['name'] = 'object') {
  const state: { list: PurgeList; fault: 'fails' | 'hangs' | 'none'; reads: number } = {
    list: [],
    fault: 'none',
    reads: 0,
  };
  const faulty = async () => {
    if (state.fault === 'fails') throw new Error('down');
    if (state.fault === 'hangs') await new Promise(() => {});
  };
  const log: PurgeLog = {
    name,
    async read() {
      state.reads += 1;
      await faulty();
      return state.list;
    },
    async add(purge: Purge, known: PurgeList) {
      await faulty();
      state.list = mergePurges(state.list, [purge, ...known], Date.now());
      return state.list;
    },
  };
  return { state, log };
}

function coloOf(): ColoCopy {
  let kept: Awaited<ReturnType<ColoCopy['read']>>;
  return {
    read: async () => kept,
    async write(list, renewedAt) {
      kept = { list, renewedAt };
    },
  };
}

/** A request comes: what it starts beside itself is done. */
async function visit(purges: Purges): Promise<void> {
  const works: Promise<unknown>[] = [];
  purges.tend((work) => works.push(work));
  await vi.advanceTimersByTimeAsync(0);
}

const stored = () => exchangeWith(answerOf('old'), { storedAt: Date.now() - 10 });
const everything = (): Purge => ({ selector: {}, before: Date.now() });

describe('an isolate', () => {
  it('holds to its own purge at once, the others of its data centre within a second', async () => {
    const { log } = logOf();
    const colo = coloOf();
    const [one, other] = [createPurges({ logs: [log], colo }), createPurges({ logs: [log], colo })];
    await visit(one);
    await visit(other);
    const exchange = stored();
    expect(await one.add(everything())).toEqual({ colo: true, object: true, kv: undefined });
    expect(one.covers(exchange)).toBe(true);
    expect(other.covers(exchange)).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    await visit(other);
    expect(other.covers(exchange)).toBe(true);
    expect(other.covers({ ...exchange, storedAt: Date.now() })).toBe(false);
  });

  it('of another data centre, within some seconds while requests come', async () => {
    const { log } = logOf();
    const here = createPurges({ logs: [log], colo: coloOf() });
    const there = createPurges({ logs: [log], colo: coloOf() });
    await visit(there);
    const exchange = stored();
    await here.add(everything());
    for (let second = 0; second < 6; second++) {
      await vi.advanceTimersByTimeAsync(1_000);
      await visit(there);
    }
    expect(there.covers(exchange)).toBe(true);
  });

  it('does not ask the log for each request, nor for each isolate', async () => {
    const { log, state } = logOf();
    const colo = coloOf();
    const isolates = Array.from({ length: 10 }, () => createPurges({ logs: [log], colo }));
    for (let tick = 0; tick < 40; tick++) {
      for (const isolate of isolates) await visit(isolate);
      await vi.advanceTimersByTimeAsync(250);
    }
    expect(state.reads).toBeLessThanOrEqual(4);
  });

  it('that has slept for more than a minute looks before it trusts what it holds', async () => {
    const { log } = logOf();
    const purges = createPurges({ logs: [log], colo: coloOf() });
    await visit(purges);
    expect(purges.ready()).toBe(true);
    const exchange = stored();
    await createPurges({ logs: [log], colo: coloOf() }).add(everything());
    await vi.advanceTimersByTimeAsync(61_000);
    purges.tend(() => {});
    expect(await purges.ready()).toBe(true);
    expect(purges.covers(exchange)).toBe(true);
  });

  it('that is new trusts nothing before it has seen a list, and gives up waiting for one', async () => {
    const { log, state } = logOf();
    state.fault = 'hangs';
    const purges = createPurges({ logs: [log], colo: coloOf() });
    purges.tend(() => {});
    const ready = purges.ready();
    await vi.advanceTimersByTimeAsync(500);
    expect(await ready).toBe(false);
    // The next ones do not wait again.
    await vi.advanceTimersByTimeAsync(1_000);
    purges.tend(() => {});
    let told: boolean | undefined;
    void Promise.resolve(purges.ready()).then((value) => (told = value));
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toBe(false);
  });

  it('learns from KV while the object is down, and a purge then goes there', async () => {
    const [object, kv] = [logOf('object'), logOf('kv')];
    object.state.fault = 'fails';
    const one = createPurges({ logs: [object.log, kv.log], colo: coloOf() });
    const exchange = stored();
    expect(await one.add(everything())).toEqual({ colo: true, object: false, kv: true });
    const other = createPurges({ logs: [object.log, kv.log], colo: coloOf() });
    await visit(other);
    expect(other.covers(exchange)).toBe(true);
  });

  it('is not set back by a copy that is behind', async () => {
    const { log, state } = logOf();
    const purges = createPurges({ logs: [log], colo: coloOf() });
    const exchange = stored();
    await purges.add(everything());
    state.list = [];
    await vi.advanceTimersByTimeAsync(10_000);
    await visit(purges);
    expect(purges.covers(exchange)).toBe(true);
  });
});

describe('the tiers', () => {
  const tiersWith = (purges: Purges) => {
    const memory = memoryTier({ entries: 10, bytes: 1e6 });
    const below = { ...memoryTier({ entries: 10, bytes: 1e6 }), name: 'kv' as const };
    const tiers = readThrough(
      [
        { tier: memory, timeoutMs: 50 },
        { tier: below, timeoutMs: 50 },
      ],
      () => {},
      Date.now,
      purges,
    );
    return { memory, below, tiers };
  };

  it('find nothing of what was purged, and what was stored since', async () => {
    const { log } = logOf();
    const purges = createPurges({ logs: [log], colo: coloOf() });
    await visit(purges);
    const { tiers } = tiersWith(purges);
    const exchange = exchangeWith(answerOf('x'), { storedAt: Date.now() });
    await tiers.put(exchange);
    await vi.advanceTimersByTimeAsync(5);
    await purges.add({ selector: { tag: 'faq' }, before: Date.now() });
    expect(await tiers.lookup(exchange.key)).toMatchObject({ exchange: undefined, passed: ['memory', 'kv'] });
    await tiers.put({ ...exchange, storedAt: Date.now() });
    expect(await tiers.lookup(exchange.key)).toMatchObject({ tier: 'memory' });
  });

  it('do not take an answer whose generation began before it was purged', async () => {
    const purges = createPurges({ logs: [], colo: coloOf() });
    const { memory, below, tiers } = tiersWith(purges);
    const late = exchangeWith(answerOf('late'), { storedAt: Date.now() });
    await vi.advanceTimersByTimeAsync(5);
    await purges.add(everything());
    await tiers.put(late);
    expect([memory.size, below.size]).toEqual([0, 0]);
  });

  it('of an isolate that knows no list yet give nothing, not even from memory', async () => {
    const { log, state } = logOf();
    state.fault = 'fails';
    const purges = createPurges({ logs: [log], colo: coloOf() });
    const { memory, tiers } = tiersWith(purges);
    const exchange = stored();
    memory.put(exchange);
    purges.tend(() => {});
    expect(await tiers.lookup(exchange.key)).toMatchObject({ exchange: undefined });
    state.fault = 'none';
    await vi.advanceTimersByTimeAsync(1_000);
    await visit(purges);
    expect(await tiers.lookup(exchange.key)).toMatchObject({ tier: 'memory' });
  });
});
