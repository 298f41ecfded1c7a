/** Vectors in JSON: numbers as Go prints a float32, and OpenAI's base64 of little-endian float32. */

const EXACT_POWERS = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const SMALLEST_NORMAL = 2 ** -126;

/**
 * The number with the fewest digits that is this float32 again when it is rounded to one: 0.1, not 0.10000000149011612.
 * @param value a float32, finite
 */
export function shortestFloat32(value: number): number {
  if (value === 0) return value;
  const size = Math.abs(value);
  if (size >= 1e-12 && size < 1e9) {
    // A float32 needs 6 to 9 digits. The exponent may be one too large, hence from 5 on. Powers of ten up to 1e22 are exact in
    // a double, so the quotient is the double nearest to the decimal.
    const exponent = Math.floor(Math.log10(size));
    for (let digits = 5; digits <= 9; digits++) {
      const shift = digits - 1 - exponent;
      const power = EXACT_POWERS[Math.abs(shift)];
      if (power === undefined) break;
      const decimal = shift >= 0 ? Math.round(value * power) / power : Math.round(value / power) * power;
      if (Math.fround(decimal) === value) return decimal;
    }
  }
  for (let digits = size < SMALLEST_NORMAL ? 1 : 6; digits < 9; digits++) {
    const decimal = Number(value.toPrecision(digits));
    if (Math.fround(decimal) === value) return decimal;
  }
  return Number(value.toPrecision(9));
}

/** A JSON array, each number as Go's encoding/json prints a float32. */
export function float32Json(vector: Float32Array): string {
  return arrayJson(vector, shortestFloat32);
}

/** A JSON array, each number as Go prints the float32 widened to a float64. */
export function float64Json(vector: Float32Array): string {
  return arrayJson(vector, (value) => value);
}

/** JavaScript's notation is Go's (exponents below 1e-6 and from 1e21), but for the sign of zero. */
function arrayJson(vector: Float32Array, print: (value: number) => number): string {
  let json = '[';
  for (let index = 0; index < vector.length; index++) {
    const value = vector[index] as number;
    if (index > 0) json += ',';
    json += value === 0 && 1 / value < 0 ? '-0' : print(value);
  }
  return `${json}]`;
}

/** Bytes a piece: String.fromCharCode takes them as arguments, whose number is limited. */
const PIECE = 8192;

export function toBase64(vector: Float32Array): string {
  const bytes = new Uint8Array(vector.length * 4);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < vector.length; index++) view.setFloat32(index * 4, vector[index] as number, true);
  let binary = '';
  for (let start = 0; start < bytes.length; start += PIECE) {
    // apply takes anything array-like, and eight times as fast as spreading a typed array.
    const piece = bytes.subarray(start, start + PIECE) as unknown as number[];
    binary += String.fromCharCode.apply(null, piece);
  }
  return btoa(binary);
}

/** Undefined where the text is no base64 of whole float32 values. */
export function fromBase64(text: string): Float32Array | undefined {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    return undefined;
  }
  if (binary.length % 4 !== 0) return undefined;
  const view = new DataView(new ArrayBuffer(binary.length));
  for (let index = 0; index < binary.length; index++) view.setUint8(index, binary.charCodeAt(index));
  return Float32Array.from({ length: binary.length / 4 }, (_, index) => view.getFloat32(index * 4, true));
}
