/** How often answers by meaning were wrong, as the checks and the reports have shown it, for each class that is bounded by itself. */
import { table } from './dom.ts';
import { count, percent } from './format.ts';

/** Of `GET /api/cache/stats`, as far as the page shows it. */
export interface SemanticState {
  readonly enabled: boolean;
  readonly error_limit?: number;
  readonly classes?: readonly BoundRow[];
}

interface BoundRow {
  readonly tenant: string;
  readonly kind: string;
  readonly embedder: string;
  readonly phase: string;
  readonly threshold: number;
  readonly checks: {
    readonly right: number;
    readonly wrong: number;
    readonly unsure: number;
    readonly reported: number;
  };
  readonly upper_bound: number;
  readonly stops: number;
}

export function showBound(state: SemanticState | undefined): void {
  const limit = state?.error_limit === undefined ? '' : ` (limit ${percent(100 * state.error_limit)} %)`;
  const none =
    state === undefined || state.enabled ? 'Nothing was checked yet.' : 'Answers by meaning are switched off.';
  table<BoundRow>(
    'bound',
    [
      { name: 'Tenant', of: ({ tenant }) => tenant },
      { name: 'Kind', of: ({ kind }) => kind, words: true },
      { name: 'Embedder', of: ({ embedder }) => embedder, words: true },
      { name: 'Phase', of: ({ phase }) => phase, words: true },
      { name: 'Threshold', of: ({ threshold }) => threshold.toFixed(3) },
      { name: 'Checks', of: ({ checks }) => count(checks.right + checks.wrong + checks.unsure) },
      { name: 'Wrong', of: ({ checks }) => count(checks.wrong) },
      { name: 'Reported', of: ({ checks }) => count(checks.reported) },
      { name: `Upper bound${limit}`, of: ({ upper_bound }) => `${percent(100 * upper_bound)} %` },
      { name: 'Stops', of: ({ stops }) => count(stops) },
    ],
    state?.classes ?? [],
    none,
  );
}
