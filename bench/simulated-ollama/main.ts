/**
 * `node bench/simulated-ollama/main.ts [--port 11434] [--host 127.0.0.1] [--models a,b] [--slots N] [--rate TOKENS_PER_SECOND]
 * [--total-rate N] [--prefill-rate N] [--load MS] [--max-loaded N]`
 *
 * Says one line when it is ready; ends on SIGTERM and SIGINT, and with the process that forked it.
 */
import { parseArgs } from 'node:util';
import { startSimulatedOllama } from './start.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    port: text,
    host: text,
    models: text,
    slots: text,
    rate: text,
    'total-rate': text,
    'prefill-rate': text,
    load: text,
    'max-loaded': text,
  },
});

function number(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const meant = Number(value);
  if (!Number.isFinite(meant) || meant < 0) throw new Error(`--${name} must be a number, not ${value}`);
  return meant;
}

const rate = number('rate', values.rate);
// Four slots together make some two times what one makes alone.
const total = number('total-rate', values['total-rate']) ?? (rate === undefined ? undefined : rate * 2.2);
const chosen = {
  slots: number('slots', values.slots),
  tokensPerSecond: rate,
  totalTokensPerSecond: total,
  prefillTokensPerSecond: number('prefill-rate', values['prefill-rate']),
  loadMs: number('load', values.load),
  maxLoadedModels: number('max-loaded', values['max-loaded']),
};
const given = Object.entries(chosen).filter((entry): entry is [string, number] => entry[1] !== undefined);
const server = await startSimulatedOllama({
  port: number('port', values.port) ?? 11_434,
  ...(values.host !== undefined && { host: values.host }),
  ...(values.models !== undefined && { models: values.models.split(',') }),
  ...Object.fromEntries(given),
});
console.log(`simulated Ollama ready ${server.url}`);

const stop = (): void => void server.close().then(() => process.exit(0));
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
process.once('disconnect', stop);
