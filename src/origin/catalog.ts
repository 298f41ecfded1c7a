/**
 * Catalog: which models the origin has, and their digests. An answer belongs to a digest, so every key needs one; it is learnt
 * from `/api/tags`, renewed in the background, and corrected by what the sidecar says with each answer.
 */
import { isObject } from '../exchange/json.ts';
import { canonicalModel } from '../exchange/prompt.ts';

export interface Catalog {
  /** Empty where the origin does not know the model, or cannot say in time. `later` keeps background work alive. */
  digest(model: string, later: (work: Promise<unknown>) => void): string | Promise<string>;
  /** What the sidecar said of a model while answering. */
  learn(model: string, digest: string): void;
}

export interface CatalogOptions {
  /** The text of `/api/tags`, from wherever it is nearest; undefined where nobody knows. Never rejects. */
  readonly tags: (later: (work: Promise<unknown>) => void) => Promise<string | undefined>;
  /** Milliseconds that the digests count as current. */
  readonly ttl: number;
  /** Milliseconds that a request waits for the very first list. */
  readonly patience: number;
  readonly now?: () => number;
}

/** A failed look is not repeated before this time: an origin that is down must not slow each request. */
const RETRY_MS = 5_000;

export function createCatalog({ tags, ttl, patience, now = Date.now }: CatalogOptions): Catalog {
  const digests = new Map<string, string>();
  let known = false;
  let renewAt = 0;
  let first: Promise<void> | undefined;

  async function renew(later: (work: Promise<unknown>) => void): Promise<void> {
    const text = await tags(later);
    const models = text === undefined ? undefined : digestsOf(text);
    if (models === undefined) return;
    digests.clear();
    for (const [model, digest] of models) digests.set(model, digest);
    known = true;
    renewAt = now() + ttl;
  }

  return {
    digest(model, later) {
      if (now() >= renewAt) {
        // Claimed before it runs, so that one request looks and the others go on with what is known.
        renewAt = now() + RETRY_MS;
        const renewal = renew(later).finally(() => (first = undefined));
        later(renewal);
        if (!known) first = renewal;
      }
      if (known || first === undefined) return digests.get(model) ?? '';
      // Each waits with a timer of its own: in a Worker the renewal belongs to another request.
      const giveUp = new Promise<void>((resolve) => setTimeout(resolve, patience));
      return Promise.race([first, giveUp]).then(() => digests.get(model) ?? '');
    },
    learn(model, digest) {
      if (digest !== '') digests.set(model, digest);
    },
  };
}

/** Reads Ollama's `/api/tags`; undefined where it is not one. */
export function digestsOf(text: string): ReadonlyMap<string, string> | undefined {
  try {
    const list = (JSON.parse(text) as { models?: unknown }).models;
    if (!Array.isArray(list)) return undefined;
    const found = new Map<string, string>();
    for (const model of list)
      if (isObject(model) && typeof model.name === 'string' && typeof model.digest === 'string')
        found.set(canonicalModel(model.name), model.digest);
    return found;
  } catch {
    return undefined;
  }
}
