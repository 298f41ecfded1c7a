// `npm start`: installs what is missing, then starts the pair with the project's own Node.
import { ensureInstalled, root, run } from './lib/install.mjs';

ensureInstalled();
if (Number(process.versions.node.split('.')[0]) >= 24) {
  process.chdir(root);
  await import('./start.ts');
} else {
  process.exit(await run('node', ['scripts/start.ts', ...process.argv.slice(2)]));
}
