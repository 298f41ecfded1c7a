/**
 * The real pair for tests and benchmarks: an Ollama, the sidecar as its own process, the edge on the bare runtime. The Ollama is the simulated
 * one, or with OLLAMA_URL set the one that is there.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  type SimulatedOllama,
  type SimulatedOptions,
  startSimulatedOllama,
} from '../../bench/simulated-ollama/start.ts';
import { startEdge } from './edge.ts';
import { answers, freePort } from './ports.ts';

const root = resolve(import.meta.dirname, '../..');
const SECRET = 'a secret of the tests alone';

export interface Pair {
  readonly url: string;
  readonly sidecarUrl: string;
  readonly secret: string;
  /** The sidecar's process, while it runs. */
  readonly sidecarPid: number | undefined;
  /** The edge's settings. */
  readonly edgeVars: Readonly<Record<string, string>>;
  /** Counters and controls of the simulated one. */
  readonly ollama: SimulatedOllama;
  /** Ends the sidecar's process (SIGKILL) and, with `startSidecar`, begins a new one on the same port and state. */
  killSidecar(): Promise<void>;
  startSidecar(): Promise<void>;
  /** A new isolate with the same bindings' data: its memory is empty. */
  restartEdge(vars?: Readonly<Record<string, string>>): Promise<string>;
  /** Does what the edge's cron trigger does. */
  scheduled(): Promise<void>;
  close(): Promise<void>;
}

export interface PairOptions {
  /** Settings of the edge. */
  readonly vars?: Readonly<Record<string, string>>;
  /** Settings of the sidecar. */
  readonly origin?: Readonly<Record<string, string>>;
  readonly ollama?: SimulatedOptions;
  /** Another Worker than the project's own. */
  readonly entry?: string;
}

export async function startPair({
  vars = {},
  origin = {},
  ollama: simulated = {},
  entry,
}: PairOptions = {}): Promise<Pair> {
  const state = mkdtempSync(join(tmpdir(), 'edge-cache-test-'));
  const ollama = await startSimulatedOllama(simulated);
  const ollamaUrl = process.env.OLLAMA_URL || ollama.url;
  const port = await freePort();
  const sidecarUrl = `http://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;

  async function startSidecar(): Promise<void> {
    child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, 'origin/src/main.ts')], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {
        ...process.env,
        ORIGIN_PORT: String(port),
        ORIGIN_SECRET: SECRET,
        OLLAMA_URL: ollamaUrl,
        STATE_DIR: join(state, 'origin'),
        ...origin,
      },
    });
    await answers(`${sidecarUrl}/health`, 20_000);
  }

  async function killSidecar(): Promise<void> {
    if (child === undefined || child.exitCode !== null) return;
    const ended = new Promise((done) => child?.once('exit', done));
    child.kill('SIGKILL');
    await ended;
  }

  const edgeVars = {
    ORIGIN_URL: sidecarUrl,
    ORIGIN_SECRET: SECRET,
    ADMIN_KEY: 'the-admin-key-of-the-tests',
    ...vars,
  };
  const edgeOf = (over: Readonly<Record<string, string>>) =>
    startEdge({
      host: '127.0.0.1',
      port: 0,
      vars: { ...edgeVars, ...over },
      stateDir: join(state, 'edge'),
      ...(entry !== undefined && { entry }),
    });

  await startSidecar();
  let edge = await edgeOf({});
  return {
    get url() {
      return edge.url;
    },
    sidecarUrl,
    secret: SECRET,
    get sidecarPid() {
      return child?.pid;
    },
    edgeVars,
    ollama,
    killSidecar,
    startSidecar,
    async restartEdge(over = {}) {
      await edge.close();
      edge = await edgeOf(over);
      return edge.url;
    },
    scheduled: () => edge.scheduled(),
    async close() {
      await edge.close();
      await killSidecar();
      await ollama.close();
      rmSync(state, { recursive: true, force: true });
    },
  };
}
