/**
 * Servers that tests run for real, from Debian's packages. In CI each must be there. Elsewhere the tests of one that is missing are
 * left out, and it is said which.
 */
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export type Server = 'redis-server' | 'postgresql' | 'nginx';

/** Files whose every test needs the server. */
const TESTS: Readonly<Record<Server, readonly string[]>> = {
  'redis-server': [
    'test/tiers/redis.workers.test.ts',
    'test/origin/redis-rest.test.ts',
    'test/origin/coalesce/shared.test.ts',
    'test/origin/lanes/slot-shares.test.ts',
    'test/origin/purge/shared.test.ts',
    'test/e2e/redis.test.ts',
    'test/e2e/origin-stack.test.ts',
    'test/e2e/faults/faults.test.ts',
  ],
  postgresql: [
    'test/origin/history/postgres.test.ts',
    'test/e2e/origin-stack.test.ts',
    'test/e2e/faults/faults.test.ts',
  ],
  nginx: ['test/origin/stack/ingress.test.ts', 'test/e2e/origin-stack.test.ts'],
};

const onPath = (name: string) =>
  ['/usr/sbin', ...(process.env.PATH ?? '').split(delimiter)].some((folder) => existsSync(join(folder, name)));

const POSTGRES = '/usr/lib/postgresql';

export function isThere(server: Server): boolean {
  if (process.env.CI) return true;
  if (server !== 'postgresql') return onPath(server);
  return existsSync(POSTGRES) && readdirSync(POSTGRES).length > 0;
}

/** The test files that cannot run on this machine. */
export function leftOut(): readonly string[] {
  const missing = (Object.keys(TESTS) as Server[]).filter((server) => !isThere(server));
  for (const server of missing)
    console.warn(`${server} is not installed (apt-get install ${server}): left out are ${TESTS[server].join(', ')}`);
  return [...new Set(missing.flatMap((server) => TESTS[server]))];
}
