/** Which embedder and which index there are, from the settings and bindings. */
import type { Config } from '../config.ts';
import type { AskOrigin } from '../origin/client.ts';
import { warn } from '../warn.ts';
import { gates } from './bound-gates.ts';
import type { SemanticBoundObject } from './bound-object.ts';
import type { Embedder } from './embedder.ts';
import { openGates } from './gate.ts';
import type { SemanticIndexObject } from './index-object.ts';
import { localIndex, shardsOf } from './local-index.ts';
import { ollamaEmbedder } from './ollama-embedder.ts';
import { receipts } from './receipt.ts';
import { type SemanticCache, semanticCache } from './semantic-cache.ts';
import { staticEmbedder } from './static/static-embedder.ts';
import { readTable } from './static/table.ts';
import type { VectorIndex } from './vector-index.ts';
import { vectorizeIndex } from './vectorize-index.ts';
import { workersAiEmbedder } from './workers-ai-embedder.ts';

export interface SemanticBindings {
  readonly SEMANTIC_INDEX?: DurableObjectNamespace<SemanticIndexObject>;
  /** Without it no errors are counted, and the operator's threshold is all there is. */
  readonly SEMANTIC_BOUND?: DurableObjectNamespace<SemanticBoundObject>;
  readonly VECTORIZE?: Vectorize;
  readonly AI?: Ai;
}

/** Of the upper bounds on the error, one-sided. */
const CONFIDENCE = 0.95;
/** An embedding for the index is made after the answer, and may take longer than one for a search. */
const EMBED_TIMEOUT_MS = 10_000;

/**
 * Reads the token table, which takes tens of milliseconds: an isolate that only hits never needs it. Undefined where it is switched
 * off or cannot work as it is set.
 */
export function assembleSemantic(
  config: Config,
  bindings: SemanticBindings,
  tableFile: ArrayBuffer,
  origin: AskOrigin,
): SemanticCache | undefined {
  const index = config.SEMANTIC ? indexOf(config, bindings) : undefined;
  if (index === undefined) return undefined;
  const table = readTable(tableFile);
  const own = staticEmbedder(table);
  const embedder = embedderOf(config, bindings, own, origin);
  if (embedder === undefined) return undefined;
  const { SEMANTIC_BOUND } = bindings;
  const failed = (operation: string, reason: string) => warn(`semantic ${operation} failed: ${reason}`);
  const limit = { limit: config.SEMANTIC_ERROR_LIMIT, confidence: CONFIDENCE };
  return semanticCache({
    embedder,
    index,
    gates: SEMANTIC_BOUND === undefined ? openGates() : gates(SEMANTIC_BOUND, limit, (why) => failed('bound', why)),
    receipts: receipts(config.ORIGIN_SECRET),
    comparison: { isWord: (word) => table.rows.has(word), vector: own.vector },
    without: new Set(config.SEMANTIC_GUARDS_OFF),
    timeoutMs: config.SEMANTIC_TIMEOUT_MS,
    failed,
  });
}

function embedderOf(config: Config, { AI }: SemanticBindings, own: Embedder, origin: AskOrigin): Embedder | undefined {
  if (config.SEMANTIC_EMBEDDER === 'static') return own;
  if (config.SEMANTIC_EMBEDDER === 'ollama')
    return ollamaEmbedder(origin, config.SEMANTIC_OLLAMA_MODEL, EMBED_TIMEOUT_MS);
  return AI === undefined ? missing('SEMANTIC_EMBEDDER=workers-ai', 'AI') : workersAiEmbedder(AI);
}

function indexOf(config: Config, { SEMANTIC_INDEX, VECTORIZE }: SemanticBindings): VectorIndex | undefined {
  const wanted = config.VECTOR_INDEX ?? (VECTORIZE === undefined ? 'local' : 'vectorize');
  if (wanted === 'local') return SEMANTIC_INDEX && localIndex(SEMANTIC_INDEX);
  if (VECTORIZE === undefined) return missing('VECTOR_INDEX=vectorize', 'VECTORIZE');
  return vectorizeIndex(VECTORIZE, SEMANTIC_INDEX && shardsOf(SEMANTIC_INDEX));
}

function missing(setting: string, binding: string): undefined {
  console.error(`${setting} needs the binding ${binding}: semantic hits are off`);
}
