/** An isolate's counts reach the object that adds them up: seldom, once, and whatever happens on the way. */
import { describe, expect, it } from 'vitest';
import { type Batch, createCollector } from '../../src/statistics/collector.ts';
import { createShard, type Shard } from '../../src/statistics/shard.ts';
import { unpack } from '../../src/statistics/tally.ts';
import { servedWith } from './events.ts';

const colo = () => 'FRA';

/** A clock that `pass` moves, and pauses that end when their time has come. */
function createClock() {
  let now = 1_000_000;
  const waiting: { readonly at: number; readonly resume: () => void }[] = [];
  return {
    now: () => now,
    pause: (ms: number) => new Promise<void>((resume) => waiting.push({ at: now + ms, resume })),
    async pass(ms: number) {
      const end = now + ms;
      while (now < end) {
        now = Math.min(end, now + 100);
        for (const one of waiting.splice(0)) {
          if (one.at <= now) one.resume();
          else waiting.push(one);
        }
        // What follows from it happens before the clock goes on.
        for (let turns = 0; turns < 10; turns++) await Promise.resolve();
      }
    },
  };
}

function setUp(send: (batch: Batch, shard: Shard) => Promise<unknown> = async (batch, shard) => shard.add(batch)) {
  const clock = createClock();
  const shard = createShard({ since: 0, recent: [], slots: [] }, clock.now);
  const sent: number[] = [];
  const collector = createCollector({
    prompts: false,
    now: clock.now,
    pause: clock.pause,
    send: (batch) => {
      sent.push(clock.now());
      return send(batch, shard);
    },
  });
  /** One request; its work goes on unless its context is taken down with it. */
  function request(over = {}, later: (work: Promise<unknown>) => void = () => {}) {
    collector.observe(servedWith(over));
    collector.handOn(later, colo);
  }
  const counted = () =>
    [...unpack(shard.read(Number.MAX_SAFE_INTEGER).windows.all).cells.values()].reduce(
      (sum, cell) => sum + cell.sums.requests,
      0,
    );
  return { clock, shard, collector, sent, request, counted };
}

describe('a collector', () => {
  it('hands on everything, at most once a second', async () => {
    const { clock, sent, request, counted } = setUp();
    for (let at = 0; at < 100; at++) {
      request();
      await clock.pass(100);
    }
    await clock.pass(2_000);
    expect(counted()).toBe(100);
    expect(sent.length).toBeGreaterThan(5);
    const gaps = sent.slice(1).map((at, index) => at - (sent[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
  });

  it('hands on the last second too, when nobody asks any more', async () => {
    const { clock, request, counted } = setUp();
    request();
    await clock.pass(1_100);
    request();
    await clock.pass(1_100);
    expect(counted()).toBe(2);
  });

  it('tries again with the same batch: what came after all counts once', async () => {
    let failures = 3;
    const { clock, request, counted } = setUp(async (batch, shard) => {
      shard.add(batch);
      if (failures-- > 0) throw new Error('the answer was lost on the way');
    });
    for (let at = 0; at < 60; at++) {
      request();
      await clock.pass(200);
    }
    await clock.pass(5_000);
    expect(counted()).toBe(60);
  });

  it('hands on the rest after a failure, though nobody asks any more', async () => {
    let failures = 2;
    const { clock, request, counted } = setUp(async (batch, shard) => {
      if (failures-- > 0) throw new Error('not now');
      shard.add(batch);
    });
    for (let at = 0; at < 20; at++) {
      request();
      await clock.pass(100);
    }
    await clock.pass(6_000);
    expect(counted()).toBe(20);
  });

  it('loses nothing to an object that never answers, and waits for it in no request', async () => {
    let hangs = true;
    const { clock, request, counted } = setUp((batch, shard) => {
      if (hangs) return new Promise(() => {});
      shard.add(batch);
      return Promise.resolve();
    });
    for (let at = 0; at < 50; at++) request();
    await clock.pass(8_000);
    expect(counted()).toBe(0);
    hangs = false;
    request();
    await clock.pass(15_000);
    expect(counted()).toBe(51);
  });

  it('goes on when the request whose turn it was is taken down', async () => {
    const clock = createClock();
    const batches: Batch[] = [];
    let alive = false;
    const collector = createCollector({
      prompts: false,
      now: clock.now,
      // Of a context that is taken down nothing goes on, not even a pause.
      pause: (ms) => (alive ? clock.pause(ms) : new Promise(() => {})),
      send: async (batch) => batches.push(batch),
    });
    const request = () => {
      collector.observe(servedWith());
      collector.handOn(() => {}, colo);
    };
    request();
    alive = true;
    request();
    await clock.pass(3_000);
    expect(batches).toEqual([]);
    await clock.pass(4_000);
    request();
    await clock.pass(2_000);
    expect(batches).toHaveLength(1);
    expect(batches[0]?.recent).toHaveLength(3);
  });

  describe('when it is read', () => {
    /** Until it resolves, or the clock has passed so many ms. */
    async function flushed({ clock, collector }: ReturnType<typeof setUp>, ms: number): Promise<boolean> {
      let done = false;
      void collector.flush(colo).then(() => (done = true));
      await clock.pass(ms);
      return done;
    }

    it('hands on at once what it counted, and nothing twice', async () => {
      const all = setUp();
      all.request();
      all.request();
      await all.collector.flush(colo);
      expect(all.counted()).toBe(2);
      await all.clock.pass(3_000);
      expect(all.sent).toHaveLength(1);
      await all.collector.flush(colo);
      expect(all.sent).toHaveLength(1);
    });

    it('takes what an earlier try had left, and what came since', async () => {
      let fails = true;
      const all = setUp(async (batch, shard) => {
        if (fails) throw new Error('not now');
        shard.add(batch);
      });
      all.request();
      expect(await flushed(all, 100)).toBe(true);
      expect(all.counted()).toBe(0);
      fails = false;
      all.request();
      await all.collector.flush(colo);
      expect(all.counted()).toBe(2);
    });

    it('waits for a batch that is on its way, and overtakes none', async () => {
      let arrive: (() => void) | undefined;
      const numbers: number[] = [];
      const all = setUp(async (batch, shard) => {
        if (batch.number === 1) await new Promise<void>((resolve) => (arrive = resolve));
        numbers.push(batch.number);
        shard.add(batch);
      });
      all.request();
      await all.clock.pass(1_100);
      all.request();
      const reading = all.collector.flush(colo);
      await all.clock.pass(100);
      expect(numbers).toEqual([]);
      arrive?.();
      await all.clock.pass(200);
      await reading;
      expect(numbers).toEqual([1, 2]);
      expect(all.counted()).toBe(2);
    });

    it('is not kept waiting by an object that never answers, and loses nothing to it', async () => {
      let hangs = true;
      const all = setUp((batch, shard) => {
        if (hangs) return new Promise(() => {});
        shard.add(batch);
        return Promise.resolve();
      });
      all.request();
      expect(await flushed(all, 600)).toBe(true);
      hangs = false;
      await all.clock.pass(10_000);
      expect(all.counted()).toBe(1);
    });
  });

  it('names only models that have answered', async () => {
    const { clock, request, shard } = setUp();
    request({ model: 'made-up', status: 404, fault: 'not_found', outcome: 'MISS' });
    request({ model: 'real:latest' });
    request({ model: 'real:latest', status: 502, fault: 'bad_gateway', outcome: 'MISS' });
    await clock.pass(2_000);
    const cells = [...unpack(shard.read(Number.MAX_SAFE_INTEGER).windows.all).cells.values()];
    expect(cells.map(({ labels }) => `${labels.model} ${labels.status}`).sort()).toEqual([
      'other 404',
      'real:latest 200',
      'real:latest 502',
    ]);
  });

  it('shows what was asked only where that is allowed', async () => {
    const { clock, request, shard } = setUp();
    request({ question: 'a secret', semantic: { similarity: 0.9, key: 'k', question: 'another', receipt: 'r' } });
    await clock.pass(2_000);
    expect(JSON.stringify(shard.read(0))).not.toMatch(/secret|another/);
  });

  it('keeps few of the recent requests in a rush', async () => {
    const { clock, request, shard } = setUp();
    for (let at = 0; at < 500; at++) request();
    await clock.pass(2_000);
    expect(shard.recent.length).toBeLessThanOrEqual(100);
  });
});
