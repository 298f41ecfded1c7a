import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../origin/src/config.ts';

const secret = { ORIGIN_SECRET: '0123456789abcdef' };

describe('settings of the sidecar', () => {
  it('has a default for everything but the secret', () => {
    const loaded = loadConfig({ ...secret, OLLAMA_URL: '' });
    expect(loaded).toMatchObject({
      ok: true,
      config: { ORIGIN_PORT: 8081, OLLAMA_URL: ['http://127.0.0.1:11434'], OLLAMA_NUM_PARALLEL: 4, QUEUE_LIMIT: 512 },
    });
    expect(loadConfig({})).toEqual({
      ok: false,
      problems: ['ORIGIN_SECRET: is required: the edge and the sidecar share it'],
    });
  });

  it.each([
    ['ORIGIN_PORT', '99999'],
    ['ORIGIN_SECRET', 'short'],
    ['OLLAMA_URL', 'http://a,ftp://b'],
    ['OLLAMA_NUM_PARALLEL', 'many'],
    ['KEEP_ALIVE', 'soon'],
    ['MODEL_SETTINGS', '{'],
    ['MODEL_SETTINGS', '{"m":{"num_gpu":1}}'],
    ['MODEL_SETTINGS', '{"m":{"num_ctx":"big"}}'],
  ])('names the setting that is wrong: %s=%s', (name, value) => {
    const loaded = loadConfig({ ...secret, [name]: value });
    expect(loaded.ok).toBe(false);
    if (!loaded.ok) for (const problem of loaded.problems) expect(problem).toMatch(new RegExp(`^${name}[.:]`));
  });

  it('reads lists and models under their canonical names', () => {
    const loaded = loadConfig({
      ...secret,
      OLLAMA_URL: 'http://a:1, http://b:2,',
      MODEL_SETTINGS: '{"Llama3.2":{"num_ctx":2048}}',
    });
    expect(loaded.ok && loaded.config.OLLAMA_URL).toEqual(['http://a:1', 'http://b:2']);
    expect(loaded.ok && loaded.config.MODEL_SETTINGS.get('llama3.2:latest')).toEqual({ num_ctx: 2048 });
  });
});
