/** Precision, recall and their intervals. */

export interface Judged {
  readonly same: boolean;
  readonly hit: boolean;
}

export interface Measures {
  readonly pairs: number;
  readonly hits: number;
  /** Share of hits that are right; undefined without a hit. */
  readonly precision: number | undefined;
  /** Share of same pairs that are hits; undefined without a same pair. */
  readonly recall: number | undefined;
  /** Share of different pairs that are hits, with its 95 % interval; undefined without a different pair. */
  readonly falseHits: { readonly rate: number; readonly low: number; readonly high: number } | undefined;
}

export function measure(judged: readonly Judged[]): Measures {
  const hits = judged.filter(({ hit }) => hit).length;
  const same = judged.filter((pair) => pair.same).length;
  const right = judged.filter((pair) => pair.same && pair.hit).length;
  const different = judged.length - same;
  return {
    pairs: judged.length,
    hits,
    precision: hits === 0 ? undefined : right / hits,
    recall: same === 0 ? undefined : right / same,
    falseHits: different === 0 ? undefined : { rate: (hits - right) / different, ...wilson(hits - right, different) },
  };
}

/** 95 % score interval of a share (Wilson 1927). */
export function wilson(count: number, of: number): { low: number; high: number } {
  const z = 1.959964;
  const p = count / of;
  const centre = (p + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const half = (z * Math.sqrt((p * (1 - p)) / of + (z * z) / (4 * of * of))) / (1 + (z * z) / of);
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

export interface CurvePoint {
  readonly threshold: number;
  readonly hitRatio: number;
  readonly precision: number;
  readonly recall: number;
}

/** Precision against hit ratio: what every threshold would give. */
export function curve(
  scored: readonly { readonly same: boolean; readonly score: number }[],
  thresholds: readonly number[],
): CurvePoint[] {
  return thresholds.map((threshold) => {
    const { hits, precision, recall } = measure(scored.map(({ same, score }) => ({ same, hit: score >= threshold })));
    return { threshold, hitRatio: hits / scored.length, precision: precision ?? 1, recall: recall ?? 0 };
  });
}
