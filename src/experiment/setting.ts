/** The EXPERIMENT setting: arms that each lay some settings over the others', and how clients are put into them. */
import { z } from 'zod';

const name = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,31}$/i, 'is named with letters, digits, `.`, `_`, `-`');

/** A setting's value, as it would be written in the environment; an object for one that is JSON. */
const value = z
  .union([z.string(), z.number(), z.boolean(), z.record(z.string(), z.unknown())])
  .transform((given) => (typeof given === 'object' ? JSON.stringify(given) : String(given)));

export const experimentSchema = z.strictObject({
  name,
  /** The first one is what the others are compared with. */
  arms: z
    .record(name, z.record(z.string(), value))
    .refine((arms) => Object.keys(arms).length >= 2, 'needs two arms or more'),
  /** Shares of the clients; equal where not said. */
  weights: z.record(name, z.number().positive()).default({}),
  /** Who stays in one arm: a tenant's client address, the whole tenant, or a session (`X-Session-Id`). */
  by: z.enum(['client', 'tenant', 'session']).default('client'),
  /** What a better arm is better at. */
  goal: z.enum(['hit_rate', 'latency', 'errors']).default('hit_rate'),
  /** `apart`: no arm sees what another has stored. `shared`: for settings that only change what is looked up. */
  cache: z.enum(['apart', 'shared']).default('apart'),
  /** How often, at most, any verdict may be wrong. */
  alpha: z.number().min(0.001).max(0.2).default(0.05),
});

export type ExperimentSetting = z.output<typeof experimentSchema>;

/** What an isolate reads once, for all its requests: it cannot be another for some of them. */
const FOR_ALL =
  /^(EXPERIMENT|API_KEYS|ADMIN_KEY|CORS_ORIGINS|ORIGIN_URL|ORIGIN_SECRET|MAX_BODY_BYTES|CATALOG_TTL)$|^(MEMORY|COLO|KV|REDIS|UPSTASH|CACHE_TIERS|RATE_LIMITS|LIMIT|STATS|PRICE|WARM)(_|$)/;

/** What is wrong with the names in it: of settings that are not there, or cannot differ, and of weights without an arm. */
export function experimentProblems(setting: ExperimentSetting, settings: ReadonlySet<string>): readonly string[] {
  const problems: string[] = [];
  for (const [arm, overlay] of Object.entries(setting.arms))
    for (const changed of Object.keys(overlay)) {
      if (!settings.has(changed)) problems.push(`EXPERIMENT.arms.${arm}: there is no setting ${changed}`);
      else if (FOR_ALL.test(changed)) problems.push(`EXPERIMENT.arms.${arm}: ${changed} cannot differ between arms`);
    }
  for (const arm of Object.keys(setting.weights))
    if (!(arm in setting.arms)) problems.push(`EXPERIMENT.weights: there is no arm ${arm}`);
  return problems;
}

/** What an experiment's counts are kept under: a changed one is another, and starts from nothing. */
export function identityOf({ name, arms, by, cache, weights }: ExperimentSetting): string {
  return `${name} ${JSON.stringify([arms, by, cache, weights])}`;
}
