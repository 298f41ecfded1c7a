import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DiskTier } from '../../../origin/src/disk/disk-tier.ts';
import type { HistoryStore } from '../../../origin/src/history/history.ts';
import { openSqliteHistory } from '../../../origin/src/history/sqlite.ts';
import { worthWarming } from '../../../origin/src/warm/worth-warming.ts';
import { entry } from '../history/store-suite.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** What the entries' times are relative to, and nine o'clock of a day after it. */
const BASE = 1_700_000_000_000;
const NINE = BASE - (BASE % DAY) + 5 * DAY + 9 * HOUR;
const at = (days: number, hour: number) => NINE - BASE - days * DAY + (hour - 9) * HOUR;

let folder: string;
let history: HistoryStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'worth-warming-'));
  history = openSqliteHistory(folder);
});
afterEach(async () => {
  await history.close();
  rmSync(folder, { recursive: true, force: true });
});

const diskWith = (freshUntil: Record<string, number>) =>
  ({ freshUntil: (key: string) => freshUntil[key] ?? 0 }) as DiskTier;
const keys = async (limit: number, within = 0, disk?: DiskTier) =>
  (await worthWarming(history, disk, { limit, within, now: NINE })).map(({ key }) => key);

it('is what is popular, that of this time of day before what is asked more at others', async () => {
  const visits = (key: string, hour: number, count: number, more: object = {}) =>
    Array.from({ length: count }, (_, day) => entry(key, at(day + 1, hour), more));
  await history.write([
    ...visits('evening', 20, 4),
    ...visits('morning', 10, 3),
    ...visits('once', 10, 1),
    ...visits('not kept', 10, 3, { ttl: 0 }),
  ]);
  expect(await keys(9)).toEqual(['morning', 'evening']);
  expect(await keys(1)).toEqual(['morning']);
});

it('is not what is on disk for long enough', async () => {
  await history.write(['soon', 'late', 'gone'].flatMap((key) => [entry(key, at(1, 9)), entry(key, at(2, 9))]));
  const disk = diskWith({ soon: NINE + 60_000, late: NINE + HOUR });
  expect((await keys(9, 0, disk)).sort()).toEqual(['gone']);
  expect((await keys(9, 600, disk)).sort()).toEqual(['gone', 'soon']);
});
