// Runs one of the project's programs with the project's own Node, after installing what is missing.
import { ensureInstalled, run } from './lib/install.mjs';

ensureInstalled();
const [program, ...args] = process.argv.slice(2);
process.exit(await run('node', ['--disable-warning=ExperimentalWarning', program, ...args]));
