import { describe, expect, it } from 'vitest';
import { createRecorder, type Ledger } from '../../src/experiment/recorder.ts';
import { type Counts, NOTHING } from '../../src/experiment/tally.ts';
import type { Event, Served } from '../../src/observe.ts';

const usage = { promptTokens: 1, completionTokens: 1 };
const served = (more: Partial<Served> = {}): Served => ({
  kind: 'served',
  route: '/api/chat',
  outcome: 'HIT',
  status: 200,
  tenant: 'public',
  model: 'm:latest',
  firstByteMs: 0,
  totalMs: 1,
  bytes: 10,
  usage,
  saved: { ...usage, ms: 0 },
  ...more,
});

function recording(fails = false) {
  const handed: Counts[] = [];
  const work: Promise<unknown>[] = [];
  let at = 0;
  const ledger: Ledger = {
    async add(counts) {
      if (fails) throw new Error('the object is down');
      handed.push(counts);
    },
    collected: async () => ({ counts: {}, since: undefined }),
  };
  const recorder = createRecorder(
    ledger,
    () => at,
    async () => {},
  );
  const count = (event: Event, bucket = 1) => recorder.count('a', bucket, event, (done) => work.push(done));
  return { handed, work, count, pass: (ms: number) => (at += ms) };
}

describe('a recorder', () => {
  it('hands over what it has in one piece, and everything once', async () => {
    const { handed, work, count } = recording();
    for (let time = 0; time < 50; time++) count(served());
    count(served({ outcome: 'MISS', firstByteMs: Math.E - 1 }), 2);
    expect(work).toHaveLength(1);
    await Promise.all(work);
    expect(handed).toEqual([
      {
        a: {
          1: { ...NOTHING, requests: 50, hits: 50 },
          2: { ...NOTHING, requests: 1, logMs: 1 },
        },
      },
    ]);
    count(served());
    await Promise.all(work);
    expect(handed[1]).toEqual({ a: { 1: { ...NOTHING, requests: 1, hits: 1 } } });
  });

  it('counts failures as failures, and leaves out what is the client’s own', async () => {
    const { handed, work, count } = recording();
    count(served({ outcome: 'MISS', status: 502, fault: 'bad_gateway' }));
    count(served({ outcome: 'MISS', fault: 'bad_gateway' }));
    count(served({ outcome: 'MISS', fault: 'cancelled' }));
    count(served({ outcome: 'MISS', status: 429, fault: 'rate_limited' }));
    count(served({ outcome: 'BYPASS' }));
    count({ kind: 'shadow_checked', by: 'wrong' });
    count({ kind: 'shadow_checked', by: 'right' });
    count({ kind: 'shadow_checked', by: 'unsure' });
    count({ kind: 'guard_refused', by: 'numbers' });
    await Promise.all(work);
    expect(handed[0]?.a?.[1]).toMatchObject({ requests: 3, hits: 0, errors: 2, checked: 2, wrong: 1 });
  });

  it('goes on when the object fails, and when a request is taken down with its hand-over', async () => {
    const failing = recording(true);
    failing.count(served());
    await expect(Promise.all(failing.work)).resolves.toBeDefined();

    const lost: Promise<unknown>[] = [];
    let at = 0;
    const recorder = createRecorder(
      { add: async () => {}, collected: async () => ({ counts: {}, since: undefined }) },
      () => at,
      () => new Promise(() => {}),
    );
    recorder.count('a', 1, served(), (done) => lost.push(done));
    recorder.count('a', 1, served(), (done) => lost.push(done));
    at = 60_000;
    recorder.count('a', 1, served(), (done) => lost.push(done));
    expect(lost).toHaveLength(2);
  });
});
