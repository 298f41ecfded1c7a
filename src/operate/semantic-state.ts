/** What the statistics say of the semantic cache: how it is set, and for each class what its checks have shown. */
import type { Edge } from '../edge.ts';
import type { ClassSummary } from '../semantic/gate.ts';
import { within } from '../within.ts';

export type SemanticState =
  | { readonly enabled: false }
  | {
      readonly enabled: true;
      readonly embedder: string;
      readonly index: string;
      readonly threshold: number;
      readonly thresholdByModel: Readonly<Record<string, number | 'off'>>;
      /** The largest share of wrong hits. */
      readonly errorLimit: number;
      readonly checkShare: number;
      /** Undefined where they could not be read in time. */
      readonly classes: readonly ClassSummary[] | undefined;
    };

const PATIENCE_MS = 2_000;

/** Never rejects. */
export async function semanticState({ semantic, config }: Edge): Promise<SemanticState> {
  if (semantic === undefined) return { enabled: false };
  return {
    enabled: true,
    embedder: semantic.embedder,
    index: semantic.index,
    threshold: config.SEMANTIC_THRESHOLD,
    thresholdByModel: config.SEMANTIC_THRESHOLD_BY_MODEL,
    errorLimit: config.SEMANTIC_ERROR_LIMIT,
    checkShare: config.SEMANTIC_CHECK_SHARE,
    classes: await within(PATIENCE_MS, semantic.gates.summary()).catch(() => undefined),
  };
}
