/** A PostgreSQL of a test's own: made in a temporary folder, on a socket and a free port of this machine, gone afterwards. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

export interface TestPostgres {
  readonly url: string;
  /** Ends it at once; `start` begins it again with its data, on the same port. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and deletes its data. */
  stop(): Promise<void>;
}

const DEBIAN = '/usr/lib/postgresql';

/** Debian keeps the server's programs out of the path, one folder a version. */
function binaries(): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  for (const version of versions) {
    const folder = join(DEBIAN, version, 'bin');
    if (existsSync(join(folder, 'initdb'))) return folder;
  }
  throw new Error('no PostgreSQL server is installed: apt-get install postgresql');
}

/** The server refuses to run as root; Debian's package makes a user for it. */
function owner(): { uid: number; gid: number } | Record<string, never> {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** @param more settings, `name=value` */
export async function startPostgres(more: readonly string[] = []): Promise<TestPostgres> {
  const bin = binaries();
  const as = owner();
  const folder = mkdtempSync(join(tmpdir(), 'test-postgres-'));
  if ('uid' in as && as.uid !== undefined) chownSync(folder, as.uid, as.gid);
  const data = join(folder, 'data');
  const options = ['-D', data, '-U', 'postgres', '-A', 'trust', '-N', '--locale=C', '-E', 'UTF8'];
  execFileSync(join(bin, 'initdb'), options, { ...as, cwd: folder, stdio: 'ignore' });
  const port = await freePort();
  const settings = [
    'fsync=off',
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
    'max_connections=80',
    ...more,
  ];
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  let server: ChildProcess | undefined;

  async function start(): Promise<void> {
    const options = ['-D', data, '-p', String(port), ...settings.flatMap((one) => ['-c', one])];
    server = spawn(join(bin, 'postgres'), options, { ...as, cwd: folder, stdio: 'ignore' });
    await answers(url);
  }
  async function kill(): Promise<void> {
    if (server === undefined || server.exitCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGQUIT');
    await ended;
  }
  await start();
  return {
    url,
    kill,
    start,
    async stop() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const client = new pg.Client({ connectionString: url });
    const ok = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end().catch(() => {});
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('PostgreSQL did not start');
}
