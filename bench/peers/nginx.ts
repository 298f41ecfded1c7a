/** nginx as a cache: `proxy_cache` keyed on the path and the body, what a person would set up with Debian's package alone. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../scripts/lib/ports.ts';
import type { Absent, Peer } from './peer.ts';
import { endProcess, startProcess } from './process.ts';

const BINARY = existsSync('/usr/sbin/nginx') ? '/usr/sbin/nginx' : 'nginx';

export async function nginxPeer(ollamaPort: number): Promise<Peer | Absent> {
  const version = spawnSync(BINARY, ['-v'], { encoding: 'utf8' }).stderr?.match(/nginx\/(\S+)/)?.[1];
  if (version === undefined) return { name: 'nginx', why: 'not installed' };
  const folder = mkdtempSync(join(tmpdir(), 'bench-nginx-'));
  mkdirSync(join(folder, 'cache'));
  const port = await freePort();
  const config = join(folder, 'nginx.conf');
  writeFileSync(config, configuration(folder, port, ollamaPort));
  const child = await startProcess(BINARY, ['-p', folder, '-c', config, '-e', join(folder, 'error.log')], port);
  return {
    name: 'nginx',
    what: `${version}, proxy_cache keyed on path and body, one worker`,
    port,
    headers: {},
    forwards: true,
    async close() {
      await endProcess(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configuration(folder: string, port: number, ollamaPort: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `  ${name}_temp_path ${join(folder, name)};`,
  );
  // As root the worker would become another user, who may not write here.
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  return `${user}
daemon off;
worker_processes 1;
pid ${join(folder, 'pid')};
events { worker_connections 1024; }
http {
${temporary.join('\n')}
  access_log off;
  keepalive_requests 10000000;
  proxy_cache_path ${join(folder, 'cache')} keys_zone=answers:10m max_size=100m;
  upstream ollama { server 127.0.0.1:${ollamaPort}; keepalive 16; }
  server {
    listen 127.0.0.1:${port};
    client_body_buffer_size 1m;
    location / {
      proxy_pass http://ollama;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host 127.0.0.1:${ollamaPort};
      proxy_cache answers;
      proxy_cache_methods POST;
      proxy_cache_key "$request_uri|$request_body";
      proxy_cache_valid 200 1h;
      proxy_cache_lock on;
      add_header X-Cache-Status $upstream_cache_status;
    }
  }
}
`;
}
