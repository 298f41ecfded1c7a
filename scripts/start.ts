/**
 * `npm start` (and `npm run dev`): the origin sidecar and the edge, together, until a signal.
 * Settings: PORT, ORIGIN_PORT, HOST, STATE_DIR, OLLAMA_URL, EMBEDDED_MODEL, and every setting of the edge and the sidecar.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadConfig, settingNames } from '../src/config.ts';
import { type Child, children } from './lib/children.ts';
import { chooseOrigin } from './lib/choose-origin.ts';
import { type RunningEdge, startEdge } from './lib/edge.ts';
import { answers, assertFree } from './lib/ports.ts';
import { localSecrets } from './lib/secrets.ts';
import { readStartSettings } from './lib/settings.ts';
import { startWranglerDev } from './lib/wrangler-dev.ts';

/** As often as wrangler.toml has the platform do it. */
const CRON_MS = 1_800_000;
const dev = process.argv.includes('--dev');
const family = children();
let stopEdge: () => Promise<void> = async () => {};
let stopping = false;

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  const patience = setTimeout(() => family.kill(), 4_000);
  await Promise.allSettled([stopEdge(), family.stop()]);
  clearTimeout(patience);
  process.exit(code);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0));

// npm passes a signal on to its shell only, which dies of it and tells nobody: whoever lost the shell was meant to end too.
const parent = process.ppid;
if (process.env.npm_lifecycle_event !== undefined)
  setInterval(() => {
    if (process.ppid !== parent) void stop(0);
  }, 250).unref();

function fail(message: string): Promise<void> {
  console.error(`\n${message}`);
  return stop(1);
}

/** Limits are off on this machine unless something asks for them. */
function setsLimits(vars: Readonly<Record<string, string>>): boolean {
  const named = Object.entries(vars).some(([name, value]) => name.startsWith('LIMIT_') && value !== '');
  return named || /"(requests|generations|tokensPerDay)"/.test(vars.API_KEYS ?? '');
}

async function main(): Promise<void> {
  const settings = readStartSettings(process.env);
  if (!settings.ok) return fail(settings.problems.map((problem) => `bad setting ${problem}`).join('\n'));
  const { port, originPort, host, wanted } = settings;
  const stateDir = resolve(settings.stateDir);
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const secrets = localSecrets(stateDir, process.env);

  const vars: Record<string, string> = { ORIGIN_URL: `http://127.0.0.1:${originPort}`, ...secrets };
  for (const name of settingNames) vars[name] = process.env[name] || (vars[name] ?? '');
  vars.RATE_LIMITS ||= setsLimits(vars) ? 'on' : 'off';
  const config = loadConfig(vars);
  if (!config.ok) return fail(config.problems.map((problem) => `bad setting ${problem}`).join('\n'));

  await assertFree(port, 'PORT');
  await assertFree(originPort, 'ORIGIN_PORT');

  const died = (child: Child) => void fail(`${child.name} stopped by itself (${child.exit}); see above`);
  const origin = await chooseOrigin(wanted, family, died);
  console.log(origin.notice);
  family.start(
    'sidecar',
    'origin/src/main.ts',
    [],
    {
      ...secrets,
      OLLAMA_URL: origin.urls.join(','),
      ORIGIN_PORT: String(originPort),
      STATE_DIR: join(stateDir, 'origin'),
    },
    died,
  );

  const edge = dev
    ? startWranglerDev(family, { port, host, vars, stateDir, died })
    : await startEdge({ host, port, vars, stateDir: join(stateDir, 'edge') });
  stopEdge = edge.close;
  if (!dev) setInterval(() => void (edge as RunningEdge).scheduled().catch(() => {}), CRON_MS).unref();

  await Promise.all([answers(`http://127.0.0.1:${originPort}/health`, 30_000), answers(`${edge.url}/health`, 60_000)]);
  if (stopping) return;
  if (!config.config.RATE_LIMITS)
    console.log(
      'Limits are off: RATE_LIMITS=on, or any LIMIT_… setting, turns them on. A deployed Worker has them on.',
    );
  if (!config.config.API_KEYS) console.log('API_KEYS is not set: no authentication, everyone is tenant "public".');
  if (!process.env.ADMIN_KEY)
    console.log(`ADMIN_KEY for the operator's routes, made for this machine: ${secrets.ADMIN_KEY}`);
  console.log(`
Edge    ${edge.url}      (the same URL for Ollama, OpenAI and Anthropic clients)
Try it  curl -i ${edge.url}/api/generate -d '{"model":"${origin.model}","prompt":"Why is the sky blue?","stream":false}'
        and once more: the second answer says X-Cache: HIT
Watch   ${edge.url}/dashboard
ready ${edge.url}`);
}

main().catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)));
