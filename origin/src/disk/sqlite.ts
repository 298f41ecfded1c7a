/** SQLite files: several sidecars may open the same one at once, and one that cannot be read any more is begun anew. */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** How long a statement waits for another process (ms). */
const BUSY_MS = 2_000;
const LOCK_TRIES = 40;
const LOCK_PAUSE_MS = 50;

/**
 * @param folder made if it is missing
 * @param prepare brings the schema up to date, within a transaction that excludes other writers
 * @param broken what becomes of a file that cannot be read: nothing, or it is set aside as `<name>.broken`
 */
export function openSqlite(
  folder: string,
  name: string,
  prepare: (db: DatabaseSync) => void,
  broken: 'drop' | 'set aside',
): DatabaseSync {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, name);
  try {
    return openAt(file, prepare);
  } catch (error) {
    if (!/malformed|not a database/.test(String(error))) throw error;
    console.error(`sidecar: ${file} cannot be read (${String(error)}) and is begun anew`);
    if (broken === 'set aside') renameSync(file, `${file}.broken`);
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });
    return openAt(file, prepare);
  }
}

function openAt(file: string, prepare: (db: DatabaseSync) => void): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: BUSY_MS });
  try {
    useWriteAheadLog(db);
    db.exec('PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE;');
    prepare(db);
    db.exec('COMMIT;');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** SQLite does not wait for its lock here, and another sidecar may be opening the same file. */
function useWriteAheadLog(db: DatabaseSync): void {
  for (let attempt = 1; ; attempt += 1)
    try {
      db.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;');
      return;
    } catch (error) {
      if (attempt >= LOCK_TRIES || !/locked/.test(String(error))) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_PAUSE_MS);
    }
}

export function versionOf(db: DatabaseSync): number {
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  return version;
}
