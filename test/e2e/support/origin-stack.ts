/**
 * The origin's stack without Docker: real PostgreSQL and Redis with the command lines of docker-compose.origin.yml, the sidecar
 * bundled as its image has it and run with that image's command, the project's nginx.conf before all of them, and the simulated
 * Ollama behind.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SimulatedOllama, startSimulatedOllama } from '../../../bench/simulated-ollama/start.ts';
import { answers, freePort } from '../../../scripts/lib/ports.ts';
import { bundleSidecar } from '../../../scripts/lib/sidecar-image.ts';
import { compose, flagsOf, service } from '../../origin/stack/compose.ts';
import { startPostgres, type TestPostgres } from '../../origin/support/postgres.ts';
import { type Nginx, startNginx } from '../../support/nginx.ts';
import { type RedisServer, startRedisServer } from '../../support/redis-server.ts';

export const SECRET = 'a secret of the tests alone';

export interface StackSidecar {
  readonly url: string;
  readonly pid: number;
  /** Its exit code. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
}

export interface OriginStack {
  readonly nginx: Nginx;
  readonly ollama: SimulatedOllama;
  readonly redis: RedisServer;
  readonly postgres: TestPostgres;
  readonly sidecars: readonly StackSidecar[];
  close(): Promise<void>;
}

/** @param count as `--scale sidecar=<count>` */
export async function startOriginStack(
  count: number,
  ollamaOptions: object,
  settings: Readonly<Record<string, string>> = {},
): Promise<OriginStack> {
  const folder = mkdtempSync(join(tmpdir(), 'origin-stack-'));
  const command = bundleSidecar(join(folder, 'app'));
  mkdirSync(join(folder, 'state'));
  const postgresFlags = [...flagsOf(service('postgres'))].map(([name, value]) => `${name}=${value}`);
  // Debian's Redis is older than the image's; it knows all of these.
  const redisFlags = (service('redis').command ?? []).map(String);
  const [postgres, redis, ollama] = await Promise.all([
    startPostgres(postgresFlags),
    startRedisServer(redisFlags),
    startSimulatedOllama(ollamaOptions),
  ]);

  async function startSidecar(): Promise<StackSidecar> {
    const port = await freePort();
    const given = Object.entries(compose.services.sidecar?.environment ?? {}).map(([name, value]) => [
      name,
      String(value ?? ''),
    ]);
    const child: ChildProcess = spawn(process.execPath, command, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...Object.fromEntries(given),
        ORIGIN_SECRET: SECRET,
        ORIGIN_PORT: String(port),
        OLLAMA_URL: ollama.url,
        REDIS_URL: redis.url,
        DATABASE_URL: postgres.url,
        STATE_DIR: join(folder, 'state'),
        ...settings,
      },
    });
    const url = `http://127.0.0.1:${port}`;
    await answers(`${url}/health`, 20_000);
    return {
      url,
      pid: child.pid ?? 0,
      async end(signal) {
        if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
        const ended = once(child, 'exit');
        child.kill(signal);
        return (await ended)[0] as number | null;
      },
    };
  }

  // All at once, as Compose does it.
  const sidecars = await Promise.all(Array.from({ length: count }, startSidecar));
  const nginx = await startNginx(sidecars.map(({ url }) => new URL(url).host));
  return {
    nginx,
    ollama,
    redis,
    postgres,
    sidecars,
    async close() {
      await nginx.stop();
      await Promise.all(sidecars.map((sidecar) => sidecar.end('SIGKILL')));
      await Promise.all([redis.close(), postgres.stop(), ollama.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
