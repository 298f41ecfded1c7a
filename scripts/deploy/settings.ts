/** Settings of a deployment: from `deploy.env` and the environment, which wins. Every setting of the edge may be there too. */
import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { loadConfig, settingNames } from '../../src/config.ts';
import { readTable } from '../../src/semantic/static/table.ts';

/** What of the edge's settings is kept as a secret. */
export const SECRET_NAMES = ['ORIGIN_SECRET', 'ADMIN_KEY', 'API_KEYS', 'UPSTASH_REDIS_REST_TOKEN'] as const;
/** Those that a Worker cannot do without: they are made where nobody gives them. */
export const MADE_SECRETS: readonly string[] = ['ORIGIN_SECRET', 'ADMIN_KEY'];

const schema = z.object({
  WORKER_NAME: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,53}$/, 'has lower-case letters, digits and `-`')
    .optional(),
  DOMAIN: z.hostname({ error: 'is a host name, such as cache.example.com' }).optional(),
  VECTOR_DIMENSIONS: z.coerce.number().int().min(32).max(1536).optional(),
  ANALYTICS_DATASET: z
    .string()
    .regex(/^[a-z0-9_]+$/i, 'has letters, digits and `_`')
    .optional(),
});

export interface IndexWanted {
  readonly name: string;
  readonly dimensions: number;
}

export interface DeploySettings {
  readonly worker: string;
  /** Undefined: `*.workers.dev`. */
  readonly domain: string | undefined;
  /** Undefined where semantic hits are off or kept in objects of our own. */
  readonly index: IndexWanted | undefined;
  readonly workersAi: boolean;
  readonly analytics: string | undefined;
  /** Settings of the edge that are not secret. */
  readonly vars: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

export type DeploySettingsResult =
  /** `needed`: what is wrong with the origin's address; a dry run does without. */
  | { readonly ok: true; readonly settings: DeploySettings; readonly needed: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** @param file its settings; a variable of the environment with the same name wins, an empty one counts as unset */
export function readDeploySettings(file: string, env: NodeJS.ProcessEnv, defaultName: string): DeploySettingsResult {
  const written = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  const given = new Map<string, string>();
  for (const name of [...Object.keys(schema.shape), ...settingNames]) {
    const value = env[name] || written[name];
    if (value) given.set(name, value);
  }
  const of = (names: readonly string[]) =>
    Object.fromEntries(names.flatMap((name) => (given.has(name) ? [[name, given.get(name) as string]] : [])));

  const own = schema.safeParse(of(Object.keys(schema.shape)));
  const edge = loadConfig(of(settingNames));
  const problems = [
    ...(own.success ? [] : own.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`)),
    ...(edge.ok ? [] : edge.problems),
  ];
  if (!own.success || !edge.ok || problems.length > 0) return { ok: false, problems };

  const worker = own.data.WORKER_NAME ?? defaultName;
  const index = indexWanted(worker, edge.config, own.data.VECTOR_DIMENSIONS);
  if (index === 'unknown')
    return { ok: false, problems: ['VECTOR_DIMENSIONS: say how long the vectors of SEMANTIC_OLLAMA_MODEL are'] };
  const secretNames: readonly string[] = SECRET_NAMES;
  return {
    ok: true,
    needed: originProblems(given.get('ORIGIN_URL')),
    settings: {
      worker,
      domain: own.data.DOMAIN,
      index,
      workersAi: edge.config.SEMANTIC && edge.config.SEMANTIC_EMBEDDER === 'workers-ai',
      analytics: own.data.ANALYTICS_DATASET,
      vars: of(settingNames.filter((name) => !secretNames.includes(name))),
      secrets: of(SECRET_NAMES),
    },
  };
}

/** A Worker in a data centre reaches no address of this machine, and carries answers that nobody on the way may read. */
function originProblems(url: string | undefined): readonly string[] {
  if (url === undefined)
    return ['ORIGIN_URL: is needed, the https:// address of the sidecar (docs/operate.md: a tunnel)'];
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) return [];
  if (/^(localhost|127\.|10\.|192\.168\.|0\.0\.0\.0|\[)/.test(parsed.hostname))
    return ['ORIGIN_URL: no data centre reaches that address (docs/operate.md: a tunnel)'];
  return parsed.protocol === 'https:' ? [] : ['ORIGIN_URL: has to begin with https://'];
}

type Semantic = Pick<
  Extract<ReturnType<typeof loadConfig>, { ok: true }>['config'],
  'SEMANTIC' | 'SEMANTIC_EMBEDDER' | 'SEMANTIC_OLLAMA_MODEL' | 'VECTOR_INDEX'
>;

/** Vectors of two embedders never share an index: its name says whose they are. */
function indexWanted(worker: string, config: Semantic, given: number | undefined): IndexWanted | undefined | 'unknown' {
  if (!config.SEMANTIC || config.VECTOR_INDEX === 'local') return undefined;
  const { SEMANTIC_EMBEDDER: embedder, SEMANTIC_OLLAMA_MODEL: model } = config;
  const named = embedder === 'ollama' ? `ollama-${model.toLowerCase().replace(/[^a-z0-9]+/g, '-')}` : embedder;
  const dimensions = given ?? dimensionsOf(embedder, model);
  return dimensions === undefined ? 'unknown' : { name: `${worker}-${named}`.slice(0, 64), dimensions };
}

function dimensionsOf(embedder: Semantic['SEMANTIC_EMBEDDER'], model: string): number | undefined {
  if (embedder === 'static') {
    const file = readFileSync(new URL('../../src/semantic/static/table.bin', import.meta.url));
    return readTable(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength)).dimensions;
  }
  if (embedder === 'workers-ai') return 384;
  return { 'all-minilm': 384, 'nomic-embed-text': 768, 'mxbai-embed-large': 1024 }[model.replace(/:.*/, '')];
}
