/** Which embedder and which index there are, from the settings and bindings. */
import type { Config } from '../config.ts';
import type { SemanticBoundObject } from './bound-object.ts';
import { gates, openGates } from './gate.ts';
import type { SemanticIndexObject } from './index-object.ts';
import { localIndex } from './local-index.ts';
import { receipts } from './receipt.ts';
import { type SemanticCache, semanticCache } from './semantic-cache.ts';
import { staticEmbedder } from './static/static-embedder.ts';
import { readTable } from './static/table.ts';

export interface SemanticBindings {
  readonly SEMANTIC_INDEX?: DurableObjectNamespace<SemanticIndexObject>;
  /** Without it no errors are counted, and the operator's threshold is all there is. */
  readonly SEMANTIC_BOUND?: DurableObjectNamespace<SemanticBoundObject>;
}

/** Of the upper bounds on the error, one-sided. */
const CONFIDENCE = 0.95;

/** Reads the token table, which takes tens of milliseconds: an isolate that only hits never needs it. */
export function assembleSemantic(
  config: Config,
  { SEMANTIC_INDEX, SEMANTIC_BOUND }: SemanticBindings,
  tableFile: ArrayBuffer,
): SemanticCache | undefined {
  if (!config.SEMANTIC || SEMANTIC_INDEX === undefined) return undefined;
  const table = readTable(tableFile);
  const own = staticEmbedder(table);
  const failed = (operation: string, reason: string) => console.warn(`semantic ${operation} failed: ${reason}`);
  const limit = { limit: config.SEMANTIC_ERROR_LIMIT, confidence: CONFIDENCE };
  return semanticCache({
    embedder: own,
    index: localIndex(SEMANTIC_INDEX),
    gates: SEMANTIC_BOUND === undefined ? openGates() : gates(SEMANTIC_BOUND, limit, (why) => failed('bound', why)),
    receipts: receipts(config.ORIGIN_SECRET),
    comparison: { isWord: (word) => table.rows.has(word), vector: own.vector },
    timeoutMs: config.SEMANTIC_TIMEOUT_MS,
    failed,
  });
}
