/** Plan: what a deployment would do, each step with the words that say it, before any of it is done. */
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigFile } from './config-file.ts';
import { type DeploySettings, MADE_SECRETS, SECRET_NAMES } from './settings.ts';
import { findNamespace, type IndexFound, said, type Wrangler, WranglerError } from './wrangler.ts';

/** What is there already. */
export interface Present {
  readonly kvId: string | undefined;
  readonly index: IndexFound | undefined;
  readonly secrets: readonly string[];
}

export interface Step {
  readonly verb: 'is there' | 'make' | 'set' | 'keep' | 'deploy';
  readonly what: string;
  /** Undefined where nothing has to be done. */
  readonly run?: () => Promise<void>;
}

export interface Plan {
  readonly steps: readonly Step[];
  /** Secrets that are made now, to be told once. */
  readonly made: Readonly<Record<string, string>>;
  /** What the last step printed. */
  readonly output: () => string;
}

/** Every search is within a partition, and never finds what has expired: both must be indexed before the first entry. */
const PROPERTIES = [
  ['partition', 'string'],
  ['expiresAt', 'number'],
] as const;

export const namespaceTitle = (worker: string): string => `${worker}-cache`;

async function succeed(wrangler: Wrangler, args: readonly string[], show = false): Promise<string> {
  const ran = await wrangler(args, show);
  if (ran.code !== 0) throw new WranglerError(`wrangler ${args.join(' ')}: ${said(ran)}`);
  return ran.stdout;
}

export function planOf(
  settings: DeploySettings,
  present: Present,
  config: ConfigFile,
  folder: string,
  wrangler: Wrangler,
): Plan {
  const { worker, domain, secrets: given, vars } = settings;
  const made = Object.fromEntries(
    MADE_SECRETS.filter((name) => given[name] === undefined && !present.secrets.includes(name)).map((name) => [
      name,
      randomBytes(24).toString('base64url'),
    ]),
  );
  const toSet = { ...given, ...made };
  let output = '';

  async function deploy(): Promise<void> {
    const title = namespaceTitle(worker);
    const kvId = present.kvId ?? (await findNamespace(wrangler, title));
    if (kvId === undefined) throw new WranglerError(`the KV namespace ${title} was made, but is not listed`);
    config.write(kvId);
    const secretsFile = join(folder, 'secrets.json');
    const withSecrets = Object.keys(toSet).length > 0;
    // With the version, not before it: there may be no Worker yet. A file and not the command line, which everyone can read.
    if (withSecrets) writeFileSync(secretsFile, JSON.stringify(toSet), { mode: 0o600 });
    try {
      const args = ['deploy', '--config', config.path, ...(withSecrets ? ['--secrets-file', secretsFile] : [])];
      output = await succeed(wrangler, args, true);
    } finally {
      rmSync(secretsFile, { force: true });
    }
  }

  const settingsSaid = Object.keys(vars).join(', ');
  return {
    made,
    output: () => output,
    steps: [
      namespaceStep(worker, present, wrangler),
      ...indexSteps(settings, present, wrangler),
      ...secretSteps(given, made, present.secrets),
      {
        verb: 'deploy',
        what: `Worker ${worker} ${domain === undefined ? 'on workers.dev' : `at https://${domain}`}, with ${settingsSaid}`,
        run: deploy,
      },
    ],
  };
}

function namespaceStep(worker: string, { kvId }: Present, wrangler: Wrangler): Step {
  const title = namespaceTitle(worker);
  if (kvId !== undefined) return { verb: 'is there', what: `KV namespace ${title}` };
  const run = async () => void (await succeed(wrangler, ['kv', 'namespace', 'create', title]));
  return { verb: 'make', what: `KV namespace ${title}`, run };
}

function indexSteps({ index }: DeploySettings, present: Present, wrangler: Wrangler): readonly Step[] {
  if (index === undefined) return [];
  const { name, dimensions } = index;
  const what = `Vectorize index ${name}, ${dimensions} dimensions, cosine`;
  const create = ['vectorize', 'create', name, `--dimensions=${dimensions}`, '--metric=cosine'];
  const first: Step = present.index
    ? { verb: 'is there', what: `Vectorize index ${name}` }
    : { verb: 'make', what, run: async () => void (await succeed(wrangler, create)) };
  const missing = PROPERTIES.filter(([property]) => !present.index?.properties.includes(property));
  return [
    first,
    ...missing.map(([property, type]): Step => {
      const args = ['vectorize', 'create-metadata-index', name, `--propertyName=${property}`, `--type=${type}`];
      const run = async () => void (await succeed(wrangler, args));
      return { verb: 'make', what: `metadata index ${property} (${type}) on it`, run };
    }),
  ];
}

function secretSteps(
  given: Readonly<Record<string, string>>,
  made: Readonly<Record<string, string>>,
  present: readonly string[],
): readonly Step[] {
  return SECRET_NAMES.flatMap((name): readonly Step[] => {
    if (given[name] !== undefined) return [{ verb: 'set', what: `secret ${name}` }];
    if (made[name] !== undefined) return [{ verb: 'set', what: `secret ${name}, made now` }];
    return present.includes(name) ? [{ verb: 'keep', what: `secret ${name} as it is` }] : [];
  });
}
