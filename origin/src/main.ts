/** The sidecar as a process: settings from the environment, an orderly end on SIGTERM and SIGINT. */
import { loadConfig } from './config.ts';
import { startSidecar } from './sidecar.ts';

const loaded = loadConfig(process.env);
if (!loaded.ok) {
  for (const problem of loaded.problems) console.error(`sidecar: ${problem}`);
  process.exit(2);
}
const { config } = loaded;
const sidecar = await startSidecar(config).catch((error: NodeJS.ErrnoException) => {
  console.error(
    error.code === 'EADDRINUSE'
      ? `sidecar: ORIGIN_PORT ${config.ORIGIN_PORT} is taken by another process`
      : `sidecar: ${error.message}`,
  );
  process.exit(1);
});
console.log(`sidecar ready ${sidecar.url}`);

let ending = false;
function end(): void {
  // A second signal does not wait for what still runs.
  if (ending) process.exit(1);
  ending = true;
  void sidecar.drain().finally(() => process.exit(0));
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, end);
// A parent that was killed cannot send a signal; its channel closes.
process.on('disconnect', end);
