/** Settings of a run: ports, folders and where Ollama is. */
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
});

export type StartSettings =
  | {
      readonly ok: true;
      readonly port: number;
      readonly originPort: number;
      readonly host: string;
      readonly stateDir: string;
      readonly ollamaUrls: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly string[] };

/** An empty variable counts as unset; each problem names its setting. */
export function readStartSettings(env: NodeJS.ProcessEnv): StartSettings {
  const given = Object.fromEntries(Object.keys(schema.shape).map((name) => [name, env[name] || undefined]));
  const parsed = schema.safeParse(given);
  if (!parsed.success)
    return { ok: false, problems: parsed.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`) };
  const { PORT, ORIGIN_PORT, HOST, STATE_DIR, OLLAMA_URL } = parsed.data;
  return { ok: true, port: PORT, originPort: ORIGIN_PORT, host: HOST, stateDir: STATE_DIR, ollamaUrls: OLLAMA_URL };
}
