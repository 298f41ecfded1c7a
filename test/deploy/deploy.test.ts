/** `npm run deploy` against a recording double of wrangler, and its dry run with the real one. */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deploy } from '../../scripts/deploy/deploy.ts';

const root = resolve(import.meta.dirname, '../..');
const ORIGIN = { ORIGIN_URL: 'https://origin.example.com' };

interface Call {
  readonly args: readonly string[];
  readonly secrets?: Record<string, string>;
  readonly secretsMode?: string;
  readonly config?: Record<string, unknown>;
}

interface DoubleState {
  readonly calls: readonly Call[];
  readonly [key: string]: unknown;
}

let folder: string;
let stateFile: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'edge-cache-deploy-'));
  stateFile = join(folder, 'double.json');
  mkdirSync(join(folder, 'bin'));
  copyFileSync(join(import.meta.dirname, 'wrangler-double.mjs'), join(folder, 'bin/wrangler'));
  chmodSync(join(folder, 'bin/wrangler'), 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const double = (): DoubleState => JSON.parse(readFileSync(stateFile, 'utf8')) as DoubleState;
const given = (state: object) => writeFileSync(stateFile, JSON.stringify({ calls: [], ...state }));
const calls = () => double().calls.map(({ args }) => args.join(' '));
/** Those that change something. */
const changes = () => calls().filter((call) => /create|deploy|secret put|delete/.test(call));
const lastDeploy = (): Call => double().calls.findLast(({ args }) => args[0] === 'deploy') as Call;

interface Ended {
  readonly code: number;
  readonly output: string;
}

const environment = (bin: string, env: Record<string, string>) => ({
  PATH: [bin, join(process.execPath, '..'), process.env.PATH].join(delimiter),
  HOME: folder,
  STATE_DIR: join(folder, 'state'),
  DEPLOY_ENV: join(folder, 'deploy.env'),
  DOUBLE_STATE: stateFile,
  ...env,
});

async function run(args: readonly string[], env: Record<string, string> = ORIGIN): Promise<Ended> {
  let output = '';
  const print = (text: string) => {
    output += `${text}\n`;
  };
  const code = await deploy({ args, env: environment(join(folder, 'bin'), env), print });
  return { code, output };
}

describe('a first deployment', () => {
  it('says what it will do, makes all of it, and deploys', async () => {
    const { code, output } = await run(['--yes'], { ...ORIGIN, CACHE_TTL: '60' });
    expect(output).toContain('Deployed  https://edge-cache-for-ollama.jane.workers.dev');
    expect(code).toBe(0);
    expect(changes()).toEqual([
      'kv namespace create edge-cache-for-ollama-cache',
      'vectorize create edge-cache-for-ollama-static --dimensions=128 --metric=cosine',
      'vectorize create-metadata-index edge-cache-for-ollama-static --propertyName=partition --type=string',
      'vectorize create-metadata-index edge-cache-for-ollama-static --propertyName=expiresAt --type=number',
      expect.stringMatching(/^deploy --config \S+wrangler\.json --secrets-file \S+secrets\.json$/),
    ]);
    const said = output.slice(0, output.indexOf('make KV namespace'));
    for (const part of [
      'Jane (a1)',
      'KV namespace',
      'Vectorize index',
      'partition',
      'secret ADMIN_KEY, made now',
      'CACHE_TTL',
    ])
      expect(said).toContain(part);
  });

  it('gives the Worker its bindings, settings and secrets, and tells made secrets once', async () => {
    const { output } = await run(['--yes'], {
      ...ORIGIN,
      API_KEYS: `{"${'a'.repeat(64)}":"acme"}`,
      CACHE_TTL: '60',
    });
    const { config, secrets, secretsMode } = lastDeploy();
    expect(config).toMatchObject({
      name: 'edge-cache-for-ollama',
      kv_namespaces: [{ binding: 'CACHE_KV', id: 'id-of-edge-cache-for-ollama-cache' }],
      vectorize: [{ binding: 'VECTORIZE', index_name: 'edge-cache-for-ollama-static' }],
      workers_dev: true,
      vars: { ORIGIN_URL: 'https://origin.example.com', CACHE_TTL: '60' },
      migrations: [{ tag: 'v1' }],
    });
    expect(JSON.stringify(config)).not.toContain('acme');
    expect(Object.keys(secrets ?? {}).sort()).toEqual(['ADMIN_KEY', 'API_KEYS', 'ORIGIN_SECRET']);
    expect(secrets?.ADMIN_KEY).toHaveLength(32);
    expect(output).toContain(secrets?.ORIGIN_SECRET);
    expect(output).toContain(secrets?.ADMIN_KEY);
    expect(calls().join()).not.toContain(secrets?.ADMIN_KEY);
    expect(secretsMode).toBe('600');
    expect(existsSync(join(folder, 'state/deploy/secrets.json'))).toBe(false);
  });

  it('takes its settings from deploy.env too', async () => {
    writeFileSync(
      join(folder, 'deploy.env'),
      'ORIGIN_URL=https://from.file.example\nDOMAIN=cache.example.com\nSEMANTIC_EMBEDDER=workers-ai\nWORKER_NAME=my-cache\n',
    );
    const { output } = await run(['--yes'], { CACHE_TTL: '' });
    expect(output).toContain('Deployed  https://cache.example.com');
    expect(lastDeploy().config).toMatchObject({
      name: 'my-cache',
      workers_dev: false,
      routes: [{ pattern: 'cache.example.com', custom_domain: true }],
      ai: { binding: 'AI' },
      vars: { ORIGIN_URL: 'https://from.file.example' },
    });
    expect(changes()).toContain('vectorize create my-cache-workers-ai --dimensions=384 --metric=cosine');
  });

  it('makes no index where semantic hits are off or kept in objects of our own', async () => {
    for (const off of [{ SEMANTIC: 'off' }, { VECTOR_INDEX: 'local' }]) {
      await run(['--yes'], { ...ORIGIN, ...off });
      expect(calls().join()).not.toContain('vectorize');
      expect(lastDeploy().config).not.toHaveProperty('vectorize');
      rmSync(stateFile);
    }
  });
});

describe('another deployment', () => {
  it('makes nothing anew and keeps the secrets', async () => {
    await run(['--yes']);
    const before = changes().length;
    const { code, output } = await run(['--yes']);
    expect(code).toBe(0);
    expect(changes().slice(before)).toEqual([expect.stringMatching(/^deploy --config \S+$/)]);
    expect(output).toContain('keep      secret ADMIN_KEY as it is');
    expect(output).not.toContain('was made');
  });

  it('finishes what one that was broken off has begun', async () => {
    given({ fails: 'vectorize create-metadata-index' });
    const broken = await run(['--yes']);
    expect(broken.code).toBe(1);
    expect(broken.output).toContain('does not work today');
    given({ ...double(), calls: [], fails: null });
    expect((await run(['--yes'])).code).toBe(0);
    expect(changes().map((call) => call.split(' ').slice(0, 2).join(' '))).toEqual([
      'vectorize create-metadata-index',
      'vectorize create-metadata-index',
      expect.stringMatching(/^deploy/),
    ]);
  });

  it('that fails still tells what secrets it may have set, and leaves no file of them', async () => {
    given({ refuses: true });
    const { code, output } = await run(['--yes']);
    expect(code).toBe(1);
    expect(output).toContain('the domain is not on this account');
    expect(output).toContain(lastDeploy().secrets?.ORIGIN_SECRET);
    expect(existsSync(join(folder, 'state/deploy/secrets.json'))).toBe(false);
  });
});

describe('nothing is done', () => {
  it('without a yes', async () => {
    const { code, output } = await run([]);
    expect(code).toBe(2);
    expect(output).toContain('Nothing was done');
    expect(changes()).toEqual([]);
  });

  it('without an account, or with several', async () => {
    given({ accounts: [] });
    expect((await run(['--yes'])).output).toContain('wrangler login');
    given({
      accounts: [
        { id: 'a1', name: 'Jane' },
        { id: 'b2', name: 'Work' },
      ],
    });
    const { code, output } = await run(['--yes']);
    expect(code).toBe(1);
    expect(output).toContain('b2  Work');
    expect(changes()).toEqual([]);
    expect((await run(['--yes'], { ...ORIGIN, CLOUDFLARE_ACCOUNT_ID: 'b2' })).output).toContain('Account   Work (b2)');
  });

  it('when what is there cannot be read: secrets must not be made anew by mistake', async () => {
    given({ fails: 'secret list' });
    const { code } = await run(['--yes']);
    expect(code).toBe(1);
    expect(changes()).toEqual([]);
  });

  it('when the index that is there is of another length', async () => {
    given({ indexes: [{ name: 'edge-cache-for-ollama-static', config: { dimensions: 64 }, properties: [] }] });
    const { code, output } = await run(['--yes']);
    expect([code, output]).toEqual([1, expect.stringContaining('has 64 dimensions, not 128')]);
  });

  it.each<[Record<string, string>, string]>([
    [{}, 'ORIGIN_URL: is needed'],
    [{ ORIGIN_URL: 'http://127.0.0.1:8081' }, 'ORIGIN_URL: no data centre'],
    [{ ORIGIN_URL: 'http://origin.example.com' }, 'has to begin with https'],
    [{ ...ORIGIN, CACHE_TTL: 'long' }, 'CACHE_TTL'],
    [{ ...ORIGIN, DOMAIN: 'https://cache.example.com/' }, 'DOMAIN'],
    [{ ...ORIGIN, SEMANTIC_EMBEDDER: 'ollama', SEMANTIC_OLLAMA_MODEL: 'own' }, 'VECTOR_DIMENSIONS'],
  ])('with a wrong setting: %o', async (env, problem) => {
    const { code, output } = await run(['--yes'], env);
    expect(code).toBe(1);
    expect(output).toContain(problem);
    expect(existsSync(stateFile)).toBe(false);
  });
});

describe('a dry run', () => {
  it('builds the real bundle with the real wrangler, without an account', async () => {
    const child = spawn('npm', ['run', 'deploy', '--', '--dry-run'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: environment(join(root, 'node_modules/.bin'), { ...ORIGIN, DOMAIN: 'cache.example.com' }),
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (piece: Buffer) => (output += piece.toString()));
    const code = await new Promise((done) => child.on('close', done));
    expect(output).toContain('make      KV namespace edge-cache-for-ollama-cache');
    expect(output).toContain('env.VECTORIZE (edge-cache-for-ollama-static)');
    expect(output).toContain('env.LIMITS (LimitObject)');
    expect(output).not.toContain('would stop here');
    expect(code).toBe(0);
    expect(existsSync(join(folder, 'state/deploy/bundle/index.js'))).toBe(true);
    expect(existsSync(join(folder, 'state/deploy/secrets.json'))).toBe(false);
  }, 60_000);

  it('needs no settings, and says what a real run needs', async () => {
    const env = { ...environment(join(root, 'node_modules/.bin'), {}), ORIGIN_URL: '' };
    let output = '';
    const code = await deploy({ args: ['--dry-run'], env, print: (text) => (output += text) });
    expect([code, output]).toEqual([0, expect.stringContaining('would stop here:\nbad setting ORIGIN_URL: is needed')]);
  }, 60_000);
});
