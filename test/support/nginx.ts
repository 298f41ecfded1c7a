/**
 * The project's own nginx.conf under the nginx of this machine (NGINX, else Debian's). Only addresses and folders are other
 * ones than in the container; and an nginx before 1.25.1, which cannot take both versions of HTTP on one port, listens on two.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { answers, freePort } from '../../scripts/lib/ports.ts';

export interface Nginx {
  /** HTTP/1.1. */
  readonly url: string;
  /** HTTP/2 without TLS. */
  readonly h2Url: string;
  /** Its access log. */
  log(): string;
  stop(): Promise<void>;
}

const root = resolve(import.meta.dirname, '../../origin');
const program = process.env.NGINX ?? (existsSync('/usr/sbin/nginx') ? '/usr/sbin/nginx' : 'nginx');

function version(): readonly number[] {
  const { stderr, error } = spawnSync(program, ['-v'], { encoding: 'utf8' });
  if (error) throw new Error('nginx is not installed: apt-get install nginx-light');
  return (/nginx\/([\d.]+)/.exec(stderr)?.[1] ?? '').split('.').map(Number);
}

function sharesPort([major = 0, minor = 0, patch = 0]: readonly number[]): boolean {
  return major > 1 || minor > 25 || (minor === 25 && patch >= 1);
}

/** @param upstreams addresses (`host:port`) that stand for the name `sidecar` */
export async function startNginx(upstreams: readonly string[]): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'nginx-test-'));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'cache'));
  const port = await freePort();
  const onePort = sharesPort(version());
  const h2Port = onePort ? port : await freePort();

  let conf = readFileSync(join(root, 'nginx.conf'), 'utf8');
  function adapt(from: string, to: string): void {
    if (!conf.includes(from)) throw new Error(`nginx.conf has no ${from}`);
    conf = conf.replaceAll(from, to);
  }
  adapt('listen 8080 reuseport;', `listen 127.0.0.1:${port};`);
  if (!onePort) adapt('http2 on;', `listen 127.0.0.1:${h2Port} http2;`);
  adapt(
    'server sidecar:8081 resolve max_fails=0;',
    upstreams.map((address) => `server ${address} max_fails=0;`).join('\n'),
  );
  adapt('/var/cache/nginx', join(folder, 'cache'));
  adapt('/etc/nginx/tls', join(folder, 'tls'));
  adapt('/tmp/nginx.pid', join(folder, 'pid'));
  adapt('/srv/static', join(root, 'static'));
  adapt('/dev/stdout', join(folder, 'access.log'));
  adapt('error_log stderr', `error_log ${join(folder, 'error.log')}`);
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, conf);

  const globals = `daemon off;${process.getuid?.() === 0 ? ' user root;' : ''}`;
  const server: ChildProcess = spawn(program, ['-c', file, '-e', join(folder, 'error.log'), '-g', globals], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const killAtExit = () => void server.kill('SIGKILL');
  process.once('exit', killAtExit);
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/ingress-health`, 10_000);
  return {
    url,
    h2Url: `http://127.0.0.1:${h2Port}`,
    log: () => readFileSync(join(folder, 'access.log'), 'utf8'),
    async stop() {
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
      process.off('exit', killAtExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
