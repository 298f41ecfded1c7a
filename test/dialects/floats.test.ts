import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { float32Json, float64Json, fromBase64, shortestFloat32, toBase64 } from '../../src/dialects/floats.ts';

const float32 = fc.float({ noNaN: true, noDefaultInfinity: true });
const component = fc.float({ noNaN: true, min: -1, max: 1 });

/** The fewest digits that any decimal needs to be this float32, found by trying them all. */
function fewestDigits(value: number): number {
  for (let digits = 1; digits < 9; digits++)
    if (Math.fround(Number(value.toPrecision(digits))) === value) return digits;
  return 9;
}

const digitsOf = (value: number) =>
  (value.toExponential().split('e')[0] as string).replace(/[-.]/g, '').replace(/0+$/, '').length;

describe('shortestFloat32', () => {
  // Printed by Go's encoding/json from float32.
  it.each([
    [0.1, '0.1'],
    [0.3, '0.3'],
    [1 / 3, '0.33333334'],
    [-0.027361393, '-0.027361393'],
    [16777216, '16777216'],
    [3.4028234663852886e38, '3.4028235e+38'],
    [1e-7, '1e-7'],
    [1.401298464324817e-45, '1e-45'],
    [123456.789, '123456.79'],
    [9.5367431640625e-7, '9.536743e-7'],
    [0, '0'],
    [-0, '-0'],
  ])('prints %d as %s', (value, text) => expect(float32Json(Float32Array.of(value))).toBe(`[${text}]`));

  it.each([
    ['any float32', float32],
    ['any component', component],
  ])('of %s is that float32 again, in the fewest digits', (_, values) => {
    fc.assert(
      fc.property(values, (value) => {
        const printed = shortestFloat32(value);
        expect(Math.fround(printed)).toBe(value);
        if (value !== 0) expect(digitsOf(printed)).toBe(fewestDigits(value));
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('vectors', () => {
  const vector = fc.float32Array({ noNaN: true, noDefaultInfinity: true, maxLength: 50 });

  it('come back from JSON and from base64 bit by bit', () => {
    fc.assert(
      fc.property(vector, (given) => {
        for (const back of [
          Float32Array.from(JSON.parse(float32Json(given))),
          Float32Array.from(JSON.parse(float64Json(given))),
          fromBase64(toBase64(given)),
        ])
          expect(new Uint8Array((back as Float32Array).buffer)).toEqual(new Uint8Array(given.slice().buffer));
      }),
    );
  });

  it('are base64 of little-endian float32, long ones too', () => {
    expect(toBase64(Float32Array.of(1, -2))).toBe('AACAPwAAAMA=');
    const long = Float32Array.from({ length: 10_000 }, (_, index) => index / 7);
    expect(toBase64(long)).toBe(Buffer.from(long.buffer).toString('base64'));
  });

  it('of the legacy route are the float32 widened', () => {
    expect(float64Json(Float32Array.of(0.1, 2))).toBe('[0.10000000149011612,2]');
  });

  it.each(['?', 'AAA', 'AAAA'])('are not read from %j', (text) => expect(fromBase64(text)).toBeUndefined());
});
