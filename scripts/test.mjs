// `npm test`: types, lint and every test; ends with the count. Arguments go to vitest (a path, `-t name`).
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, root, run } from './lib/install.mjs';

ensureInstalled();
const results = join(root, '.state', 'test-results.json');
mkdirSync(join(root, '.state'), { recursive: true });
rmSync(results, { force: true });

const only = process.argv.slice(2);
const checks = [
  ['types', 'tsc', ['--noEmit', '-p', 'tsconfig.json']],
  ['types of the origin and the tools', 'tsc', ['--noEmit', '-p', 'tsconfig.node.json']],
  ['lint', 'biome', ['check', '--error-on-warnings', '.']],
];
let passed = 0;
let failed = 0;
for (const [name, command, args] of only.length > 0 ? [] : checks) {
  const ok = (await run(command, args)) === 0;
  console.log(`${ok ? 'ok' : 'FAILED'}  ${name}`);
  if (ok) passed += 1;
  else failed += 1;
}

const code = await run('vitest', [
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${results}`,
  ...only,
]);
if (existsSync(results)) {
  const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(results, 'utf8'));
  passed += numPassedTests;
  failed += numFailedTests === 0 && code !== 0 ? Math.max(1, numFailedTestSuites) : numFailedTests;
} else {
  failed += 1;
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 && code === 0 ? 0 : 1);
