import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type SlotShares, shareSlots } from '../../../origin/src/lanes/slot-shares.ts';
import { openRedisPool } from '../../../origin/src/pools/redis.ts';
import { type RedisServer, startRedisServer } from '../../support/redis-server.ts';

const SLOTS = 4;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let redis: RedisServer;
let lane = '';
let lanes = 0;
const members: Member[] = [];
beforeAll(async () => {
  redis = await startRedisServer();
});
beforeEach(() => {
  lane = `http://lane-${lanes++}`;
});
afterEach(async () => {
  for (const member of members.splice(0)) await member.leave();
});
afterAll(() => redis.close());

interface Member {
  readonly shares: SlotShares;
  /** Slots that it may use now. */
  readonly granted: number;
  inUse: number;
  waiting: number;
  report(): void;
  leave(): Promise<void>;
  /** As a process that was killed: it gives nothing back. */
  die(): void;
}

/** A sidecar that starts work as soon as it may. */
function member(): Member {
  const pool = openRedisPool(redis.url, 'queue');
  let alive = true;
  const use: typeof pool.use = (act) => (alive ? pool.use(act) : Promise.reject(new Error('dead')));
  const shares = shareSlots({ ...pool, use }, [lane], SLOTS, { renewMs: 200, expiresMs: 800 });
  let granted = 0;
  const self: Member = {
    shares,
    inUse: 0,
    waiting: 0,
    get granted() {
      return granted;
    },
    report() {
      while (self.waiting > 0 && self.inUse < granted) {
        self.waiting -= 1;
        self.inUse += 1;
      }
      shares.report(lane, self.inUse, self.inUse + self.waiting);
    },
    async leave() {
      await shares.close();
      pool.close();
    },
    die() {
      alive = false;
    },
  };
  shares.onGrant((_, slots) => {
    granted = slots;
    self.report();
  });
  members.push(self);
  return self;
}

async function eventually(check: () => void, limitMs = 3_000): Promise<void> {
  const until = Date.now() + limitMs;
  for (;;)
    try {
      return check();
    } catch (error) {
      if (Date.now() > until) throw error;
      await sleep(5);
    }
}

describe('the slots of one Ollama', () => {
  it('are all those of a sidecar that is alone, before its first request', async () => {
    const one = member();
    await one.shares.ready;
    expect(one.granted).toBe(SLOTS);
  });

  it('go to those that have work, and each of many idle ones can begin at once', async () => {
    const [one, other] = [member(), member()];
    await Promise.all([one.shares.ready, other.shares.ready]);
    await eventually(() => expect([one.granted, other.granted]).toEqual([2, 2]));
    one.waiting = 9;
    one.report();
    await eventually(() => expect([one.inUse, other.granted]).toEqual([4, 0]));
    one.waiting = 0;
    one.inUse = 0;
    one.report();
    await eventually(() => expect([one.granted, other.granted]).toEqual([2, 2]));
  });

  it('are halved between two that want them all, as soon as runs end', async () => {
    const one = member();
    one.waiting = 100;
    one.report();
    await eventually(() => expect(one.inUse).toBe(4));
    const other = member();
    other.waiting = 100;
    other.report();
    await sleep(50);
    expect(one.inUse + other.inUse).toBe(4);
    for (let round = 0; round < 4; round += 1) {
      one.inUse -= 1;
      one.report();
      await sleep(30);
    }
    await eventually(() => expect([one.inUse, other.inUse]).toEqual([2, 2]));
  });

  it('are never used by more runs than there are, however work comes and goes; and all of it is done', async () => {
    const all = [member(), member(), member()];
    let most = 0;
    let done = 0;
    const watch = () => {
      most = Math.max(
        most,
        all.reduce((sum, { inUse }) => sum + inUse, 0),
      );
    };
    const work = all.map(async (self, index) => {
      for (let left = 60; left > 0; left -= 1) {
        self.waiting += 1;
        self.report();
        watch();
        await sleep(Math.random() * 8 * index);
        if (self.inUse === 0) continue;
        await sleep(Math.random() * 5);
        self.inUse -= 1;
        done += 1;
        self.report();
        watch();
      }
      while (self.inUse + self.waiting > 0) {
        await sleep(2);
        watch();
        if (self.inUse === 0) continue;
        self.inUse -= 1;
        done += 1;
        self.report();
      }
    });
    await Promise.all(work);
    expect(most).toBe(SLOTS);
    expect(done).toBe(180);
  });

  it('are not given away twice when Redis forgets everything', async () => {
    const [one, other] = [member(), member()];
    await Promise.all([one.shares.ready, other.shares.ready]);
    for (const self of [one, other]) {
      self.waiting = 1_000;
      self.report();
    }
    let most = 0;
    const client = openRedisPool(redis.url, 'cache');
    for (let round = 0; round < 60; round += 1) {
      if (round % 20 === 10) await client.use((connection) => connection.flushall());
      const self = round % 2 === 0 ? one : other;
      if (self.inUse > 0) self.inUse -= 1;
      self.report();
      await sleep(10);
      most = Math.max(most, one.inUse + other.inUse);
    }
    client.close();
    expect(most).toBe(SLOTS);
    await eventually(() => expect([one.granted, other.granted]).toEqual([2, 2]));
  });

  it('come back from a sidecar that was killed', async () => {
    const one = member();
    one.waiting = 4;
    one.report();
    await eventually(() => expect(one.inUse).toBe(4));
    one.die();
    const other = member();
    other.waiting = 4;
    other.report();
    await other.shares.ready;
    expect(other.inUse).toBe(0);
    await eventually(() => expect(other.inUse).toBe(4), 4_000);
  });

  it('can be used on while Redis answers nothing', async () => {
    const one = member();
    await one.shares.ready;
    redis.freeze();
    try {
      await sleep(1_500);
      one.waiting = 4;
      one.report();
      expect(one.inUse).toBe(4);
    } finally {
      redis.thaw();
    }
  });
});
