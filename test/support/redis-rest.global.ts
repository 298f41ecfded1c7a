/** For tests inside the Workers runtime, which can start nothing themselves: a Redis behind the sidecar's REST endpoint. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestProject } from 'vitest/node';
import { isThere } from './servers.ts';

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!isThere('redis-server')) return undefined;
  // A process of its own: modules that are loaded here are resolved as the Worker's are, and Redis's client is not.
  const child = spawn(process.execPath, [join(import.meta.dirname, 'redis-rest.process.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const failed = ended.then(() => Promise.reject(new Error('the Redis for the tests does not start: see above')));
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), failed])) as [string];
  failed.catch(() => {});
  project.provide('redisRest', JSON.parse(line));
  return async () => {
    child.stdin.end();
    await ended;
  };
}
