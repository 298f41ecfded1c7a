import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { settingNames as originSettings } from '../origin/src/config.ts';
import { loadConfig, settingNames } from '../src/config.ts';

describe('settings', () => {
  it('have defaults that serve', () => {
    const loaded = loadConfig({});
    expect(loaded).toMatchObject({
      ok: true,
      config: {
        CACHE_TTL: 604_800,
        MEMORY_ENTRIES: 500,
        MAX_BODY_BYTES: 4_194_304,
        RATE_LIMITS: true,
        LIMIT_REQUESTS: 100,
        LIMIT_GENERATIONS: 10,
      },
    });
  });

  it('count as unset when they are empty', () => {
    expect(loadConfig({ CACHE_TTL: '', ADMIN_KEY: '' })).toMatchObject({ ok: true, config: { CACHE_TTL: 604_800 } });
  });

  it.each([
    [{ ORIGIN_URL: 'not a url' }, 'ORIGIN_URL'],
    [{ ORIGIN_URL: 'ftp://origin' }, 'ORIGIN_URL'],
    [{ CACHE_TTL: '-1' }, 'CACHE_TTL'],
    [{ CACHE_TTL: 'a week' }, 'CACHE_TTL'],
    [{ CACHE_TTL_BY_MODEL: '{' }, 'CACHE_TTL_BY_MODEL'],
    [{ CACHE_TTL_BY_MODEL: '{"m":"long"}' }, 'CACHE_TTL_BY_MODEL'],
    [{ API_KEYS: '{"plain-key":"acme"}' }, 'API_KEYS'],
    [{ API_KEYS: `{"${'a'.repeat(64)}":{"tenant":"acme","speed":3}}` }, 'API_KEYS'],
    [{ API_KEYS: `{"${'a'.repeat(64)}":{"tenant":"acme","requests":-1}}` }, 'API_KEYS'],
    [
      {
        API_KEYS: JSON.stringify({
          ['a'.repeat(64)]: { tenant: 'acme', requests: 1 },
          ['b'.repeat(64)]: { tenant: 'acme', requests: 2 },
        }),
      },
      'acme two different limits',
    ],
    [{ RATE_LIMITS: 'perhaps' }, 'RATE_LIMITS'],
    [{ LIMIT_GENERATIONS: '1.5' }, 'LIMIT_GENERATIONS'],
    [{ EXPERIMENT: '{"name":"x","arms":{"one":{}}}' }, 'EXPERIMENT.arms'],
    [{ EXPERIMENT: '{"name":"x","arms":{"a":{},"b":{"CACHE_TTL":"long"}}}' }, 'EXPERIMENT.arms.b: CACHE_TTL'],
    [{ EXPERIMENT: '{"name":"x","arms":{"a":{},"b":{"CACHE_TLT":1}}}' }, 'there is no setting CACHE_TLT'],
    [{ EXPERIMENT: '{"name":"x","arms":{"a":{},"b":{"ADMIN_KEY":"0123456789abcdef"}}}' }, 'ADMIN_KEY cannot differ'],
    [{ EXPERIMENT: '{"name":"x","arms":{"a":{},"b":{"MEMORY_ENTRIES":9}}}' }, 'MEMORY_ENTRIES cannot differ'],
    [{ EXPERIMENT: '{"name":"x","arms":{"a":{},"b":{}},"weights":{"c":1}}' }, 'there is no arm c'],
    [{ ADMIN_KEY: 'short' }, 'ADMIN_KEY'],
    [{ CACHE_TIERS: 'memory,disk' }, 'CACHE_TIERS'],
    [{ CACHE_SEEDED: 'maybe' }, 'CACHE_SEEDED'],
    [{ UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:1' }, 'UPSTASH_REDIS_REST_TOKEN'],
  ])('name themselves when they are wrong: %o', (env, name) => {
    const loaded = loadConfig(env);
    expect(loaded.ok).toBe(false);
    expect(!loaded.ok && loaded.problems.join('\n')).toContain(name);
  });

  it('never show a key that was written where its hash belongs', () => {
    for (const holder of ['"acme"', '{"tenant":"acme","speed":3}', '"no tenant"']) {
      const loaded = loadConfig({ API_KEYS: `{"sk-live-1234":${holder}}` });
      expect(!loaded.ok && loaded.problems.join('\n')).toMatch(/^API_KEYS: (?!.*sk-live)/);
    }
    expect(loadConfig({ API_KEYS: '{"sk-live-1234":"acme"}' })).toMatchObject({
      problems: ['API_KEYS: is keyed by the SHA-256 of each key in hex (`npm run key`)'],
    });
  });

  it('by model are found whatever way the model’s name is written', () => {
    const loaded = loadConfig({ CACHE_TTL_BY_MODEL: '{"Library/Llama3":60}' });
    expect(loaded).toMatchObject({ ok: true, config: { CACHE_TTL_BY_MODEL: { 'llama3:latest': 60 } } });
  });

  it('of an arm are those of everyone with its own over them, read by the same rules', () => {
    const arms = { a: {}, b: { CACHE_TTL: 60, CACHE_TTL_BY_MODEL: { Llama3: 5 }, CACHE_SEEDED: false } };
    const loaded = loadConfig({ CACHE_TTL: '300', EXPERIMENT: JSON.stringify({ name: 'x', arms }) });
    if (!loaded.ok) throw new Error(loaded.problems.join());
    expect(loaded.config.CACHE_TTL).toBe(300);
    expect(loaded.arms.get('a')).toMatchObject({ CACHE_TTL: 300, CACHE_SEEDED: true });
    expect(loaded.arms.get('b')).toMatchObject({
      CACHE_TTL: 60,
      CACHE_TTL_BY_MODEL: { 'llama3:latest': 5 },
      CACHE_SEEDED: false,
    });
  });

  it('are all in docs/settings.md', () => {
    const page = readFileSync(new URL('../docs/settings.md', import.meta.url), 'utf8');
    expect([...settingNames, ...originSettings].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
});
