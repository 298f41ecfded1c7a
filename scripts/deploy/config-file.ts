/** The configuration that is deployed: wrangler.toml with what is this account's own. It is written beside the state, not into git. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { experimental_readRawConfig as readRawConfig } from 'wrangler';
import type { DeploySettings } from './settings.ts';

export interface ConfigFile {
  readonly path: string;
  readonly write: (kvId: string) => void;
}

export function workerNameIn(root: string): string {
  return readRawConfig({ config: join(root, 'wrangler.toml') }).rawConfig.name ?? 'edge-cache-for-ollama';
}

export function configFile(root: string, folder: string, settings: DeploySettings): ConfigFile {
  const path = join(folder, 'wrangler.json');
  const { worker, domain, index, workersAi, analytics, vars } = settings;
  return {
    path,
    write(kvId) {
      const { rawConfig } = readRawConfig({ config: join(root, 'wrangler.toml') });
      const config = {
        ...rawConfig,
        name: worker,
        main: relative(dirname(path), join(root, rawConfig.main ?? 'src/index.ts')),
        kv_namespaces: [{ binding: 'CACHE_KV', id: kvId }],
        ...(index && { vectorize: [{ binding: 'VECTORIZE', index_name: index.name }] }),
        ...(workersAi && { ai: { binding: 'AI' } }),
        ...(analytics !== undefined && { analytics_engine_datasets: [{ binding: 'ANALYTICS', dataset: analytics }] }),
        workers_dev: domain === undefined,
        ...(domain !== undefined && { routes: [{ pattern: domain, custom_domain: true }] }),
        vars: { ...rawConfig.vars, ...vars },
      };
      mkdirSync(folder, { recursive: true });
      writeFileSync(path, `${JSON.stringify(config, null, 2)}\n`);
    },
  };
}
