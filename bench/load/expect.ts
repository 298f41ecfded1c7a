/** Expectations: what a run must reach, as `p95<2000`. */
import type { Summary } from './report/summary.ts';

export interface Expectation {
  readonly name: keyof Summary;
  readonly sign: '<' | '<=' | '=' | '>=' | '>';
  readonly value: number;
}

const FORM = /^([A-Za-z]\w*)\s*(<=|>=|<|>|=)\s*(\d+(?:\.\d+)?)$/;

/** Undefined where it is none. @param names what can be expected of */
export function parseExpectation(text: string, names: readonly string[]): Expectation | undefined {
  const [, name = '', sign, value] = FORM.exec(text.trim()) ?? [];
  if (!names.includes(name)) return undefined;
  return { name: name as keyof Summary, sign: sign as Expectation['sign'], value: Number(value) };
}

export interface Checked extends Expectation {
  readonly measured: number;
  readonly met: boolean;
}

export function check(expectations: readonly Expectation[], summary: Summary): readonly Checked[] {
  return expectations.map((expectation) => {
    const measured = summary[expectation.name];
    return { ...expectation, measured, met: meets(measured, expectation) };
  });
}

function meets(measured: number, { sign, value }: Expectation): boolean {
  if (sign === '<') return measured < value;
  if (sign === '<=') return measured <= value;
  if (sign === '>') return measured > value;
  return sign === '=' ? measured === value : measured >= value;
}
