// `npm run fuzz`: the fuzz tests at full length. FUZZ_RUNS (100,000 each) and FUZZ_SEED are honoured.
import { ensureInstalled, run } from './lib/install.mjs';

ensureInstalled();
process.env.FUZZ_RUNS ||= '100000';
process.exit(await run('vitest', ['run', '--project', 'workers', 'test/fuzz', ...process.argv.slice(2)]));
