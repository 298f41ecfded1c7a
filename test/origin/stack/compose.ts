/** docker-compose.origin.yml as data, with its variables at their defaults. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';

export interface Service {
  readonly image: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly profiles?: readonly string[];
  readonly ports?: readonly string[];
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly networks: readonly string[];
  readonly container_name?: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly stop_grace_period?: string;
  readonly pids_limit?: number;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly mem_limit?: string;
  readonly memswap_limit?: string;
  readonly cpus?: number;
}

export interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

export const root = resolve(import.meta.dirname, '../../..');
const text = readFileSync(resolve(root, 'docker-compose.origin.yml'), 'utf8');

/** `${NAME:-default}` and `${NAME:?message}`, as Compose reads them where nothing is set. */
const withDefaults = text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind?: string, rest?: string) =>
  kind === '-' ? (rest ?? '') : `<${name}>`,
);

export const raw: unknown = parse(text, { merge: true });
export const compose = parse(withDefaults, { merge: true }) as Compose;
export const services = Object.entries(compose.services);
export const service = (name: string): Service => compose.services[name] as Service;

/** Megabytes; 0 without a limit. */
export function memoryOf({ mem_limit: limit = '0m' }: Service): number {
  return Number(/^(\d+)m$/.exec(limit)?.[1]);
}

/** What `-c name=value` and `--name value` set. */
export function flagsOf({ command = [] }: Service): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  for (const [index, word] of command.entries()) {
    const next = String(command[index + 1] ?? '');
    if (word === '-c') flags.set(...(next.split('=') as [string, string]));
    else if (String(word).startsWith('--')) flags.set(String(word).slice(2), next);
  }
  return flags;
}
