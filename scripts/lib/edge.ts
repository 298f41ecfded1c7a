/** The edge on the bare runtime: the Worker bundled as it is deployed, with the bindings of wrangler.toml simulated locally. */
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare';
import { unstable_getMiniflareWorkerOptions as workerOptionsOf } from 'wrangler';
import { buildPage } from './page.ts';

const root = resolve(import.meta.dirname, '../..');

export interface EdgeOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Settings and secrets, over those of wrangler.toml. */
  readonly vars: Readonly<Record<string, string>>;
  /** Where KV, the Cache API and Durable Objects keep their data; undefined keeps it in memory. */
  readonly stateDir?: string;
  /** Opens the inspector of the runtime there, for the profiler; 0 takes a free port. */
  readonly inspectorPort?: number;
  /** Another Worker than the project's own (benchmarks). */
  readonly entry?: string;
}

export interface RunningEdge {
  readonly url: string;
  readonly close: () => Promise<void>;
  /** Does what the cron trigger does. */
  readonly scheduled: () => Promise<void>;
  /** Where the inspector listens, if it was asked for. */
  readonly inspector: () => Promise<URL>;
}

type Module = { readonly type: 'ESModule'; readonly path: string; readonly contents: string } | DataModule;
type DataModule = { readonly type: 'Data'; readonly path: string; readonly contents: Uint8Array };

interface Bundle {
  readonly modules: readonly Module[];
  /** What the Worker exports. */
  readonly exports: ReadonlySet<string>;
}

/** Bundles as wrangler does: one ES module, and each `.bin` import a data module beside it. */
async function bundle(entry: string): Promise<Bundle> {
  const data: DataModule[] = [];
  const binaries: Plugin = {
    name: 'data-modules',
    setup(plugin) {
      plugin.onResolve({ filter: /\.bin$/ }, async (found) => {
        const path = basename(found.path);
        if (!data.some((module) => module.path === path))
          data.push({ type: 'Data', path, contents: await readFile(join(found.resolveDir, found.path)) });
        return { path: `./${path}`, external: true };
      });
    },
  };
  const built = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    target: 'es2024',
    write: false,
    metafile: true,
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
    plugins: [binaries],
    loader: { '.html': 'text' },
    logLevel: 'silent',
  });
  const exports = Object.values(built.metafile.outputs).flatMap((output) => output.exports);
  const modules = [
    { type: 'ESModule', path: 'index.js', contents: built.outputFiles[0]?.text ?? '' },
    ...data,
  ] as const;
  return { modules, exports: new Set(exports) };
}

type DurableObjects = NonNullable<
  Extract<Parameters<typeof convertV4MiniflareOptions>[0], { durableObjects?: unknown }>['durableObjects']
>;

const classOf = (object: DurableObjects[string]): string => (typeof object === 'string' ? object : object.className);

export async function startEdge({
  host,
  port,
  vars,
  stateDir,
  inspectorPort,
  entry,
}: EdgeOptions): Promise<RunningEdge> {
  const { workerOptions } = workerOptionsOf(join(root, 'wrangler.toml'));
  const { modulesRules: _rules, bindings, durableObjects, ...bound } = workerOptions;
  await buildPage();
  const { modules, exports } = await bundle(entry ?? join(root, 'src/index.ts'));
  // Another Worker may not export the classes of this one's.
  const exported = Object.entries((durableObjects ?? {}) as DurableObjects).filter(([, object]) =>
    exports.has(classOf(object)),
  );
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      ...bound,
      durableObjects: Object.fromEntries(exported),
      name: 'edge',
      modules: [...modules],
      // Unlike a deployed one, an edge of this machine has no limits unless it is given some.
      bindings: { ...(bindings as Record<string, string> | undefined), RATE_LIMITS: 'off', ...vars },
      host: '127.0.0.1',
      port: 0,
      // Straight to the Worker: miniflare's own entry worker costs most of a hit's time.
      unsafeDirectSockets: [{ host, port }],
      log: new Log(LogLevel.ERROR),
      ...(inspectorPort !== undefined && { inspectorPort }),
      ...(stateDir !== undefined && { resourcePersistencePath: stateDir }),
    }),
  );
  try {
    await runtime.ready;
    const url = await runtime.unsafeGetDirectURL('edge');
    return {
      url: `http://${host === '127.0.0.1' ? 'localhost' : host}:${url.port}`,
      close: () => runtime.dispose(),
      async scheduled() {
        await (await runtime.getWorker('edge')).scheduled();
      },
      inspector: () => runtime.getInspectorURL(),
    };
  } catch (error) {
    await runtime.dispose().catch(() => undefined);
    throw error;
  }
}
