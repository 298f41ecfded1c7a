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
  readonly checks: number;
  readonly wrong_checks: number;
  readonly reports: number;
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
      { name: 'Checks', of: ({ checks }) => count(checks) },
      { name: 'Wrong', of: ({ wrong_checks }) => count(wrong_checks) },
      { name: 'Reported', of: ({ reports }) => count(reports) },
      { name: `Upper bound${limit}`, of: ({ upper_bound }) => `${percent(100 * upper_bound)} %` },
      { name: 'Stops', of: ({ stops }) => count(stops) },
    ],
    state?.classes ?? [],
    none,
  );
}
