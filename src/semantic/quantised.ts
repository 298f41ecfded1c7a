/** A vector in 8 bits a component: `codes × scale` is within half a `scale` of it. */

export interface Quantised {
  readonly scale: number;
  readonly codes: Int8Array;
}

export function quantise(vector: Float32Array): Quantised {
  let largest = 0;
  for (const component of vector) largest = Math.max(largest, Math.abs(component));
  const scale = largest / 127 || 1;
  const codes = new Int8Array(vector.length);
  for (let at = 0; at < vector.length; at++) codes[at] = Math.round((vector[at] as number) / scale);
  return { scale, codes };
}
