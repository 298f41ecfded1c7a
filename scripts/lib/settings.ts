/** Settings of a run: ports, folders and where Ollama is. */
import { existsSync } from 'node:fs';
import { z } from 'zod';

const port = z.coerce.number().int().min(1).max(65_535);
const schema = z.object({
  PORT: port.default(8787),
  ORIGIN_PORT: port.default(8081),
  HOST: z.string().default('127.0.0.1'),
  STATE_DIR: z.string().default('.state'),
  OLLAMA_URL: z
    .string()
    .transform((list) =>
      list
        .split(',')
        .map((url) => url.trim())
        .filter((url) => url !== ''),
    )
    .pipe(z.array(z.url({ protocol: /^https?$/, error: 'is a list of http:// addresses separated by commas' })))
    .default([]),
  EMBEDDED_MODEL: z.string().refine(existsSync, { error: 'is no file: it must be a GGUF model' }).optional(),
  SIMULATED_OLLAMA: z.enum(['true', 'false'], { error: 'is true or false' }).default('false'),
  OLLAMA_NUM_PARALLEL: z.coerce.number().int().min(1).max(64).default(4),
});

export interface WantedOrigin {
  readonly ollamaUrls: readonly string[];
  /** A GGUF file. */
  readonly embeddedModel: string | undefined;
  readonly simulated: boolean;
  /** Generations at once. */
  readonly slots: number;
}

export type StartSettings =
  | {
      readonly ok: true;
      readonly port: number;
      readonly originPort: number;
      readonly host: string;
      readonly stateDir: string;
      /** Which origin serves, as far as it was named. */
      readonly wanted: WantedOrigin;
    }
  | { readonly ok: false; readonly problems: readonly string[] };

/** An empty variable counts as unset; each problem names its setting. */
export function readStartSettings(env: NodeJS.ProcessEnv): StartSettings {
  const given = Object.fromEntries(Object.keys(schema.shape).map((name) => [name, env[name] || undefined]));
  const parsed = schema.safeParse(given);
  if (!parsed.success)
    return { ok: false, problems: parsed.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`) };
  const { PORT, ORIGIN_PORT, HOST, STATE_DIR, ...found } = parsed.data;
  const wanted = {
    ollamaUrls: found.OLLAMA_URL,
    embeddedModel: found.EMBEDDED_MODEL,
    simulated: found.SIMULATED_OLLAMA === 'true',
    slots: found.OLLAMA_NUM_PARALLEL,
  };
  return { ok: true, port: PORT, originPort: ORIGIN_PORT, host: HOST, stateDir: STATE_DIR, wanted };
}
