/**
 * `node origin/embedded/main.ts --model FILE.gguf [--name NAME] [--port 11434] [--host 127.0.0.1] [--slots N] [--context TOKENS] [--threads N]`
 *
 * Says one line when it is ready; ends on SIGTERM and SIGINT, and with the process that forked it.
 */
import { parseArgs } from 'node:util';
import { startEmbeddedOllama } from './start.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: { model: text, name: text, port: text, host: text, slots: text, context: text, threads: text },
});

function count(flag: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const meant = Number(value);
  if (!Number.isInteger(meant) || meant < 0) throw new Error(`--${flag} must be a whole number, not ${value}`);
  return meant;
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

const path = values.model ?? fail('--model FILE.gguf is missing');
const slots = count('slots', values.slots);
const contextLength = count('context', values.context);
const threads = count('threads', values.threads);
const server = await startEmbeddedOllama({
  model: path,
  port: count('port', values.port) ?? 11_434,
  ...(values.name !== undefined && { name: values.name }),
  ...(values.host !== undefined && { host: values.host }),
  ...(slots !== undefined && { slots }),
  ...(contextLength !== undefined && { contextLength }),
  ...(threads !== undefined && { threads }),
}).catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)));
console.log(`embedded engine ready ${server.url} ${server.model}`);

const stop = (): void => void server.close().then(() => process.exit(0));
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
process.once('disconnect', stop);
