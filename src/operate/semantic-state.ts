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
      readonly threshold_by_model: Readonly<Record<string, number | 'off'>>;
      /** The largest share of wrong hits, 0 to 1. */
      readonly error_limit: number;
      readonly check_share: number;
      /** Absent where they could not be read in time. */
      readonly classes?: readonly ClassState[];
    };

/** `ClassSummary` in the statistics' spelling. */
interface ClassState {
  readonly tenant: string;
  readonly embedder: string;
  readonly kind: string;
  readonly base_threshold: number;
  readonly phase: string;
  readonly threshold: number;
  readonly labels: number;
  readonly wrong: number;
  readonly upper_bound: number;
  readonly stops: number;
  readonly checks: {
    readonly right: number;
    readonly wrong: number;
    readonly unsure: number;
    readonly reported: number;
  };
}

const PATIENCE_MS = 2_000;

/** Never rejects. */
export async function semanticState({ semantic, config }: Edge): Promise<SemanticState> {
  if (semantic === undefined) return { enabled: false };
  const classes = await within(PATIENCE_MS, semantic.gates.summary()).catch(() => undefined);
  return {
    enabled: true,
    embedder: semantic.embedder,
    index: semantic.index,
    threshold: config.SEMANTIC_THRESHOLD,
    threshold_by_model: config.SEMANTIC_THRESHOLD_BY_MODEL,
    error_limit: config.SEMANTIC_ERROR_LIMIT,
    check_share: config.SEMANTIC_CHECK_SHARE,
    ...(classes !== undefined && { classes: classes.map(stateOf) }),
  };
}

function stateOf(summary: ClassSummary): ClassState {
  const { tenant, embedder, kind, base, phase, threshold, labels, wrong, upperBound, stops, checks } = summary;
  const { wrongChecks, unsureChecks, reports } = summary;
  return {
    tenant,
    embedder,
    kind,
    base_threshold: base,
    phase,
    threshold,
    labels,
    wrong,
    upper_bound: upperBound,
    stops,
    checks: { right: checks - wrongChecks, wrong: wrongChecks - reports, unsure: unsureChecks, reported: reports },
  };
}
