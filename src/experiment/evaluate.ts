/** Evaluate: what an experiment has shown so far, and a verdict only where the evidence is there. */
import { BUCKETS } from './assign.ts';
import { differenceOf, type Interval, intervalOf, type Mean, meanOf } from './sequence.ts';
import type { ExperimentSetting } from './setting.ts';
import { add, type Counts, NOTHING, type Tally } from './tally.ts';

/** `wrong_rate`: of the semantic hits that were checked, those that were wrong. */
export type Metric = 'hit_rate' | 'error_rate' | 'wrong_rate' | 'first_byte_ms';
const METRICS: readonly Metric[] = ['hit_rate', 'error_rate', 'wrong_rate', 'first_byte_ms'];

type Goal = Pick<ExperimentSetting, 'arms' | 'goal' | 'alpha'>;
type Measured = Readonly<Record<Metric, Interval | null>>;
export type Evidence = 'higher' | 'lower' | 'none';

export interface ArmReport extends Measured {
  readonly arm: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly requests: number;
  /** Of 64: how many groups of clients have asked. */
  readonly client_buckets: number;
}

export interface Comparison {
  readonly arm: string;
  readonly against: string;
  /** Differences of shares, and the ratio of typical (geometric mean) times. Null while there is too little to compare. */
  readonly difference: Measured;
  readonly evidence: Readonly<Record<Metric, Evidence>>;
}

export type Verdict =
  | { readonly decided: false; readonly because: string }
  | { readonly decided: true; readonly arm: string; readonly because: string };

export interface Evaluation {
  readonly arms: readonly ArmReport[];
  readonly comparisons: readonly Comparison[];
  readonly verdict: Verdict;
}

/** The clock of an edge is not finer than a millisecond. */
const CLOCK_SPREAD = 0.1;

function meanFor(metric: Metric, tallies: readonly Tally[]): Mean | undefined {
  const of = { hit_rate: 'hits', error_rate: 'errors', wrong_rate: 'wrong', first_byte_ms: 'logMs' } as const;
  const per = metric === 'wrong_rate' ? 'checked' : 'requests';
  const buckets = tallies.map((tally) => ({ total: tally[of[metric]], requests: tally[per] }));
  return meanOf(buckets, metric === 'first_byte_ms' ? CLOCK_SPREAD : 'share');
}

/** An interval in the metric's own scale. */
function shown(metric: Metric, interval: Interval | undefined, relative: boolean): Interval | null {
  if (interval === undefined) return null;
  const scale = (value: number): number => {
    if (metric === 'first_byte_ms') return relative ? Math.exp(value) : Math.max(0, Math.expm1(value));
    return relative ? Math.max(-1, Math.min(1, value)) : Math.max(0, Math.min(1, value));
  };
  return { value: scale(interval.value), low: scale(interval.low), high: scale(interval.high) };
}

function eachMetric<T>(of: (metric: Metric) => T): Readonly<Record<Metric, T>> {
  return Object.fromEntries(METRICS.map((metric) => [metric, of(metric)])) as Record<Metric, T>;
}

/** All that is claimed together is wrong with a chance of at most `alpha`, however often it is looked at. */
export function evaluate(experiment: Goal, counts: Counts): Evaluation {
  const names = Object.keys(experiment.arms);
  const [control = ''] = names;
  const tallies = new Map(names.map((arm) => [arm, Object.values(counts[arm] ?? {}).slice(0, BUCKETS)]));
  const means = new Map(names.map((arm) => [arm, eachMetric((metric) => meanFor(metric, tallies.get(arm) ?? []))]));
  const alpha = experiment.alpha / (METRICS.length * (names.length - 1));

  const arms = names.map((arm): ArmReport => {
    const own = tallies.get(arm) ?? [];
    const measured = eachMetric((metric) => {
      const mean = means.get(arm)?.[metric];
      return shown(metric, mean && intervalOf(mean, experiment.alpha), false);
    });
    return {
      arm,
      settings: experiment.arms[arm] ?? {},
      requests: own.reduce(add, NOTHING).requests,
      client_buckets: own.filter(({ requests }) => requests > 0).length,
      ...measured,
    };
  });

  const comparisons = names.slice(1).map((arm): Comparison => {
    const differences = eachMetric((metric) => {
      const [one, other] = [means.get(arm)?.[metric], means.get(control)?.[metric]];
      return one && other && differenceOf(one, other, alpha);
    });
    return {
      arm,
      against: control,
      difference: eachMetric((metric) => shown(metric, differences[metric], true)),
      evidence: eachMetric((metric) => evidenceOf(differences[metric])),
    };
  });
  return { arms, comparisons, verdict: verdictOf(experiment, comparisons) };
}

function evidenceOf(difference: Interval | undefined): Evidence {
  if (difference === undefined) return 'none';
  if (difference.low > 0) return 'higher';
  return difference.high < 0 ? 'lower' : 'none';
}

/** Whether it is seen to fail, or to be wrong, more than the first arm. */
function hurts({ evidence }: Comparison): boolean {
  return evidence.error_rate === 'higher' || evidence.wrong_rate === 'higher';
}

/** The best of the arms that are better at the goal and do not hurt; the first arm where all others are worse. */
function verdictOf({ goal }: Goal, comparisons: readonly Comparison[]): Verdict {
  const metric: Metric = goal === 'hit_rate' ? 'hit_rate' : goal === 'latency' ? 'first_byte_ms' : 'error_rate';
  const wanted: Evidence = goal === 'hit_rate' ? 'higher' : 'lower';
  const better = comparisons.filter((one) => one.evidence[metric] === wanted && !hurts(one));
  if (better.length > 0) {
    const gain = ({ difference }: Comparison) => (difference[metric]?.value ?? 0) * (wanted === 'higher' ? 1 : -1);
    const best = better.reduce((one, other) => (gain(other) > gain(one) ? other : one));
    return { decided: true, arm: best.arm, because: `its ${metric} is ${wanted} than ${best.against}'s` };
  }
  const against = comparisons[0]?.against ?? '';
  const worse = (one: Comparison) => hurts(one) || (one.evidence[metric] !== 'none' && one.evidence[metric] !== wanted);
  if (comparisons.every(worse))
    return {
      decided: true,
      arm: against,
      because: 'every other arm is worse at the goal, or fails or is wrong more often',
    };
  const early = comparisons.some(({ difference }) => difference[metric] === null);
  return {
    decided: false,
    because: early ? 'too few clients or requests so far' : `no difference in ${metric} is certain yet`,
  };
}
