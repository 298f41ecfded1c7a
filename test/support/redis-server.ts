/** A real redis-server (Debian's package) on a free port, in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../scripts/lib/ports.ts';

export interface RedisServer {
  readonly url: string;
  /** SIGKILL; `start` begins it again on the same port. */
  kill(): Promise<void>;
  /** It keeps its connections and answers nothing, until it is thawed. */
  freeze(): void;
  thaw(): void;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** @param settings more of its command line */
export async function startRedisServer(settings: readonly string[] = []): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'redis-test-'));
  const port = await freePort();
  let server: ChildProcess | undefined;
  const killAtExit = () => void server?.kill('SIGKILL');
  process.once('exit', killAtExit);

  async function start(): Promise<void> {
    server = spawn(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...settings],
      {
        stdio: 'ignore',
      },
    );
    const failed = new Promise<never>((_, reject) =>
      server?.once('error', () => reject(new Error('redis-server is not installed: apt-get install redis-server'))),
    );
    await Promise.race([listening(port), failed]);
  }
  async function kill(): Promise<void> {
    if (server === undefined || server.exitCode !== null) return;
    const ended = new Promise((done) => server?.once('exit', done));
    server.kill('SIGKILL');
    await ended;
  }
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
    start,
    async close() {
      await kill();
      process.off('exit', killAtExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves when something listens there; rejects after ten seconds. */
export async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('close', () => socket.destroy());
      setTimeout(() => socket.destroy(), 500).unref();
    });
    if (open) return;
    await new Promise((resume) => setTimeout(resume, 50));
  }
  throw new Error(`nothing listens on port ${port}`);
}
