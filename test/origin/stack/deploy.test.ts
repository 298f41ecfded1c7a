/** origin/deploy.sh, with a double of `docker` that writes its calls down. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { root } from './compose.ts';

let folder: string;
let envFile: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'deploy-'));
  envFile = join(folder, '.env');
  symlinkSync(join(import.meta.dirname, 'docker-double.sh'), join(folder, 'docker'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
  /** What docker was called with. */
  readonly calls: readonly string[];
}

async function deploy(args: readonly string[] = [], env: Record<string, string> = {}): Promise<Ran> {
  const calls = join(folder, 'calls');
  const child = spawn(join(root, 'origin/deploy.sh'), args, {
    env: { PATH: `${folder}:/usr/bin:/bin`, ORIGIN_ENV_FILE: envFile, DOUBLE_CALLS: calls, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, error] = ['', ''];
  child.stdout.on('data', (piece) => {
    out += piece;
  });
  child.stderr.on('data', (piece) => {
    error += piece;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, error, calls: existsSync(calls) ? readFileSync(calls, 'utf8').trimEnd().split('\n') : [] };
}

/** The same without where each thing lies. */
const commandsOf = ({ calls }: Ran) =>
  calls.map((call) => call.replace(/^compose --project-directory \S+ --file \S+( --env-file \S+)?/, 'compose'));

describe('deploy.sh', () => {
  it('brings up Ollama, pulls, brings up the rest, warms, asks, and says where it is', async () => {
    const ran = await deploy();
    expect(ran.error).toBe('');
    expect(ran.code).toBe(0);
    const secret = /^ORIGIN_SECRET=([0-9a-f]{48})$/m.exec(readFileSync(envFile, 'utf8'))?.[1];
    const ask = `compose exec -T ingress wget -q -T 300 -O - --header X-Edge-Secret: ${secret}`;
    expect(commandsOf(ran)).toEqual([
      'compose version',
      'info',
      'compose up --detach --wait --wait-timeout 600 ollama',
      'compose exec -T ollama ollama pull tinyllama',
      'compose exec -T ollama ollama pull all-minilm',
      'compose up --detach --build --wait --wait-timeout 600 --scale sidecar=1 --remove-orphans',
      `${ask} http://127.0.0.1:8080/api/ps`,
      `${ask} http://127.0.0.1:8080/api/ps`,
      expect.stringMatching(/--post-data \{"model":"tinyllama",.*\} http:\/\/127\.0\.0\.1:8080\/api\/generate$/),
    ]);
    expect(ran.out).toContain('The origin is up: http://127.0.0.1:8080');
    expect(ran.out).not.toContain(secret);
  });

  it('makes secrets once, for its owner only, and keeps what is set', async () => {
    writeFileSync(envFile, 'WARM_MODELS="qwen2.5:0.5b"\nINGRESS_PORT=9000');
    const first = await deploy();
    const made = readFileSync(envFile, 'utf8');
    expect(made).toMatch(/^INGRESS_PORT=9000\nORIGIN_SECRET=[0-9a-f]{48}\nPOSTGRES_PASSWORD=[0-9a-f]{48}\n$/m);
    expect(statSync(envFile).mode & 0o777).toBe(0o600);
    expect(commandsOf(first)).toContain('compose exec -T ollama ollama pull qwen2.5:0.5b');
    expect(first.out).toContain('http://127.0.0.1:9000');
    await deploy();
    expect(readFileSync(envFile, 'utf8')).toBe(made);
  });

  it('scales the sidecars, and adds the tunnel and the traces', async () => {
    writeFileSync(envFile, 'TUNNEL_TOKEN=t\n');
    const ran = await deploy(['--sidecars', '3', '--tunnel', '--tracing', '--timeout', '60']);
    expect(ran.code).toBe(0);
    expect(commandsOf(ran)).toContain(
      'compose --profile tunnel --profile tracing up --detach --build --wait --wait-timeout 60 --scale sidecar=3 --remove-orphans',
    );
    const without = await deploy(['--tunnel'], { ORIGIN_ENV_FILE: join(folder, 'other.env') });
    expect([without.code, without.error]).toEqual([1, expect.stringContaining('missing: TUNNEL_TOKEN')]);
  });

  it('with --dry-run does nothing, and needs nothing', async () => {
    rmSync(join(folder, 'docker'));
    const ran = await deploy(['--dry-run', '--sidecars', '2'], { PATH: withoutDocker() });
    expect([ran.code, ran.calls]).toEqual([0, []]);
    expect(ran.error).toContain('missing: Docker is not installed');
    expect(ran.out).toContain('would make ORIGIN_SECRET');
    expect(ran.out).toContain('would run: docker compose exec -T ollama ollama pull tinyllama');
    expect(ran.out).toContain('--scale sidecar=2');
    expect(existsSync(envFile)).toBe(false);
  });

  it('says what is missing, before it changes anything', async () => {
    const noCompose = await deploy([], { DOUBLE_COMPOSE: '1' });
    const noDaemon = await deploy([], { DOUBLE_DAEMON: '1' });
    rmSync(join(folder, 'docker'));
    const noDocker = await deploy([], { PATH: withoutDocker() });
    expect([noDocker.code, noDocker.error]).toEqual([1, expect.stringContaining('Docker is not installed')]);
    expect([noCompose.code, noCompose.error]).toEqual([1, expect.stringContaining('no Compose plugin')]);
    expect([noDaemon.code, noDaemon.error]).toEqual([1, expect.stringContaining('daemon cannot be reached')]);
    expect(existsSync(envFile)).toBe(false);
  });

  it.each([
    ['a model that cannot be pulled', { DOUBLE_PULL: '1' }, 'could not pull tinyllama'],
    ['a part that does not become healthy', { DOUBLE_UP: '1' }, 'not everything became healthy'],
    ['an answer that is cut', { DOUBLE_ANSWER: '{"done":false}' }, 'the answer is not complete'],
  ])('fails clearly: %s', async (_, env, message) => {
    const ran = await deploy([], env);
    expect([ran.code, ran.error]).toEqual([1, expect.stringContaining(message)]);
  });

  it('refuses options that it does not know', async () => {
    expect((await deploy(['--sidecar', '3'])).code).toBe(2);
    expect((await deploy(['--sidecars', 'many'])).code).toBe(2);
    expect((await deploy(['--help'])).out).toContain('usage: origin/deploy.sh');
  });

  it.skipIf(spawnSync('shellcheck', ['--version']).error !== undefined)('passes shellcheck', () => {
    const { stdout } = spawnSync('shellcheck', [join(root, 'origin/deploy.sh')], { encoding: 'utf8' });
    expect(stdout).toBe('');
  });
});

/** The programs that the script uses, and no docker. */
function withoutDocker(): string {
  const bin = mkdtempSync(join(folder, 'bin-'));
  for (const name of 'bash env awk sed grep tail tr od id dirname cat chmod touch sleep'.split(' ')) {
    const at = ['/usr/bin', '/bin'].map((path) => join(path, name)).find(existsSync);
    if (at) symlinkSync(at, join(bin, name));
  }
  return bin;
}
