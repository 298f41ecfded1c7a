/** Wrangler: the `wrangler` on the path, run to its end, and what of it a deployment uses. */
import { spawn } from 'node:child_process';
import { z } from 'zod';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param show whether its output is passed on as it comes */
export type Wrangler = (args: readonly string[], show?: boolean) => Promise<Ran>;

/** What wrangler would not do, in its own words. */
export class WranglerError extends Error {}

/** @param print gets the output of what is shown, as it comes */
export function wranglerOn(cwd: string, env: NodeJS.ProcessEnv, print: (text: string) => void): Wrangler {
  return (args, show = false) =>
    new Promise((resolve, reject) => {
      const child = spawn('wrangler', [...args], {
        cwd,
        env: { ...env, WRANGLER_SEND_METRICS: 'false', NO_COLOR: '1', FORCE_COLOR: '0' },
        // Nobody is there to answer its questions: what it would ask is decided here.
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (piece: Buffer) => {
        stdout += piece.toString();
        if (show) print(piece.toString().trimEnd());
      });
      child.stderr.on('data', (piece: Buffer) => {
        stderr += piece.toString();
        if (show) print(piece.toString().trimEnd());
      });
      child.on('error', (error) => reject(new WranglerError(`wrangler cannot be run: ${error.message}`)));
      child.on('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
    });
}

/** Runs it and reads its JSON, whatever is printed around it. */
async function json<T>(wrangler: Wrangler, args: readonly string[], schema: z.ZodType<T>): Promise<T> {
  const ran = await wrangler(args);
  if (ran.code !== 0) throw new WranglerError(`wrangler ${args.join(' ')}: ${said(ran)}`);
  const from = ran.stdout.search(/^[[{]/m);
  const to = Math.max(ran.stdout.lastIndexOf(']'), ran.stdout.lastIndexOf('}'));
  const text = from === -1 ? '' : ran.stdout.slice(from, to + 1);
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new WranglerError(`wrangler ${args.join(' ')}: its answer is not understood: ${ran.stdout.slice(0, 300)}`);
  }
}

export function said({ stdout, stderr }: Ran): string {
  return (stderr.trim() || stdout.trim()).split('\n').slice(0, 6).join('\n');
}

const account = z.object({ id: z.string(), name: z.string() });
export type Account = z.output<typeof account>;
const whoami = z.object({ loggedIn: z.boolean(), accounts: z.array(account).default([]) });

/** Accounts that can be deployed to; none where nobody is logged in. */
export async function accountsOf(wrangler: Wrangler): Promise<readonly Account[]> {
  const ran = await wrangler(['whoami', '--json']);
  const parsed = ran.code === 0 ? await json(async () => ran, ['whoami', '--json'], whoami) : undefined;
  return parsed?.loggedIn ? parsed.accounts : [];
}

const namespaces = z.array(z.object({ id: z.string(), title: z.string() }));

/** Its id, where there is one of this title. */
export async function findNamespace(wrangler: Wrangler, title: string): Promise<string | undefined> {
  const all = await json(wrangler, ['kv', 'namespace', 'list'], namespaces);
  return all.find((one) => one.title === title)?.id;
}

const indexes = z.array(
  z.object({ name: z.string(), config: z.object({ dimensions: z.number() }).partial().optional() }),
);

export interface IndexFound {
  /** Undefined where wrangler does not say. */
  readonly dimensions: number | undefined;
  /** Properties that can be filtered by. */
  readonly properties: readonly string[];
}

export async function findIndex(wrangler: Wrangler, name: string): Promise<IndexFound | undefined> {
  const all = await json(wrangler, ['vectorize', 'list', '--json'], indexes);
  const found = all.find((one) => one.name === name);
  if (found === undefined) return undefined;
  const args = ['vectorize', 'list-metadata-index', name, '--json'];
  const properties = await json(wrangler, args, z.array(z.object({ propertyName: z.string() })));
  return { dimensions: found.config?.dimensions, properties: properties.map(({ propertyName }) => propertyName) };
}

/** Names of the secrets that the Worker has; none where there is no such Worker yet. */
export async function secretsOf(wrangler: Wrangler, worker: string): Promise<readonly string[]> {
  const args = ['secret', 'list', '--name', worker, '--format', 'json'];
  const ran = await wrangler(args);
  if (ran.code !== 0 && /Worker .* not found/.test(ran.stderr + ran.stdout)) return [];
  const found = await json(async () => ran, args, z.array(z.object({ name: z.string() })));
  return found.map(({ name }) => name);
}
