/** Fits the calibration to labelled pairs: logistic regression by Newton's method with a little ridge. */
import { type Calibration, type Evidence, FEATURES } from '../../src/semantic/calibration.ts';

export interface Observation {
  readonly evidence: Evidence;
  readonly same: boolean;
}

/** Log odds of "same" by the cosine alone. */
export function fitCosine(observations: readonly Observation[]): Calibration {
  const [intercept = 0, slope = 0] = regression(
    observations.map(({ evidence }) => [1, evidence.cosine]),
    observations.map(({ same }) => same),
  );
  return { intercept, slope };
}

/** Weights of the evidence, given the cosine's own. */
export function fitWeights(
  observations: readonly Observation[],
  { intercept, slope }: Calibration,
): Record<string, number> {
  const weights = regression(
    observations.map(({ evidence }) => [
      1,
      intercept + slope * evidence.cosine,
      ...FEATURES.map((feature) => evidence[feature]),
    ]),
    observations.map(({ same }) => same),
  );
  return Object.fromEntries(
    ['bias', 'vector', ...FEATURES].map((name, i) => [name, Number((weights[i] as number).toFixed(2))]),
  );
}

function regression(rows: readonly (readonly number[])[], labels: readonly boolean[]): number[] {
  const size = rows[0]?.length ?? 0;
  let weights = new Array<number>(size).fill(0);
  for (let round = 0; round < 30; round++) {
    const gradient = weights.map((weight, i) => (i === 0 ? 0 : -0.5 * weight));
    const hessian = weights.map((_, i) => weights.map((__, j) => (i === j ? 0.5 : 0)));
    rows.forEach((row, r) => {
      const p = 1 / (1 + Math.exp(-row.reduce((sum, x, i) => sum + x * (weights[i] as number), 0)));
      const w = p * (1 - p);
      for (let i = 0; i < size; i++) {
        gradient[i] = (gradient[i] as number) + ((labels[r] ? 1 : 0) - p) * (row[i] as number);
        for (let j = 0; j < size; j++)
          (hessian[i] as number[])[j] =
            ((hessian[i] as number[])[j] as number) + w * (row[i] as number) * (row[j] as number);
      }
    });
    const step = solve(hessian, gradient);
    weights = weights.map((weight, i) => weight + (step[i] as number));
    if (Math.max(...step.map(Math.abs)) < 1e-6) break;
  }
  return weights;
}

/** Gaussian elimination with pivoting. */
function solve(matrix: number[][], vector: number[]): number[] {
  const n = vector.length;
  const m = matrix.map((row, i) => [...row, vector[i] as number]);
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(m[row]?.[column] ?? 0) > Math.abs(m[pivot]?.[column] ?? 0)) pivot = row;
    }
    [m[column], m[pivot]] = [m[pivot] as number[], m[column] as number[]];
    for (let row = column + 1; row < n; row++) {
      const factor = (m[row]?.[column] as number) / (m[column]?.[column] as number);
      for (let k = column; k <= n; k++)
        (m[row] as number[])[k] = (m[row]?.[k] as number) - factor * (m[column]?.[k] as number);
    }
  }
  const out = new Array<number>(n).fill(0);
  for (let row = n - 1; row >= 0; row--) {
    let sum = m[row]?.[n] as number;
    for (let k = row + 1; k < n; k++) sum -= (m[row]?.[k] as number) * (out[k] as number);
    out[row] = sum / (m[row]?.[row] as number);
  }
  return out;
}
