/**
 * A person's own log as a workload: JSON lines, each what one client asked. Each person of the run walks through the log from a
 * place of their own, so that what was asked often is asked often.
 *
 *   {"prompt": "…"}  or  {"messages": [{"role": "user", "content": "…"}]}
 *   and as wanted: "model", "truth" (lines with the same one may share an answer; without it only equal lines may), "tenant",
 *   "stream", "max_tokens", "session"
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import type { Ask, Shape, Workload } from './ask.ts';
import { random } from './random.ts';

const Message = z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() });
const Line = z
  .object({
    prompt: z.string().min(1).optional(),
    messages: z.array(Message).min(1).optional(),
    model: z.string().min(1).optional(),
    truth: z.string().optional(),
    tenant: z.number().int().min(0).optional(),
    stream: z.boolean().optional(),
    max_tokens: z.number().int().min(1).optional(),
    session: z.string().optional(),
  })
  .refine(
    ({ prompt, messages }) => (prompt === undefined) !== (messages === undefined),
    'has either a prompt or messages',
  );

type Line = z.infer<typeof Line>;

const MAX_TOKENS = 256;

/** Throws with the file's name and the line's number where one cannot be read. */
export function readLog(file: string): readonly Line[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const read = lines.flatMap((text, at) => {
    if (text.trim() === '') return [];
    try {
      return [Line.parse(JSON.parse(text))];
    } catch (error) {
      const why =
        error instanceof z.ZodError
          ? error.issues.map(({ message, path }) => [...path, message].join(' ')).join('; ')
          : String(error);
      throw new Error(`${file}:${at + 1}: ${why}`);
    }
  });
  if (read.length === 0) throw new Error(`${file}: no line with a prompt in it`);
  return read;
}

export function log(file: string, shape: Shape): Workload {
  const asks = readLog(file).map((line) => askOf(line, shape));
  return {
    name: basename(file),
    about: `${asks.length} lines of ${basename(file)}`,
    person(index) {
      let at = random(`${shape.seed} log ${index}`).below(asks.length);
      return { next: () => asks[at++ % asks.length] as Ask };
    },
    known: [...new Map(asks.map((ask) => [ask.truth, ask])).values()],
  };
}

function askOf(line: Line, shape: Shape): Ask {
  const messages = line.messages ?? [{ role: 'user' as const, content: line.prompt as string }];
  const model = line.model ?? (shape.models[0] as string);
  const tenant = (line.tenant ?? 0) % shape.tenants;
  return {
    model,
    tenant,
    messages,
    stream: line.stream ?? shape.streaming > 0.5,
    maxTokens: line.max_tokens ?? MAX_TOKENS,
    truth: JSON.stringify(['log', tenant, model, line.truth ?? messages]),
    ...(line.session !== undefined && { session: line.session }),
  };
}
