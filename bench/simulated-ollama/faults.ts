/** What goes wrong from now on; each stays until it is changed back. Over HTTP null stands for undefined. */
export interface Faults {
  /**
   * Accepts and never answers: true for every route, "*" for what a model would have to answer (lists stay green, as when a runner hangs), a
   * model's name for that model.
   */
  readonly hang: boolean | string;
  /** Closes each connection at once. */
  readonly die: boolean;
  /** Answers every generation and embedding with this status. */
  readonly status: number | undefined;
  /** Breaks each generation off when it has made so many tokens. */
  readonly cut: Cut | undefined;
}

export interface Cut {
  readonly after: number;
  /**
   * `silent`: the answer ends without `done`. `garbage`: bytes that are no JSON, then the end. `error`: as when the runner died. `close`: the
   * connection is cut. `repeat`: the same chunk over and over, which Ollama gives up with `done:false`.
   */
  readonly how: 'silent' | 'garbage' | 'error' | 'close' | 'repeat';
}

export const NO_FAULTS: Faults = { hang: false, die: false, status: undefined, cut: undefined };

const HOW: ReadonlySet<unknown> = new Set(['silent', 'garbage', 'error', 'close', 'repeat']);

function cutIn(value: unknown): Cut | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { after = 0, how = 'silent' } = value as Partial<Cut>;
  return HOW.has(how) ? { after: Number(after), how } : undefined;
}

/** The faults after a change; what the change does not name stays. */
export function faultsAfter(faults: Faults, change: Readonly<Record<string, unknown>>): Faults {
  return {
    hang: 'hang' in change ? (typeof change.hang === 'string' ? change.hang : change.hang === true) : faults.hang,
    die: 'die' in change ? change.die === true : faults.die,
    status: 'status' in change ? (typeof change.status === 'number' ? change.status : undefined) : faults.status,
    cut: 'cut' in change ? cutIn(change.cut) : faults.cut,
  };
}
