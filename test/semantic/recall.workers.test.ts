/** Recalling where something on its way fails: the request is answered all the same, and no later than it must be. */
import { createExecutionContext, env, waitOnExecutionContext } from 'cloudflare:test';
import { expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import { assemble, type Bindings } from '../../src/assemble.ts';
import { loadConfig } from '../../src/config.ts';
import tokenTable from '../../src/semantic/static/table.bin';

let namespaces = 0;

/** The app over these bindings, in a namespace of its own; each generation takes `generation`. */
function edgeOver(bindings: Bindings, table: ArrayBuffer, generation: () => Promise<void> = async () => {}) {
  const loaded = loadConfig({
    CACHE_TIERS: 'kv',
    RATE_LIMITS: 'off',
    SEMANTIC_CHECK_SHARE: '0',
    SEMANTIC_TIMEOUT_MS: '5000',
  });
  if (!loaded.ok) throw new Error(loaded.problems.join('; '));
  let generated = 0;
  globalThis.fetch = async (input) => {
    if (new URL(new Request(input).url).pathname === '/api/tags') return Response.json({ models: [] });
    generated += 1;
    await generation();
    const message = { role: 'assistant', content: 'Ten minutes.' };
    return Response.json({
      model: 'm',
      created_at: new Date().toISOString(),
      message,
      done: true,
      done_reason: 'stop',
    });
  };
  const edge = assemble(loaded.config, bindings, table);
  const app = createApp({ ...edge, statistics: { ...edge.statistics, handOn: () => {} } });
  const namespace = `recall ${++namespaces}`;
  return {
    edge,
    generated: () => generated,
    async ask(content: string, headers: Record<string, string> = {}): Promise<string | null> {
      const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content }], stream: false });
      const request = new Request('http://edge/api/chat', {
        method: 'POST',
        headers: { 'x-cache-namespace': namespace, ...headers },
        body,
      });
      const context = createExecutionContext();
      const response = await app.fetch(request, {}, context);
      await response.text();
      await waitOnExecutionContext(context);
      return response.headers.get('x-cache');
    },
  };
}

const { CACHE_KV, SEMANTIC_INDEX } = env;

it('is done without where it cannot be put together', async () => {
  const { ask } = edgeOver({ CACHE_KV, SEMANTIC_INDEX }, new ArrayBuffer(3));
  expect(await ask('How do I boil eggs?')).toBe('MISS');
  expect(await ask('How do I boil eggs?')).toBe('HIT');
});

it('does not wait once more for a tier that fails', async () => {
  let failing = false;
  const get = vi.fn((...given: [string]) =>
    failing ? Promise.reject(new Error('KV is down')) : CACHE_KV.get(given[0], 'arrayBuffer'),
  );
  const kv = {
    get,
    put: CACHE_KV.put.bind(CACHE_KV),
    delete: CACHE_KV.delete.bind(CACHE_KV),
  } as unknown as KVNamespace;
  const { ask } = edgeOver({ CACHE_KV: kv, SEMANTIC_INDEX }, tokenTable);
  const off = { 'x-cache-threshold': 'off' };
  for (const wording of ['How do I boil eggs?', 'how do i boil eggs', 'How do I boil eggs']) await ask(wording, off);
  expect(await ask('HOW DO I BOIL EGGS?')).toBe('SEMANTIC');
  failing = true;
  get.mockClear();
  expect(await ask('how do I boil eggs?')).toBe('MISS');
  const exchanges = get.mock.calls.filter(([key]) => key.startsWith('x:'));
  expect(exchanges.length).toBeLessThanOrEqual(3);
});

it('never finds what was purged while it was generated', async () => {
  let purge = async () => {};
  const { ask, edge } = edgeOver({ CACHE_KV, SEMANTIC_INDEX }, tokenTable, () => purge());
  const remembered = vi.spyOn(edge.semantic as NonNullable<typeof edge.semantic>, 'remember');
  expect(await ask('How do I boil eggs?')).toBe('MISS');
  expect(remembered).toHaveBeenCalledTimes(1);
  purge = async () => {
    await new Promise((resume) => setTimeout(resume, 5));
    await edge.purges.add({ selector: {}, before: Date.now() });
  };
  expect(await ask('How long does bread keep?')).toBe('MISS');
  expect(remembered).toHaveBeenCalledTimes(1);
});
