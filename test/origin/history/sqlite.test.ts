import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openSqliteHistory } from '../../../origin/src/history/sqlite.ts';
import { entry, historyStoreSuite } from './store-suite.ts';

const folders: string[] = [];
const folder = () => {
  const made = mkdtempSync(join(tmpdir(), 'history-'));
  folders.push(made);
  return made;
};
afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true, force: true });
});

historyStoreSuite('SQLite', async () => openSqliteHistory(folder()));

it('survives a restart, and migrates only once', async () => {
  const where = folder();
  const first = openSqliteHistory(where);
  await first.write([entry('a', 1)]);
  await first.close();
  expect(await openSqliteHistory(where).popular({ since: 0, limit: 5 })).toHaveLength(1);
});

it('sets a file aside that cannot be read any more, and begins anew', async () => {
  const where = folder();
  writeFileSync(join(where, 'history.sqlite'), 'not a database, whatever its name says '.repeat(100));
  const history = openSqliteHistory(where);
  await history.write([entry('a', 1)]);
  expect(await history.popular({ since: 0, limit: 5 })).toHaveLength(1);
  expect(readdirSync(where)).toContain('history.sqlite.broken');
  await history.close();
});
