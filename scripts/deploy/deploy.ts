/**
 * Deploy: from the settings to a deployed Worker. Says what it will do before it does anything, and can be run again: what is there
 * stays.
 */
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { configFile, workerNameIn } from './config-file.ts';
import { namespaceTitle, type Plan, type Present, planOf, type Step } from './plan.ts';
import { type DeploySettings, readDeploySettings } from './settings.ts';
import {
  type Account,
  accountsOf,
  findIndex,
  findNamespace,
  said,
  secretsOf,
  type Wrangler,
  WranglerError,
  wranglerOn,
} from './wrangler.ts';

const root = resolve(import.meta.dirname, '../..');
/** Compressed size up to which the free plan takes a Worker. */
const FREE_KIB = 3_072;

type Print = DeployRun['print'];

const NOTHING_YET: Present = { kvId: undefined, index: undefined, secrets: [] };

export interface DeployRun {
  /** `--dry-run`, `--yes`. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly print: (text: string) => void;
}

/** @returns the exit code: 0 done, 1 failed, 2 nobody said yes */
export async function deploy(run: DeployRun): Promise<number> {
  try {
    return await begin(run);
  } catch (error) {
    if (!(error instanceof WranglerError)) throw error;
    run.print(error.message);
    return 1;
  }
}

async function begin({ args, env, print }: DeployRun): Promise<number> {
  const fail = (message: string) => {
    print(message);
    return 1;
  };
  const folder = resolve(root, env.STATE_DIR || '.state', 'deploy');
  const unknown = args.find((arg) => arg !== '--dry-run' && arg !== '--yes');
  if (unknown !== undefined) return fail(`unknown argument ${unknown}: there are --dry-run and --yes`);
  const read = readDeploySettings(resolve(root, env.DEPLOY_ENV || 'deploy.env'), env, workerNameIn(root));
  const bad = (problems: readonly string[]) => problems.map((problem) => `bad setting ${problem}`).join('\n');
  if (!read.ok) return fail(bad(read.problems));
  const { settings, needed } = read;
  const wrangler = wranglerOn(root, env, print);
  if (args.includes('--dry-run')) {
    await dryRun(settings, folder, wrangler, print);
    if (needed.length > 0) print(`\nA real run would stop here:\n${bad(needed)}`);
    return 0;
  }
  if (needed.length > 0) return fail(bad(needed));

  const account = await accountFor(wrangler, env.CLOUDFLARE_ACCOUNT_ID);
  if (typeof account === 'string') return fail(account);
  const present = await look(settings, wrangler);
  const wrongLength = lengthProblem(settings, present);
  if (wrongLength !== undefined) return fail(wrongLength);

  const plan = planOf(settings, present, configFile(root, folder, settings), folder, wrangler);
  print(`Account   ${account.name} (${account.id})\n`);
  say(plan.steps, print);
  if (!(await agreed(args.includes('--yes'), print))) return 2;
  await carryOut(plan, print);
  tell(settings, plan.output(), print);
  return 0;
}

async function carryOut({ steps, made }: Plan, print: Print): Promise<void> {
  let begun = false;
  try {
    for (const { run, verb, what } of steps) {
      if (run === undefined) continue;
      print(`${verb} ${what} …`);
      begun ||= verb === 'deploy';
      await run();
    }
  } finally {
    // Even a deployment that failed may have set them: whoever is not told now will never know.
    if (begun) tellSecrets(made, print);
  }
}

/** What is on the account; nothing is changed. */
async function look({ worker, index }: DeploySettings, wrangler: Wrangler): Promise<Present> {
  return {
    kvId: await findNamespace(wrangler, namespaceTitle(worker)),
    index: index && (await findIndex(wrangler, index.name)),
    secrets: await secretsOf(wrangler, worker),
  };
}

/** The account, or why none can be chosen. */
async function accountFor(wrangler: Wrangler, id: string | undefined): Promise<Account | string> {
  const accounts = await accountsOf(wrangler);
  if (accounts.length === 0)
    return 'nobody is logged in: run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN. Without an account: npm run deploy -- --dry-run';
  const [only] = accounts;
  if (id === undefined && accounts.length === 1 && only !== undefined) return only;
  const listed = accounts.map((account) => `  ${account.id}  ${account.name}`).join('\n');
  return accounts.find((account) => account.id === id) ?? `set CLOUDFLARE_ACCOUNT_ID to one of\n${listed}`;
}

/** Vectors of another length cannot go into an index that is there, and its entries must not be thrown away unasked. */
function lengthProblem({ index }: DeploySettings, present: Present): string | undefined {
  const there = present.index?.dimensions;
  if (index === undefined || there === undefined || there === index.dimensions) return undefined;
  return `the Vectorize index ${index.name} has ${there} dimensions, not ${index.dimensions}: delete it (npx wrangler vectorize delete ${index.name}), or set WORKER_NAME to another`;
}

function say(steps: readonly Step[], print: Print): void {
  for (const { verb, what } of steps) print(`  ${verb.padEnd(8)}  ${what}`);
}

async function agreed(yes: boolean, print: Print): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY) {
    print('\nNothing was done: there is nobody to ask. `npm run deploy -- --yes` does it.');
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('\nGo ahead? [y/N] ');
  terminal.close();
  if (/^y(es)?$/i.test(answer.trim())) return true;
  print('Nothing was done.');
  return false;
}

/** Builds the bundle as it would be deployed, and says what would be made if nothing is there yet. */
async function dryRun(settings: DeploySettings, folder: string, wrangler: Wrangler, print: Print): Promise<void> {
  const config = configFile(root, folder, settings);
  print('Dry run: no account is asked and nothing is changed. On an account that has none of it:\n');
  say(planOf(settings, NOTHING_YET, config, folder, wrangler).steps, print);
  config.write('0'.repeat(32));
  const ran = await wrangler(['deploy', '--dry-run', '--config', config.path, '--outdir', join(folder, 'bundle')]);
  if (ran.code !== 0) throw new WranglerError(`the bundle cannot be built: ${said(ran)}`);
  print(
    `\n${bindingsIn(ran.stdout)}\n\nThe configuration is in ${config.path}, the bundle in ${join(folder, 'bundle')}.`,
  );
  sizeNote(ran.stdout, print);
}

/** What wrangler says of the bundle, without its banner. */
function bindingsIn(output: string): string {
  const lines = output.split('\n').map((line) => line.trimEnd());
  const from = lines.findIndex((line) => line.startsWith('Total Upload'));
  const rest = from === -1 ? [] : lines.slice(from);
  return rest
    .slice(
      0,
      rest.findIndex((line) => line.startsWith('--dry-run')),
    )
    .join('\n')
    .trim();
}

function sizeNote(output: string, print: Print): void {
  const kib = Number(/gzip: ([\d.]+) KiB/.exec(output)?.[1] ?? 0);
  if (kib > FREE_KIB)
    print(
      `Compressed it has ${(kib / 1024).toFixed(1)} MB: more than the 3 MB of Cloudflare's free plan, within the 10 MB of the paid one.`,
    );
}

function tell({ domain, worker }: DeploySettings, printed: string, print: Print): void {
  const url = domain === undefined ? /https:\/\/\S+\.workers\.dev/.exec(printed)?.[0] : `https://${domain}`;
  print(`\nDeployed  ${url ?? worker}`);
  if (url !== undefined) print(`Check it  curl ${url}/health`);
  sizeNote(printed, print);
  if (domain === undefined)
    print('The Cache API has no effect on workers.dev: set DOMAIN to a host name of your own for the colo tier.');
}

function tellSecrets({ ORIGIN_SECRET, ADMIN_KEY }: Plan['made'], print: Print): void {
  if (ORIGIN_SECRET !== undefined)
    print(
      `\nORIGIN_SECRET was made; give it to the sidecar (.env beside docker-compose.origin.yml):\n  ORIGIN_SECRET=${ORIGIN_SECRET}`,
    );
  if (ADMIN_KEY !== undefined)
    print(`\nADMIN_KEY was made, for the operator's routes and the dashboard:\n  ${ADMIN_KEY}`);
  if (ORIGIN_SECRET !== undefined || ADMIN_KEY !== undefined)
    print(
      '\nThey are shown this once and kept nowhere here. To set others: ORIGIN_SECRET=… ADMIN_KEY=… npm run deploy',
    );
}
