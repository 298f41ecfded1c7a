/** Every setting of the sidecar: one schema, its defaults, its errors. */
import { z } from 'zod';
import { canonicalModel } from '../../src/exchange/prompt.ts';

const milliseconds = z.coerce.number().int().min(0).max(3_600_000);
const count = z.coerce.number().int().min(0);
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' });

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

  /** Models that are loaded at start and kept. */
  WARM_MODELS: list.default([]),
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
