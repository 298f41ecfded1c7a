/** What the tests' global setups provide; see test/support/redis-rest.global.ts. */
import 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    readonly redisRest: { readonly url: string; readonly token: string };
  }
}
