/**
 * The pair that is started when no URL is given: the edge on the bare runtime, the sidecar and the simulated Ollama, each as a
 * process of its own, so that what each takes can be told apart.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startEdge } from '../../../scripts/lib/edge.ts';
import { answers, freePort } from '../../../scripts/lib/ports.ts';
import { childrenNamed, type Process } from '../measure/processes.ts';

const root = resolve(import.meta.dirname, '../../..');

export interface LocalPair {
  readonly url: string;
  /** A key for each tenant. */
  readonly apiKeys: readonly string[];
  readonly processes: readonly Process[];
  readonly model: ModelControl;
  close(): Promise<void>;
}

/** The simulated Ollama, whose process is another. */
export interface ModelControl {
  stats(): Promise<ModelStats>;
  /** Any of its settings. */
  control(change: Readonly<Record<string, number>>): Promise<void>;
}

export interface ModelStats {
  readonly started: number;
  readonly generatedTokens: number;
}

export interface LocalPairOptions {
  readonly tenants: number;
  readonly models: readonly string[];
  /** Settings of the edge. */
  readonly vars?: Readonly<Record<string, string>>;
}

export async function startLocalPair({ tenants, models, vars = {} }: LocalPairOptions): Promise<LocalPair> {
  const state = mkdtempSync(join(tmpdir(), 'edge-cache-load-'));
  const children: ChildProcess[] = [];
  const secret = randomBytes(24).toString('base64url');
  const apiKeys = Array.from({ length: tenants }, () => `ek-${randomBytes(24).toString('base64url')}`);
  const hashOf = (key: string) => createHash('sha256').update(key).digest('hex');

  async function start(
    script: string,
    args: readonly string[],
    env: Record<string, string>,
    ready: string,
  ): Promise<number> {
    // With a channel to its parent, a child notices even a parent that was killed.
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, script), ...args], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // Not in the terminal's group: Ctrl-C is for the one that asks, not for those that answer.
      detached: true,
      env: { ...process.env, ...env },
    });
    children.push(child);
    await answers(ready, 30_000);
    return child.pid ?? 0;
  }

  async function close(): Promise<void> {
    await edge?.close();
    await Promise.all(
      children.map((child) => {
        if (child.exitCode !== null || child.signalCode !== null) return undefined;
        const ended = new Promise((done) => child.once('exit', done));
        child.kill('SIGKILL');
        return ended;
      }),
    );
    rmSync(state, { recursive: true, force: true });
  }

  let edge: Awaited<ReturnType<typeof startEdge>> | undefined;
  try {
    const [modelPort, originPort] = [await freePort(), await freePort()];
    const modelUrl = `http://127.0.0.1:${modelPort}`;
    const originUrl = `http://127.0.0.1:${originPort}`;
    const named = [...new Set([...models, 'all-minilm'])].join(',');
    const ollama = await start(
      'bench/simulated-ollama/main.ts',
      ['--port', String(modelPort), '--models', named],
      {},
      `${modelUrl}/api/version`,
    );
    const sidecar = await start(
      'origin/src/main.ts',
      [],
      {
        ORIGIN_PORT: String(originPort),
        ORIGIN_SECRET: secret,
        OLLAMA_URL: modelUrl,
        STATE_DIR: join(state, 'origin'),
      },
      `${originUrl}/health`,
    );
    edge = await startEdge({
      host: '127.0.0.1',
      port: 0,
      stateDir: join(state, 'edge'),
      vars: {
        ORIGIN_URL: originUrl,
        ORIGIN_SECRET: secret,
        ADMIN_KEY: randomBytes(24).toString('base64url'),
        API_KEYS: JSON.stringify(Object.fromEntries(apiKeys.map((key, at) => [hashOf(key), `tenant-${at}`]))),
        ...vars,
      },
    });
    return {
      // The runtime listens on IPv4 only; asking the name would try IPv6 first.
      url: edge.url.replace('localhost', '127.0.0.1'),
      apiKeys,
      processes: [
        ...childrenNamed('workerd').map((pid) => ({ name: 'edge (workerd)', pid })),
        { name: 'sidecar', pid: sidecar },
        { name: 'simulated Ollama', pid: ollama },
      ],
      model: {
        stats: async () => (await (await fetch(`${modelUrl}/_sim/stats`)).json()) as ModelStats,
        async control(change) {
          await fetch(`${modelUrl}/_sim/control`, { method: 'POST', body: JSON.stringify(change) });
        },
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
