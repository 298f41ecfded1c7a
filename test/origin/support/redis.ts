/** A Redis of a test's own, on a free port, gone afterwards. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { freePort } from './postgres.ts';

export interface TestRedis {
  readonly url: string;
  /** Stops it as a power cut would. */
  stop(): Promise<void>;
}

export async function startRedis(port?: number): Promise<TestRedis> {
  const at = port ?? (await freePort());
  const server = spawn(
    'redis-server',
    ['--port', String(at), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    {
      stdio: 'ignore',
    },
  );
  const failed = once(server, 'error').then(([error]) => Promise.reject(error as Error));
  const url = `redis://127.0.0.1:${at}`;
  const probe = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: 100 });
  probe.on('error', () => {});
  await Promise.race([probe.ping(), failed]).catch((error: Error) => {
    probe.disconnect();
    throw new Error(`redis-server does not start (apt-get install redis-server): ${error.message}`);
  });
  probe.disconnect();
  return {
    url,
    async stop() {
      const ended = once(server, 'exit');
      server.kill('SIGKILL');
      await ended;
    },
  };
}
