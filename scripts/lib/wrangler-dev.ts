/** The edge under `wrangler dev`: reloads on a change, has the inspector; slower than the bare runtime. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Child, Family } from './children.ts';
import type { RunningEdge } from './edge.ts';

export interface DevOptions {
  readonly port: number;
  readonly host: string;
  readonly vars: Readonly<Record<string, string>>;
  readonly stateDir: string;
  readonly died: (child: Child) => void;
}

export function startWranglerDev(
  family: Family,
  { port, host, vars, stateDir, died }: DevOptions,
): Pick<RunningEdge, 'url' | 'close'> {
  // A file and not the command line: arguments are for everyone on the machine to see.
  const envFile = join(stateDir, 'dev.env');
  const set = Object.entries(vars).filter(([, value]) => value !== '');
  writeFileSync(envFile, set.map(([name, value]) => `${name}=${JSON.stringify(value)}\n`).join(''), { mode: 0o600 });
  family.start(
    'wrangler dev',
    'node_modules/wrangler/bin/wrangler.js',
    [
      'dev',
      '--port',
      String(port),
      '--ip',
      host,
      '--persist-to',
      join(stateDir, 'edge-dev'),
      '--env-file',
      envFile,
      '--show-interactive-dev-session=false',
    ],
    { WRANGLER_SEND_METRICS: 'false', CI: 'true' },
    died,
  );
  return { url: `http://localhost:${port}`, close: async () => {} };
}
