/** Every setting of the sidecar: one schema, its defaults, its errors. */
import { z } from 'zod';
import { canonicalModel } from '../../src/exchange/prompt.ts';

const milliseconds = z.coerce.number().int().min(0).max(3_600_000);
const count = z.coerce.number().int().min(0);
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' });
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' });

const flag = z.enum(['true', 'false', '1', '0', 'on', 'off']).transform((word) => ['true', '1', 'on'].includes(word));

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** Ollama's own notation (`10m`, `90s`, `-1` for ever), since it is passed on as it is. */
const keepAlive = z.string().regex(/^(-1|\d+(ms|s|m|h))$/, 'is a duration such as 10m, or -1');

const generation = z.strictObject({
  /** Context length in tokens; pinned, so that no request makes Ollama load the model again. */
  num_ctx: z.number().int().min(128).max(1_048_576).optional(),
  /** Most tokens that one answer may have. */
  num_predict: z.number().int().min(1).optional(),
});

const models = z.string().transform((text, context) => {
  try {
    const parsed = z.record(z.string(), generation).safeParse(JSON.parse(text));
    if (parsed.success)
      return new Map(Object.entries(parsed.data).map(([name, settings]) => [canonicalModel(name), settings]));
    for (const issue of parsed.error.issues)
      context.addIssue({ code: 'custom', message: `${issue.path.join('.')}: ${issue.message}` });
  } catch {
    context.addIssue({ code: 'custom', message: 'is not JSON' });
  }
  return z.NEVER;
});

const schema = z.object({
  ORIGIN_HOST: z.string().default('127.0.0.1'),
  /** 0 takes any free port. */
  ORIGIN_PORT: z.coerce.number().int().min(0).max(65_535).default(8081),
  /** Shared with the edge: every request but `GET /health` carries it. */
  ORIGIN_SECRET: z.string('is required: the edge and the sidecar share it').min(16, 'needs at least 16 characters'),
  /** One lane for each. */
  OLLAMA_URL: list.pipe(z.array(httpUrl).min(1)).default(['http://127.0.0.1:11434']),
  /** Slots of a lane: what that Ollama was started with. */
  OLLAMA_NUM_PARALLEL: z.coerce.number().int().min(1).max(64).default(4),
  /** Where the disk tier and the history are kept. */
  STATE_DIR: z.string().default('.state'),
  /** Bound on the disk tier in bytes; 0 turns it off. */
  DISK_BYTES: count.default(1_073_741_824),
  /** What the history keeps: texts, only their hashes, or nothing. */
  HISTORY: z.enum(['text', 'hashes', 'off']).default('text'),
  HISTORY_DAYS: z.coerce.number().int().min(1).max(3_650).default(30),
  /** Keeps the history in PostgreSQL instead of SQLite. */
  DATABASE_URL: postgresUrl.optional(),
  /** Lets several sidecars share one generation, and edges use it as a tier (`/redis`, Upstash's REST protocol). */
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must be a redis:// URL' }).optional(),
  /** What an edge's `UPSTASH_REDIS_REST_TOKEN` must be; unset: the ORIGIN_SECRET. */
  REDIS_REST_TOKEN: z.string().min(16, 'needs at least 16 characters').optional(),
  /** Where its reports are read from. */
  DATABASE_REPLICA_URL: postgresUrl.optional(),
  DATABASE_POOL_MIN: z.coerce.number().int().min(0).max(500).default(20),
  DATABASE_POOL_MAX: z.coerce.number().int().min(1).max(500).default(50),
  /** Base URL of an OTLP/HTTP collector; unset: no traces. */
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional(),
  /** Largest request body in bytes. */
  MAX_BODY_BYTES: z.coerce.number().int().min(1024).max(104_857_600).default(8_388_608),
  /** How long a generation that nobody reads any more is kept for a reader that comes back. */
  ABANDON_GRACE_MS: milliseconds.default(2_000),
  /** How long running streams may take to finish after SIGTERM. */
  DRAIN_MS: milliseconds.default(30_000),

  /** Most requests that wait. */
  QUEUE_LIMIT: count.default(512),
  /** Longest wait for a slot. */
  QUEUE_WAIT_MS: milliseconds.default(120_000),
  /** Longest wait while no Ollama can be reached. */
  OUTAGE_WAIT_MS: milliseconds.default(3_000),
  /** How long single embeddings are collected for one call, while no slot is free. */
  BATCH_WINDOW_MS: milliseconds.max(1_000).default(50),
  /** How many slot-fulls ahead of its turn a request may be taken because it fits better (same beginning, model in memory). */
  BATCHES_AHEAD: z.coerce.number().int().min(1).max(100).default(3),
  /** Most inputs of one merged embedding call. */
  BATCH_INPUTS: z.coerce.number().int().min(1).max(512).default(32),
  /** Shortest turn of a model in memory while another one waits for its place. */
  MODEL_TURN_MS: milliseconds.default(5_000),
  /** What Ollama was started with: models in memory at once. */
  OLLAMA_MAX_LOADED_MODELS: z.coerce.number().int().min(1).max(64).default(3),

  /** Lowest limit for the first token of a single request to a warm model; the limit itself follows the lane's P99. */
  FIRST_TOKEN_FLOOR_MS: milliseconds.min(1).default(1_500),
  /** Lowest limit for the time between two tokens. */
  NEXT_TOKEN_FLOOR_MS: milliseconds.min(1).default(1_500),
  /** Highest limit for either. */
  TOKEN_CEILING_MS: milliseconds.min(1).default(120_000),

  /** Models that are loaded at start and kept. */
  WARM_MODELS: list.default([]),
  /** How many popular prompts are generated at start, where their answers are not on disk; 0: none. */
  PRELOAD_PROMPTS: z.coerce.number().int().min(0).max(1_000).default(0),
  /** Prefetches at a time; 0: none, whatever the edges ask. */
  PREFETCH_SLOTS: z.coerce.number().int().min(0).max(16).default(1),
  /** How much a second of generating for nothing counts, in seconds that a person does not wait. */
  PREFETCH_WASTE: z.coerce.number().min(0).max(100).default(0.25),
  /** Whether `num_ctx` and `shift` of a request are passed on: either makes Ollama load the model again. */
  CLIENT_MAY_RELOAD: flag.default(false),
  KEEP_ALIVE: keepAlive.default('10m'),
  /** `{"model": {"num_ctx": 4096, "num_predict": 1024}}` */
  MODEL_SETTINGS: models.default(new Map()),
});

export type Config = z.output<typeof schema>;
export type ModelSettings = z.output<typeof generation>;

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly string[] };

/** An empty string counts as unset. Each problem names its setting. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): ConfigResult {
  const given: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const value = env[name];
    if (value !== undefined && value !== '') given[name] = value;
  }
  const parsed = schema.safeParse(given);
  if (parsed.success) return { ok: true, config: parsed.data };
  return { ok: false, problems: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) };
}

/** Names, for the documentation and its test. */
export const settingNames: readonly string[] = Object.keys(schema.shape);
