// `npm run bench…`: a benchmark of bench/ with the project's own Node.
import { ensureInstalled, run } from './lib/install.mjs';

ensureInstalled();
const [name, ...args] = process.argv.slice(2);
process.exit(await run('node', ['--disable-warning=ExperimentalWarning', `bench/${name}.ts`, ...args]));
