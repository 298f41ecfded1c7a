import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { count, createTally, pack, type Tally, unpack } from '../../src/statistics/tally.ts';
import { createWindows, WINDOWS, type WindowName } from '../../src/statistics/windows.ts';
import { servedWith } from './events.ts';

const START = Date.UTC(2026, 10, 25, 12, 0, 0, 0);
const DAY = 86_400_000;

function tallyOf(requests: number): Tally {
  const tally = createTally();
  for (let at = 0; at < requests; at++) count(tally, servedWith());
  return tally;
}

function requestsIn({ cells }: Tally): number {
  return [...cells.values()].reduce((sum, cell) => sum + cell.sums.requests, 0);
}

describe('windows', () => {
  it('hold what is as young as they are long, to the slot', () => {
    const steps = fc.array(
      fc.record({ wait: fc.integer({ min: 0, max: 3 * 3_600_000 }), requests: fc.nat({ max: 3 }) }),
      {
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const windows = createWindows();
        const history: { readonly at: number; readonly requests: number }[] = [];
        let now = START;
        for (const { wait, requests } of all) {
          now += wait;
          windows.add(tallyOf(requests), now);
          history.push({ at: now, requests });
        }
        const slack = { minute: 1_000, hour: 60_000, day: 600_000, all: 0 } as const;
        for (const name of Object.keys(WINDOWS) as WindowName[]) {
          const within = (age: number) =>
            history.filter(({ at }) => at > now - age).reduce((sum, { requests }) => sum + requests, 0);
          const read = requestsIn(windows.sum(name, now));
          expect(read).toBeGreaterThanOrEqual(within(WINDOWS[name]));
          expect(read).toBeLessThanOrEqual(within(WINDOWS[name] + slack[name]));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('stay few, lose nothing, and survive a restart from their changes', () => {
    let windows = createWindows();
    const kept = new Map<string, { level: number; at: number; body: string }>();
    let most = 0;
    let now = START;
    let added = 0;
    for (; now < START + 2 * DAY; now += 47_000) {
      windows.add(tallyOf(1), now);
      added += 1;
      for (const { level, at, tally } of windows.changes()) {
        if (tally === undefined) kept.delete(`${level} ${at}`);
        else kept.set(`${level} ${at}`, { level, at, body: JSON.stringify(pack(tally)) });
      }
      most = Math.max(most, kept.size);
      if (added % 500 === 0)
        windows = createWindows(
          [...kept.values()].map(({ body, ...slot }) => ({ ...slot, tally: unpack(JSON.parse(body)) })),
        );
    }
    expect(requestsIn(windows.sum('all', now))).toBe(added);
    expect(most).toBeLessThan(350);
    expect(requestsIn(windows.sum('all', now + 30 * DAY))).toBe(added);
    expect(requestsIn(windows.sum('day', now + 30 * DAY))).toBe(0);
    expect(windows.slots(1, now + 30 * DAY)).toEqual([]);
    expect(windows.changes().filter(({ tally }) => tally !== undefined)).toHaveLength(1);
  });

  it('have few changes to tell though nobody asked for two days', () => {
    const windows = createWindows();
    for (let now = START; now < START + 2 * DAY; now += 47_000) windows.add(tallyOf(1), now);
    const changes = windows.changes();
    expect(changes.length).toBeLessThan(350);
    expect(changes.filter(({ tally }) => tally === undefined)).toEqual([]);
  });
});
