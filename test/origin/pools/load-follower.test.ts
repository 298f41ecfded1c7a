import { expect, it } from 'vitest';
import { followLoad } from '../../../origin/src/pools/load-follower.ts';
import { poolReport } from '../../../origin/src/pools/pool-stats.ts';

it('follows the load up at once and down slowly, within its bounds', () => {
  const load = followLoad(2, 50);
  expect(load.target).toBe(2);
  load.saw(20);
  expect(load.next()).toBe(25);
  const fading = Array.from({ length: 20 }, () => load.next());
  expect(fading[0]).toBeLessThan(25);
  expect(fading.at(-1)).toBe(2);
  for (let index = 1; index < fading.length; index += 1)
    expect(fading[index]).toBeLessThanOrEqual(fading[index - 1] ?? 0);
  load.saw(400);
  expect(load.next()).toBe(50);
});

it('reports the share of requests that found a ready connection, over all pools', () => {
  const pool = { name: 'a', max: 1, target: 1, connected: 1, idle: 1, busy: 0, waiting: 0 };
  const report = poolReport([
    { ...pool, requests: 90, hits: 90 },
    { ...pool, name: 'b', requests: 10, hits: 5 },
  ]);
  expect(report.hit_rate_percent).toBe(95);
  expect(report.pools.map((each) => each.hit_rate_percent)).toEqual([100, 50]);
  expect(poolReport([]).hit_rate_percent).toBe(100);
});
