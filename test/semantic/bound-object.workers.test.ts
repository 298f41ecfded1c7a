/** The error bound in its Durable Object, through the gates of several isolates. */
import { env } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { GATE_FRESH_MS, gates } from '../../src/semantic/bound-gates.ts';
import type { BoundClass, Gate } from '../../src/semantic/gate.ts';

const LIMIT = { limit: 0.01, confidence: 0.95 };
let counter = 0;
const someClass = (over: Partial<BoundClass> = {}): BoundClass => ({
  tenant: `tenant-${++counter}`,
  embedder: 'static',
  kind: 'question',
  base: 0.85,
  ...over,
});

/** An isolate with a clock of its own. */
function isolate() {
  let later: Promise<unknown> = Promise.resolve();
  let clock = 0;
  const own = gates(
    env.SEMANTIC_BOUND,
    LIMIT,
    (reason) => expect.unreachable(reason),
    () => clock,
  );
  return {
    ...own,
    pass(ms: number): void {
      clock += ms;
    },
    async gate(of: BoundClass): Promise<Gate> {
      return own.of(of, (work) => {
        later = work;
      });
    },
    settled: () => later,
  };
}

describe('the bound of a class', () => {
  it('begins with the operator’s threshold, and stops after three wrong answers in a row', async () => {
    const of = someClass();
    const here = isolate();
    expect(await here.gate(of)).toMatchObject({ serving: true, threshold: 0.85 });
    for (let check = 0; check < 3; check++) await here.label(of, 0.9, true);
    expect(await here.gate(of)).toMatchObject({ serving: false });
  });

  it('recovers by itself once would-be hits have proved the limit again', async () => {
    const of = someClass();
    const here = isolate();
    for (let check = 0; check < 3; check++) await here.label(of, 0.9, true);
    for (let check = 0; check < 298; check++) await here.label(of, 0.9, false);
    expect((await here.gate(of)).serving).toBe(false);
    await here.label(of, 0.9, false);
    expect((await here.gate(of)).serving).toBe(true);
  });

  it('is of one tenant, kind, embedder and threshold', async () => {
    const of = someClass();
    const here = isolate();
    for (let check = 0; check < 3; check++) await here.label(of, 0.9, true);
    const others = [{ tenant: 'another' }, { kind: 'follow-up' }, { embedder: 'ollama' }, { base: 0.9 }] as const;
    for (const other of others) expect((await here.gate({ ...of, ...other })).serving).toBe(true);
  });

  it('is known elsewhere without a request’s waiting: the next one after the renewal goes by it', async () => {
    const of = someClass();
    const [here, there] = [isolate(), isolate()];
    await there.gate(of);
    for (let check = 0; check < 3; check++) await here.label(of, 0.9, true);
    expect((await there.gate(of)).serving).toBe(true);
    there.pass(GATE_FRESH_MS);
    expect(there.of(of, () => {})).not.toBeInstanceOf(Promise);
    there.pass(GATE_FRESH_MS);
    await there.gate(of);
    await there.settled();
    expect((await there.gate(of)).serving).toBe(false);
  });

  it('is told of in the statistics', async () => {
    const of = someClass();
    const here = isolate();
    for (let check = 0; check < 9; check++) await here.label(of, 0.9, false);
    await here.label(of, 0.95, undefined);
    await here.part(of, 'pair', 0.9);
    const mine = (await here.summary()).filter(({ tenant }) => tenant === of.tenant);
    expect(mine).toEqual([
      expect.objectContaining({
        ...of,
        phase: 'serving',
        labels: 10,
        wrong: 1,
        checks: 10,
        wrongChecks: 1,
        unsureChecks: 1,
        reports: 1,
      }),
    ]);
    // Clopper and Pearson for 1 of 10 at 95 %.
    expect(mine[0]?.upperBound).toBeCloseTo(0.394, 3);
  });
});

describe('a pair that was reported', () => {
  it('is parted for its tenant, counts once, and is known to isolates that begin later', async () => {
    const of = someClass();
    const here = isolate();
    expect(await here.part(of, 'pair-1', 0.9)).toBe(true);
    expect(await here.part(of, 'pair-1', 0.9)).toBe(false);
    expect((await here.gate(of)).parted.has('pair-1')).toBe(true);
    expect((await isolate().gate({ ...of, kind: 'follow-up' })).parted.has('pair-1')).toBe(true);
    expect((await isolate().gate(someClass())).parted.has('pair-1')).toBe(false);
  });
});

describe('a bound that cannot be reached', () => {
  it('is not known, so that nothing is served by it; labels are lost, told of, and no error', async () => {
    const failures: string[] = [];
    const gone = {
      idFromName: () => 'id',
      get() {
        throw new Error('gone');
      },
    };
    const own = gates(gone as unknown as typeof env.SEMANTIC_BOUND, LIMIT, (reason) => failures.push(reason));
    await expect(own.of(someClass(), () => {})).rejects.toThrow();
    await own.label(someClass(), 0.9, true);
    await own.label(someClass(), 0.9, undefined);
    expect(failures).toHaveLength(2);
    await expect(own.part(someClass(), 'pair', 0.9)).rejects.toThrow();
    await expect(own.summary()).rejects.toThrow();
  });

  it('once it was known: what was known holds until it is renewed', async () => {
    const of = someClass();
    let reachable = true;
    let clock = 0;
    const namespace = {
      idFromName: (name: string) => env.SEMANTIC_BOUND.idFromName(name),
      get(id: DurableObjectId) {
        if (!reachable) throw new Error('gone');
        return env.SEMANTIC_BOUND.get(id);
      },
    };
    const failures: string[] = [];
    const own = gates(
      namespace as unknown as typeof env.SEMANTIC_BOUND,
      LIMIT,
      (reason) => failures.push(reason),
      () => clock,
    );
    await own.of(of, () => {});
    reachable = false;
    clock = GATE_FRESH_MS;
    const renewals: Promise<unknown>[] = [];
    expect(own.of(of, (work) => renewals.push(work))).toMatchObject({ serving: true });
    await Promise.all(renewals);
    expect(failures).toEqual(['gone']);
  });
});
