/**
 * The project's Worker with faults around its bindings, for the tests of faults: KV, the Cache API, the Durable Objects and the
 * clock fail on demand. `POST /_chaos` says how, from then on.
 */
import type { Bindings } from '../../src/assemble.ts';
import worker from '../../src/index.ts';

export * from '../../src/index.ts';

/** `slow` is slower than any time limit on the way. */
type Fault = 'failing' | 'slow';

interface Chaos {
  readonly kv?: Fault;
  readonly colo?: Fault;
  readonly objects?: Fault;
  /** Milliseconds by which the clock is wrong. */
  readonly clockMs?: number;
}

const SLOW_MS = 20_000;
let chaos: Chaos = {};

async function disturb(what: 'kv' | 'colo' | 'objects'): Promise<void> {
  if (chaos[what] === 'slow') await new Promise((resume) => setTimeout(resume, SLOW_MS));
  if (chaos[what] !== undefined) throw new Error(`chaos: ${what}`);
}

/** The same object, whose methods are disturbed before they begin. */
function disturbed<T extends object>(target: T, what: 'kv' | 'colo' | 'objects'): T {
  return new Proxy(target, {
    get(object, name) {
      const member = Reflect.get(object, name) as unknown;
      if (typeof member !== 'function' || name === 'then') return member;
      return async (...args: unknown[]) => {
        await disturb(what);
        return (Reflect.apply(member, object, args) as unknown) ?? undefined;
      };
    },
  });
}

/** A namespace whose stubs are disturbed. */
function namespaceOf<T extends DurableObjectNamespace>(namespace: T): T {
  return new Proxy(namespace, {
    get(object, name) {
      const member = Reflect.get(object, name) as unknown;
      if (typeof member !== 'function') return member;
      const call = (...args: unknown[]) => Reflect.apply(member, object, args) as unknown;
      return name === 'get' || name === 'getByName'
        ? (...args: unknown[]) => disturbed(call(...args) as object, 'objects')
        : call;
    },
  });
}

const isNamespace = (binding: unknown): binding is DurableObjectNamespace =>
  typeof binding === 'object' && binding !== null && 'idFromName' in binding;

let bindings: Bindings | undefined;

function chaotic(env: Bindings): Bindings {
  const entries = Object.entries(env).map(([name, binding]) => {
    if (name === 'CACHE_KV') return [name, disturbed(binding as KVNamespace, 'kv')];
    return [name, isNamespace(binding) ? namespaceOf(binding) : binding];
  });
  return Object.fromEntries(entries) as Bindings;
}

for (const name of ['match', 'put', 'delete'] as const) {
  const real = Cache.prototype[name] as (...args: unknown[]) => Promise<unknown>;
  Object.assign(Cache.prototype, {
    async [name](this: Cache, ...args: unknown[]) {
      await disturb('colo');
      return real.apply(this, args);
    },
  });
}

const realNow = Date.now.bind(Date);
Date.now = () => realNow() + (chaos.clockMs ?? 0);

export default {
  async fetch(request, env, context) {
    if (new URL(request.url).pathname === '/_chaos') {
      chaos = await request.json<Chaos>();
      return new Response('ok');
    }
    bindings ??= chaotic(env);
    return worker.fetch(request, bindings, context);
  },
} satisfies ExportedHandler<Bindings>;
