/** `node bench/simulated-ollama/main.ts --port N [--models a,b] [--rate TOKENS_PER_SECOND] [--load MS] [--slots N]` */
import { parseArgs } from 'node:util';
import { startSimulatedOllama } from './start.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    models: { type: 'string' },
    rate: { type: 'string' },
    load: { type: 'string' },
    slots: { type: 'string' },
  },
});
const server = await startSimulatedOllama({
  port: Number(values.port ?? 11434),
  ...(values.models && { models: values.models.split(',') }),
  ...(values.rate && { tokensPerSecond: Number(values.rate), totalTokensPerSecond: Number(values.rate) * 2.2 }),
  ...(values.load && { loadMs: Number(values.load) }),
  ...(values.slots && { slots: Number(values.slots) }),
});
console.log(`simulated Ollama ready ${server.url}`);

const stop = () => void server.close().then(() => process.exit(0));
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
process.once('disconnect', stop);
