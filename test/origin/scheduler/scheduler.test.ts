import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prefixOf } from '../../../origin/src/scheduler/prefix.ts';
import { createScheduler } from '../../../origin/src/scheduler/scheduler.ts';
import { PRIORITIES } from '../../../origin/src/scheduler/ticket.ts';
import { defaults, drive, ticket } from './drive.ts';

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

describe('slots', () => {
  it('starts at once on an idle lane, and never more than there are slots', () => {
    const { started, peak } = drive(
      times(1000, () => ticket()),
      { limit: 1000, waitMs: 1e9 },
    );
    expect(started.slice(0, 4).map(({ at }) => at)).toEqual([0, 0, 0, 0]);
    expect(started).toHaveLength(1000);
    expect(peak).toBe(4);
  });

  it('holds its invariants for any arrivals', () => {
    const arrival = fc.record({
      tenant: fc.constantFrom('a', 'b', 'c'),
      model: fc.constantFrom('m:latest', 'n:latest', 'o:latest'),
      priority: fc.constantFrom(...PRIORITIES),
      cost: fc.integer({ min: 1, max: 5000 }),
      since: fc.integer({ min: 0, max: 20_000 }),
      group: fc.option(fc.constantFrom('g1', 'g2'), { nil: undefined }),
      duration: fc.integer({ min: 1, max: 3000 }),
    });
    fc.assert(
      fc.property(fc.array(arrival, { maxLength: 60 }), fc.integer({ min: 1, max: 3 }), (arrivals, lanes) => {
        const durations = new Map<number, number>();
        const tickets = arrivals.map(({ duration, group, ...of }) => {
          const made = ticket({ ...of, ...(group !== undefined && { group: `${group} ${of.model}` }) });
          durations.set(made.id, duration);
          return made;
        });
        const options = {
          lanes: times(lanes, (index) => `lane ${index}`),
          loadMs: 700,
          waitMs: 1e9,
          runMs: ({ id }: { id: number }) => durations.get(id) ?? 1,
        };
        const played = drive(tickets, options);
        expect(played.started.map((each) => each.ticket.id).sort()).toEqual(tickets.map(({ id }) => id).sort());
        expect(played.peak).toBeLessThanOrEqual(4 * lanes);
        expect(played.scheduler.waiting).toBe(0);
        expect(drive(tickets, options).started.map(({ ticket: { id }, lane, at }) => [id, lane, at])).toEqual(
          played.started.map(({ ticket: { id }, lane, at }) => [id, lane, at]),
        );
      }),
      { numRuns: 200 },
    );
  });
});

describe('priority', () => {
  it('rises when somebody more urgent waits for the same, and never falls', () => {
    const scheduler = createScheduler({ ...defaults, slots: 1 });
    scheduler.observed('a', ['m:latest'], 0);
    const [running, guess, warm, person] = [
      ticket(),
      ticket({ priority: 'prefetch' }),
      ticket({ priority: 'warm' }),
      ticket(),
    ];
    scheduler.submit(running, 0);
    const [first] = scheduler.dispatch(0);
    for (const each of [guess, warm, person]) scheduler.submit(each, 0);
    scheduler.promote(guess.id, 'interactive');
    scheduler.promote(person.id, 'prefetch');
    scheduler.promote(12_345, 'interactive');
    const order: number[] = [];
    let run = first?.kind === 'run' ? first.run : 0;
    for (let at = 1; at <= 3; at++) {
      scheduler.finished(run, at);
      const [next] = scheduler.dispatch(at);
      if (next?.kind !== 'run') break;
      run = next.run;
      order.push(...next.tickets.map(({ id }) => id));
    }
    expect(order).toEqual([person.id, guess.id, warm.id]);
  });

  it('serves people before refreshes before warm-ups before guesses', () => {
    const busy = times(4, () => ticket());
    const later = [...PRIORITIES].reverse().map((priority) => ticket({ priority, since: 10 }));
    const { started } = drive([...busy, ...later], { slots: 4, runMs: ({ id }) => (id === busy[0]?.id ? 100 : 5000) });
    expect(started.slice(4).map((each) => each.ticket.priority)).toEqual([...PRIORITIES]);
  });

  it('makes room in a full queue by refusing the newest of the lowest priority', () => {
    const scheduler = createScheduler({ ...defaults, limit: 2 });
    scheduler.submit(ticket({ priority: 'warm' }), 0);
    const guess = ticket({ priority: 'prefetch', since: 1 });
    scheduler.submit(guess, 1);
    expect(scheduler.submit(ticket({ since: 2 }), 2)).toMatchObject({ kind: 'waiting', displaced: { id: guess.id } });
    expect(scheduler.submit(ticket({ since: 3, priority: 'prefetch' }), 3)).toMatchObject({ kind: 'full' });
  });
});

describe('fairness', () => {
  it('a tenant that floods the queue does not push back one that asks now and then', () => {
    const flood = times(400, () => ticket({ tenant: 'flood' }));
    const rare = times(10, (index) => ticket({ tenant: 'rare', since: 2000 * index + 1 }));
    const { started } = drive([...flood, ...rare], { waitMs: 1e9, runMs: () => 1000 });
    const waits = started
      .filter((each) => each.ticket.tenant === 'rare')
      .map(({ ticket: { since }, at }) => at - since);
    // A slot of four ends every quarter of the time; two tenants share them: within one generation it is their turn.
    expect(Math.max(...waits)).toBeLessThanOrEqual(2000);
  });

  it('counts in tokens: with answers four times as long a tenant gets a quarter of the turns', () => {
    const long = times(200, () => ticket({ tenant: 'long', cost: 2048 }));
    const short = times(200, () => ticket({ tenant: 'short', cost: 512 }));
    const { started } = drive([...long, ...short], { waitMs: 1e9 });
    const first = started.slice(0, 100).filter((each) => each.ticket.tenant === 'long').length;
    expect(first).toBeGreaterThanOrEqual(18);
    expect(first).toBeLessThanOrEqual(22);
  });

  it('gives each of many equal tenants an equal share', () => {
    const all = times(300, (index) => ticket({ tenant: `t${index % 6}`, cost: 300 }));
    const { started } = drive(all, { waitMs: 1e9 });
    for (let tenant = 0; tenant < 6; tenant += 1) {
      const share = started.slice(0, 120).filter((each) => each.ticket.tenant === `t${tenant}`).length;
      expect(Math.abs(share - 20)).toBeLessThanOrEqual(2);
    }
  });
});

describe('models', () => {
  it('loads once, outside the slots, and sends what waits for it after that', () => {
    const { loads, started } = drive(
      times(3, () => ticket({ model: 'n:latest' })),
      { loadMs: 4000 },
    );
    expect(loads).toEqual([{ lane: 'a', model: 'n:latest', at: 0 }]);
    expect(started.map(({ at }) => at)).toEqual([4000, 4000, 4000]);
  });

  it('does not swap back and forth between two models that do not fit together', () => {
    const mixed = times(80, (index) => ticket({ model: index % 2 ? 'm:latest' : 'n:latest', since: index * 10 }));
    const { loads, started } = drive(mixed, { capacity: 1, loadMs: 1000, waitMs: 1e9, turnMs: 5000 });
    expect(started).toHaveLength(80);
    // 40 of each, four at a time, a second each: ten seconds of work a model, in turns of at least five; strictly in order of
    // arrival it would be 79.
    expect(loads.length).toBeLessThanOrEqual(5);
  });

  it('keeps the slots busy with the model in memory, however many of another wait in front', () => {
    const others = times(60, () => ticket({ model: 'n:latest' }));
    const own = times(4, () => ticket());
    const { started } = drive([ticket(), ...others, ...own], { capacity: 1, loadMs: 500, waitMs: 1e9 });
    const begun = started.filter((each) => own.some(({ id }) => id === each.ticket.id)).map(({ at }) => at);
    expect(Math.max(...begun)).toBeLessThanOrEqual(1000);
  });

  it('starves nobody: a model gets its turn although the other always has work', () => {
    const steady = times(400, (index) => ticket({ since: index * 200 }));
    const other = ticket({ model: 'n:latest', since: 1000 });
    const { started } = drive([...steady, other], { capacity: 1, loadMs: 500, waitMs: 1e9, turnMs: 5000 });
    const at = started.find((each) => each.ticket.id === other.id)?.at ?? Number.POSITIVE_INFINITY;
    expect(at - other.since).toBeLessThanOrEqual(5000 + 1000 + 500);
  });

  it('lowers its idea of what fits when a model was pushed out before its time', () => {
    const scheduler = createScheduler(defaults);
    scheduler.observed('a', ['m:latest'], 0);
    scheduler.submit(ticket({ model: 'n:latest' }), 10);
    expect(scheduler.dispatch(10)).toMatchObject([{ kind: 'load', model: 'n:latest' }]);
    scheduler.loaded('a', 'n:latest', true, 20);
    scheduler.observed('a', ['n:latest'], 30);
    expect(scheduler.lanes[0]?.capacity).toBe(1);
  });

  it('sends requests for a model that is not listed, or does not load, for the answer that they get', () => {
    const scheduler = createScheduler(defaults);
    scheduler.submit(ticket({ model: 'x:latest', listed: false }), 0);
    expect(scheduler.dispatch(0)).toMatchObject([{ kind: 'run' }]);
    scheduler.submit(ticket({ model: 'broken:latest' }), 0);
    expect(scheduler.dispatch(0)).toMatchObject([{ kind: 'load' }]);
    scheduler.loaded('a', 'broken:latest', false, 5);
    expect(scheduler.dispatch(5)).toMatchObject([{ kind: 'run' }]);
  });

  it('prefers the lane that has the model, and loads it on another only when that one stays busy', () => {
    const scheduler = createScheduler({ ...defaults, lanes: ['a', 'b'], slots: 1 });
    scheduler.observed('b', ['m:latest'], 0);
    scheduler.submit(ticket(), 0);
    expect(scheduler.dispatch(0)).toMatchObject([{ kind: 'run', lane: 'b' }]);
    scheduler.submit(ticket({ since: 1 }), 1);
    expect(scheduler.dispatch(1)).toEqual([]);
    expect(scheduler.dispatch(10_000)).toMatchObject([{ kind: 'load', lane: 'a' }]);
  });
});

describe('prefixes', () => {
  const shared = prefixOf('You are a helpful assistant. '.repeat(60));
  const other = prefixOf('Translate the following text. '.repeat(60));

  it('chains requests with one beginning onto the slot that holds it', () => {
    // Two slots, two beginnings, asked alternately: each slot should stay with one of them.
    const asked = times(24, (index) => ticket({ prefix: Math.floor(index / 2) % 2 ? other : shared }));
    const { started } = drive(asked, { slots: 2, waitMs: 1e9 });
    let switches = 0;
    for (const [index, each] of started.entries())
      if (index >= 2 && each.ticket.prefix !== started[index - 2]?.ticket.prefix) switches += 1;
    expect(switches).toBeLessThanOrEqual(4);
  });

  it('lets something else go first while the slot that holds its beginning is busy', () => {
    const scheduler = createScheduler({ ...defaults, slots: 2 });
    scheduler.observed('a', ['m:latest'], 0);
    scheduler.submit(ticket({ prefix: shared }), 0);
    scheduler.dispatch(0);
    const second = ticket({ prefix: shared, since: 1 });
    const third = ticket({ prefix: other, since: 1 });
    scheduler.submit(second, 1);
    scheduler.submit(third, 1);
    expect(scheduler.dispatch(1)).toMatchObject([{ tickets: [{ id: third.id }] }]);
  });
});

describe('merging', () => {
  it('adds nothing to an idle system', () => {
    const { started } = drive([ticket({ group: 'g' })], {});
    expect(started[0]?.at).toBe(0);
  });

  it('collects single embeddings for at most 50 ms while no slot is free, and sends them as one', () => {
    const busy = times(4, () => ticket());
    const embeds = times(10, (index) => ticket({ group: 'g', since: 100 + index * 10 }));
    const { runs } = drive([...busy, ...embeds], { runMs: ({ group }) => (group ? 10 : 120) });
    const merged = runs.filter((run) => run[0]?.group === 'g').map((run) => run.length);
    // The window opens at 100 with the first and closes at 150, although slots are free from 120 on. Six inputs take all the
    // slots, so the next window opens at 160.
    expect(merged).toEqual([6, 4]);
  });

  it('merges no more than the limit', () => {
    const busy = times(4, () => ticket());
    const { runs } = drive([...busy, ...times(50, () => ticket({ group: 'g', since: 1 }))], { mergeLimit: 32 });
    expect(runs.filter((run) => run[0]?.group === 'g').map((run) => run.length)).toEqual([32, 18]);
  });
});

describe('bounds', () => {
  it('refuses past the limit, and says when to come back from the drain rate that it measured', () => {
    const scheduler = createScheduler({ ...defaults, limit: 8 });
    scheduler.observed('a', ['m:latest'], 0);
    for (let round = 0; round < 60; round += 1) {
      scheduler.submit(ticket(), round * 8000);
      const [command] = scheduler.dispatch(round * 8000);
      if (command?.kind === 'run') scheduler.finished(command.run, (round + 1) * 8000);
    }
    const now = 60 * 8000;
    for (let index = 0; index < 4; index += 1) scheduler.submit(ticket({ since: now }), now);
    scheduler.dispatch(now);
    for (let index = 0; index < 8; index += 1) scheduler.submit(ticket({ since: now }), now);
    const refusal = scheduler.submit(ticket({ since: now }), now);
    // Eight wait, one of four slots is free every two seconds.
    expect(refusal).toEqual({ kind: 'full', retryAfter: 16 });
    expect(scheduler.expectedWait('interactive')).toBe(18_000);
  });

  it('gives up on what has waited too long', () => {
    const waiting = times(6, () => ticket());
    const { expired, started } = drive(waiting, { waitMs: 3000, runMs: () => 10_000 });
    expect(started).toHaveLength(4);
    expect(expired).toHaveLength(2);
  });
});

describe('lanes that fail', () => {
  it('gets no work while it hangs; what it failed goes to the other lane first', () => {
    const scheduler = createScheduler({ ...defaults, lanes: ['a', 'b'], slots: 1 });
    for (const lane of ['a', 'b']) scheduler.observed(lane, ['m:latest'], 0);
    const first = ticket();
    scheduler.submit(first, 0);
    const [command] = scheduler.dispatch(0);
    expect(command).toMatchObject({ kind: 'run', lane: 'a' });
    scheduler.setState('a', { kind: 'hung', since: 5 });
    if (command?.kind === 'run') scheduler.finished(command.run, 5);
    scheduler.submit(ticket({ since: 5 }), 5);
    scheduler.resubmit({ ...first, avoid: ['a'] });
    expect(scheduler.dispatch(5)).toMatchObject([{ lane: 'b', tickets: [{ id: first.id }] }]);
    expect(scheduler.dispatch(6)).toEqual([]);
    scheduler.setState('a', { kind: 'up' });
    expect(scheduler.dispatch(7)).toMatchObject([{ lane: 'a' }]);
  });

  it('waits a little while nothing can be reached, then gives up at once', () => {
    const scheduler = createScheduler(defaults);
    scheduler.setState('a', { kind: 'unreachable', since: 1000 });
    scheduler.submit(ticket({ since: 2000 }), 2000);
    expect(scheduler.dispatch(2000)).toEqual([]);
    expect(scheduler.expire(3999)).toEqual([]);
    expect(scheduler.nextWake(3999)).toBe(4000);
    expect(scheduler.expire(4000)).toHaveLength(1);
    scheduler.submit(ticket({ since: 9000 }), 9000);
    expect(scheduler.expire(9000)).toHaveLength(1);
  });
});
