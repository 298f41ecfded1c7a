import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { configDefaults, defineConfig } from 'vitest/config';
import { leftOut } from './test/support/servers.ts';

const workers = 'test/**/*.workers.test.ts';
const e2e = 'test/e2e/**/*.test.ts';

const exclude = [...configDefaults.exclude, ...leftOut()];

export default defineConfig({
  test: {
    // Two cores: more workers only take turns.
    maxWorkers: 2,
    projects: [
      {
        // In the Workers runtime itself, with the bindings of wrangler.toml.
        plugins: [cloudflareTest({ wrangler: { configPath: './wrangler.toml' } })],
        test: {
          name: 'workers',
          include: [workers],
          exclude,
          globalSetup: ['./test/support/redis-rest.global.ts', './test/support/page.global.ts'],
          testTimeout: 20_000,
          env: { FUZZ_RUNS: process.env.FUZZ_RUNS ?? '', FUZZ_SEED: process.env.FUZZ_SEED ?? '' },
        },
      },
      {
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: [...exclude, workers, e2e],
          testTimeout: 20_000,
        },
      },
      {
        // Real processes, one file at a time.
        test: {
          name: 'e2e',
          include: [e2e],
          exclude,
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
