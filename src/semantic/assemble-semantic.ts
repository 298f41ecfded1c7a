/** Which embedder and which index there are, from the settings and bindings. */
import type { Config } from '../config.ts';
import type { SemanticIndexObject } from './index-object.ts';
import { localIndex } from './local-index.ts';
import { type SemanticCache, semanticCache } from './semantic-cache.ts';
import { staticEmbedder } from './static/static-embedder.ts';
import { readTable } from './static/table.ts';

export interface SemanticBindings {
  readonly SEMANTIC_INDEX?: DurableObjectNamespace<SemanticIndexObject>;
}

/** Reads the token table, which takes tens of milliseconds: an isolate that only hits never needs it. */
export function assembleSemantic(
  config: Config,
  { SEMANTIC_INDEX }: SemanticBindings,
  tableFile: ArrayBuffer,
): SemanticCache | undefined {
  if (!config.SEMANTIC || SEMANTIC_INDEX === undefined) return undefined;
  const table = readTable(tableFile);
  return semanticCache({
    embedder: staticEmbedder(table),
    index: localIndex(SEMANTIC_INDEX),
    isWord: (word) => table.rows.has(word),
    timeoutMs: config.SEMANTIC_TIMEOUT_MS,
    failed: (operation, reason) => console.warn(`semantic ${operation} failed: ${reason}`),
  });
}
