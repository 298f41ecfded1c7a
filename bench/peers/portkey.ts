/**
 * The Portkey gateway, as its npm package starts it: fetched into a temporary folder for the run, never a dependency. Its cache
 * belongs to its hosted service, so what is measured is what comes of asking for one.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../scripts/lib/ports.ts';
import type { Absent, Peer } from './peer.ts';
import { endProcess, startProcess } from './process.ts';

const VERSION = '1.15.2';
const INSTALL_LIMIT_MS = 180_000;

export async function portkeyPeer(ollamaPort: number): Promise<Peer | Absent> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-portkey-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const installed = spawnSync(
    'npm',
    ['install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error', `@portkey-ai/gateway@${VERSION}`],
    { encoding: 'utf8', timeout: INSTALL_LIMIT_MS, cwd: folder },
  );
  if (installed.status !== 0) {
    remove();
    return { name: 'Portkey', why: `npm could not install it: ${installed.stderr.trim().split('\n').at(-1)}` };
  }
  const port = await freePort();
  const script = join(folder, 'node_modules/@portkey-ai/gateway/build/start-server.js');
  try {
    const child = await startProcess(process.execPath, [script, `--port=${port}`, '--headless'], port);
    return {
      name: 'Portkey',
      what: `gateway ${VERSION} on Node, its simple cache asked for`,
      port,
      headers: {
        'x-portkey-provider': 'ollama',
        'x-portkey-custom-host': `http://127.0.0.1:${ollamaPort}`,
        'x-portkey-config': JSON.stringify({
          provider: 'ollama',
          custom_host: `http://127.0.0.1:${ollamaPort}`,
          cache: { mode: 'simple', max_age: 3_600 },
        }),
      },
      forwards: true,
      async close() {
        await endProcess(child);
        remove();
      },
    };
  } catch (error) {
    remove();
    return { name: 'Portkey', why: (error as Error).message };
  }
}
