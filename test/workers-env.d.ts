/** The bindings of wrangler.toml, as tests in the Workers runtime see them. */
import type { Bindings } from '../src/assemble.ts';

declare global {
  namespace Cloudflare {
    interface Env extends Bindings {
      readonly CACHE_KV: KVNamespace;
      readonly SEMANTIC_INDEX: NonNullable<Bindings['SEMANTIC_INDEX']>;
      readonly SEMANTIC_BOUND: NonNullable<Bindings['SEMANTIC_BOUND']>;
      readonly LIMITS: NonNullable<Bindings['LIMITS']>;
      readonly ADDRESS_LIMIT: RateLimit;
      readonly EXPERIMENTS: NonNullable<Bindings['EXPERIMENTS']>;
      readonly PURGES: NonNullable<Bindings['PURGES']>;
      readonly STATS: NonNullable<Bindings['STATS']>;
    }
  }
}
