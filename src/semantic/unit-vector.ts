/** Vectors as embedders on the network give them. */

/** Of length 1. Throws where there are not as many numbers as there should be. */
export function unitVector(values: unknown, dimensions: number): Float32Array {
  if (!Array.isArray(values) || values.length !== dimensions || !values.every(Number.isFinite))
    throw new Error(`not a vector of ${dimensions} numbers`);
  const length = Math.hypot(...(values as readonly number[]));
  return Float32Array.from(values as readonly number[], (value) => (length === 0 ? 0 : value / length));
}
