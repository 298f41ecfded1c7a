/** The sidecar as its image has it, without Docker: bundled, and started with the image's own command. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const origin = resolve(import.meta.dirname, '../../origin');

/**
 * @param folder where the bundle goes
 * @returns arguments for Node
 */
export function bundleSidecar(folder: string): readonly string[] {
  execFileSync(process.execPath, [join(origin, 'bundle.mjs'), folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  const dockerfile = readFileSync(join(origin, 'Dockerfile'), 'utf8');
  const [node, ...args] = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? '[]') as string[];
  if (node !== 'node' || !args.includes('/app/main.mjs'))
    throw new Error('origin/Dockerfile does not start /app/main.mjs with node');
  return args.map((word) => (word === '/app/main.mjs' ? join(folder, 'main.mjs') : word));
}
