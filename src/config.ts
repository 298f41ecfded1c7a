/** Every setting of the edge: one schema, its defaults, its errors. `loadConfig` runs once per isolate. */
import { z } from 'zod';
import { canonicalModel } from './exchange/prompt.ts';
import { type ExperimentSetting, experimentProblems, experimentSchema } from './experiment/setting.ts';
import { GUARD_NAMES } from './semantic/guards/guard.ts';

const seconds = z.coerce.number().int().min(0).max(31_536_000);
const milliseconds = z.coerce.number().int().min(1).max(600_000);
const share = z.coerce.number().min(0).max(1);
const flag = z.enum(['true', 'false', '1', '0', 'on', 'off']).transform((word) => ['true', '1', 'on'].includes(word));

const price = z.coerce.number().min(0).default(0);

/** A setting that is a JSON object in one variable. */
function json<T extends z.ZodType>(schema: T) {
  return z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'is not JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);
}

const apiKeyHash = z.string().regex(/^[0-9a-f]{64}$/i, 'is keyed by the SHA-256 of each key in hex (`npm run key`)');
const tenantName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i, 'names tenants with letters, digits, `.`, `_`, `-`');

const quota = z.number().int().min(0).max(1_000_000_000_000);

/** Whose a key is, and what it may if that is not what everyone may; 0 is no limit. */
const keyHolder = z.union([
  tenantName.transform((tenant) => ({ tenant, limits: undefined })),
  z
    .strictObject({
      tenant: tenantName,
      requests: quota.optional(),
      generations: quota.optional(),
      tokensPerDay: quota.optional(),
    })
    .transform(({ tenant, ...limits }) => ({ tenant, limits: Object.keys(limits).length > 0 ? limits : undefined })),
]);
type KeyHolder = z.output<typeof keyHolder>;

/** A tenant's limits are one set, whichever of its keys says them. */
function oneSetOfLimits(keys: Readonly<Record<string, KeyHolder>>, context: z.RefinementCtx): void {
  const said = new Map<string, string>();
  for (const { tenant, limits } of Object.values(keys)) {
    if (limits === undefined) continue;
    const text = JSON.stringify(limits);
    if ((said.get(tenant) ?? text) !== text)
      context.addIssue({ code: 'custom', message: `gives tenant ${tenant} two different limits` });
    said.set(tenant, text);
  }
}

const schema = z.object({
  /** Where the sidecar listens. */
  ORIGIN_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:8081'),
  /** Shared with the sidecar; without it the sidecar refuses. */
  ORIGIN_SECRET: z.string().default(''),
  /** Longest wait for the origin's first byte. A cold model loads in this time. */
  ORIGIN_TIMEOUT_MS: milliseconds.default(300_000),
  /** Longest silence within a stream. */
  ORIGIN_IDLE_TIMEOUT_MS: milliseconds.default(120_000),

  /** `{"<sha256 of the key>": "tenant"}`, or an object with limits; unset: no authentication, every request is tenant `public`. */
  API_KEYS: json(z.record(apiKeyHash, keyHolder)).superRefine(oneSetOfLimits).optional(),
  /** Opens the operator's routes; unset: they answer 403. */
  ADMIN_KEY: z.string().min(16, 'needs at least 16 characters').optional(),
  /** Web origins that may call from a browser: `*`, or a list; the default is Ollama's own (this machine). */
  CORS_ORIGINS: z.string().default('localhost'),

  /** Seconds that an answer is fresh. */
  CACHE_TTL: seconds.default(604_800),
  /** `{"model": seconds}`. */
  CACHE_TTL_BY_MODEL: json(z.record(z.string().transform(canonicalModel), seconds)).default({}),
  /** Seconds after that in which a stale answer is served while a new one is fetched. */
  STALE_WHILE_REVALIDATE: seconds.default(86_400),
  /** Seconds after that in which a stale answer is served when the origin fails. */
  STALE_IF_ERROR: seconds.default(604_800),
  /** Requests with a higher temperature are neither looked up nor stored. */
  CACHE_MAX_TEMPERATURE: z.coerce.number().min(0).default(Number.POSITIVE_INFINITY),
  /** Whether requests that set a `seed` are cached. */
  CACHE_SEEDED: flag.default(true),
  /** Seconds that the model list, versions and model details are kept. */
  CATALOG_TTL: seconds.default(300),

  /** How many popular prompts the cron trigger renews at most; 0: none. */
  WARM_POPULAR: z.coerce.number().int().min(0).max(100).default(20),
  /** Seconds before its expiry in which a popular answer is renewed: at least the time between two triggers. */
  WARM_AHEAD: seconds.min(1).default(3_600),

  /** Tenants whose sessions' (`X-Session-Id`) next prompts the origin asks ahead while it is idle: a list, or `*`. */
  PREFETCH_TENANTS: z
    .string()
    .transform((list) =>
      list
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    )
    .default([]),

  /** Tiers that may be used, of those that are configured. */
  CACHE_TIERS: z
    .string()
    .transform((list) => list.split(',').map((name) => name.trim()))
    .pipe(z.array(z.enum(['memory', 'colo', 'kv', 'redis'])))
    .default(['memory', 'colo', 'kv', 'redis']),
  MEMORY_ENTRIES: z.coerce.number().int().min(0).max(100_000).default(500),
  MEMORY_BYTES: z.coerce
    .number()
    .int()
    .min(0)
    .max(96 * 1024 * 1024)
    .default(32 * 1024 * 1024),
  /** How long a tier may take to answer before it counts as a miss. */
  COLO_TIMEOUT_MS: milliseconds.default(100),
  KV_TIMEOUT_MS: milliseconds.default(500),
  REDIS_TIMEOUT_MS: milliseconds.default(500),
  /** With both set, Redis is the second tier instead of Workers KV. */
  UPSTASH_REDIS_REST_URL: z.url({ protocol: /^https?$/ }).optional(),
  UPSTASH_REDIS_REST_TOKEN: z.string().optional(),

  /** Whether a question that only reads differently is answered with a stored answer. */
  SEMANTIC: flag.default(true),
  /** What turns a question into a vector. */
  SEMANTIC_EMBEDDER: z.enum(['static', 'workers-ai', 'ollama']).default('static'),
  /** The model of the embedder `ollama`. */
  SEMANTIC_OLLAMA_MODEL: z.string().default('all-minilm'),
  /** Where the vectors are; by default Vectorize where it is bound, else objects of our own. */
  VECTOR_INDEX: z.enum(['local', 'vectorize']).optional(),
  /** The chance that two prompts ask the same from which on they share an answer. */
  SEMANTIC_THRESHOLD: share.default(0.85),
  /** `{"model": 0.9, "another": "off"}`. */
  SEMANTIC_THRESHOLD_BY_MODEL: json(
    z.record(z.string().transform(canonicalModel), z.union([share, z.literal('off')])),
  ).default({}),
  /** How long embedder and index together may take before it counts as a miss. */
  SEMANTIC_TIMEOUT_MS: milliseconds.default(30),
  /** Guards that are left out: a list of their names. */
  SEMANTIC_GUARDS_OFF: z
    .string()
    .transform((list) => list.split(',').map((name) => name.trim()))
    .pipe(z.array(z.enum(GUARD_NAMES)))
    .default([]),
  /** The largest share of wrong semantic hits; where the evidence says it is more, they stop. */
  SEMANTIC_ERROR_LIMIT: z.coerce.number().min(0.0001).max(0.5).default(0.01),
  /** The share of semantic hits that is checked against a generation after the answer. */
  SEMANTIC_CHECK_SHARE: share.default(0.05),
  /** Whether a semantic hit takes as long as its answer took to generate, so that timing does not tell. */
  SEMANTIC_PAD_LATENCY: flag.default(false),
  /** A model of the origin that says whether two answers agree where comparing them cannot tell. */
  SEMANTIC_JUDGE_MODEL: z.string().optional(),

  /** Whether requests are limited. */
  RATE_LIMITS: flag.default(true),
  /** A second, for each tenant and each client address; 0 is no limit. A generation is what no cache could answer. */
  LIMIT_REQUESTS: z.coerce.number().int().min(0).max(100_000).default(100),
  LIMIT_GENERATIONS: z.coerce.number().int().min(0).max(10_000).default(10),
  /** Tokens of prompts and answers that a tenant may have generated in a UTC day; 0 is no limit. */
  LIMIT_TOKENS_PER_DAY: z.coerce.number().int().min(0).max(1_000_000_000_000).default(0),
  /** Longest wait for what counts a limit; past it the request goes on. */
  LIMIT_TIMEOUT_MS: milliseconds.default(100),

  /** Durable Objects that share the statistics; data centres are spread over them. */
  STATS_SHARDS: z.coerce.number().int().min(1).max(64).default(4),
  /** Whether the page shows what was asked. */
  STATS_PROMPTS: flag.default(false),
  /** What a million tokens of prompts and of answers, and an hour of generating, would have cost: for the money saved. */
  PRICE_PROMPT_TOKENS: price,
  PRICE_COMPLETION_TOKENS: price,
  PRICE_GENERATION_HOUR: price,
  PRICE_CURRENCY: z.string().min(1).max(8).default('USD'),

  /** Arms of settings that clients are put into, and compared; see `experiment/setting.ts`. */
  EXPERIMENT: json(experimentSchema).optional(),

  /** Largest request body in bytes, before and after decompression. */
  MAX_BODY_BYTES: z.coerce
    .number()
    .int()
    .min(1024)
    .max(100 * 1024 * 1024)
    .default(4 * 1024 * 1024),
});

export type Config = z.output<typeof schema>;

export type ConfigResult =
  | {
      readonly ok: true;
      readonly config: Config;
      /** The settings of each arm of the experiment: those above, with the arm's own laid over them. */
      readonly arms: ReadonlyMap<string, Config>;
    }
  | { readonly ok: false; readonly problems: readonly string[] };

type Loaded = { readonly ok: true; readonly config: Config } | Extract<ConfigResult, { ok: false }>;

/** Reads the settings from the Worker's environment; an empty string counts as unset. Each problem names its setting. */
export function loadConfig(env: Readonly<Record<string, unknown>>): ConfigResult {
  const base = loadOne(env);
  if (!base.ok) return base;
  const { EXPERIMENT: experiment } = base.config;
  return experiment === undefined ? { ...base, arms: new Map() } : loadArms(env, base.config, experiment);
}

function loadArms(env: Readonly<Record<string, unknown>>, config: Config, experiment: ExperimentSetting): ConfigResult {
  const problems = [...experimentProblems(experiment, new Set(settingNames))];
  const arms = new Map<string, Config>();
  for (const [arm, settings] of Object.entries(experiment.arms)) {
    const loaded = loadOne({ ...env, ...settings });
    if (loaded.ok) arms.set(arm, loaded.config);
    else problems.push(...loaded.problems.map((problem) => `EXPERIMENT.arms.${arm}: ${problem}`));
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, config, arms };
}

function loadOne(env: Readonly<Record<string, unknown>>): Loaded {
  const given: Record<string, unknown> = {};
  for (const name of settingNames) {
    const value = env[name];
    if (value !== undefined && value !== '') given[name] = value;
  }
  const parsed = schema.safeParse(given);
  if (parsed.success) {
    const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = parsed.data;
    if ((url === undefined) !== (token === undefined))
      return { ok: false, problems: ['UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN are only useful together'] };
    return { ok: true, config: parsed.data };
  }
  return { ok: false, problems: parsed.error.issues.map(problemOf) };
}

/** Names the setting. What API_KEYS is keyed by may be a key itself, by mistake: clients and logs see these sentences. */
function problemOf(issue: z.core.$ZodIssue): string {
  const [setting] = issue.path;
  const path = setting === 'API_KEYS' ? setting : issue.path.join('.');
  const why = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;
  return `${path}: ${why ?? issue.message}`;
}

/** Names and defaults, for the documentation and its test. */
export const settingNames: readonly string[] = Object.keys(schema.shape);
