/** Secrets of this machine's pair: made once, kept in the state folder for this user only. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Secrets {
  readonly ORIGIN_SECRET: string;
  readonly ADMIN_KEY: string;
}

/** What the environment sets wins. */
export function localSecrets(stateDir: string, env: NodeJS.ProcessEnv): Secrets & Record<string, string> {
  const file = join(stateDir, 'secrets.json');
  const made = () => randomBytes(24).toString('base64url');
  let kept: Partial<Secrets> = {};
  if (existsSync(file)) kept = JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>;
  const secrets = { ORIGIN_SECRET: kept.ORIGIN_SECRET ?? made(), ADMIN_KEY: kept.ADMIN_KEY ?? made() };
  writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return {
    ORIGIN_SECRET: env.ORIGIN_SECRET || secrets.ORIGIN_SECRET,
    ADMIN_KEY: env.ADMIN_KEY || secrets.ADMIN_KEY,
  };
}
