/** JSON as Go writes it. */
import type { Node } from './parse.ts';

const ESCAPED: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** Keys in the order given; HTML's characters escaped. */
export function goJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (found) => ESCAPED[found] ?? found);
}

const AS_WRITTEN = Symbol('as written');

/** A json.RawMessage: its keys keep their order wherever it goes. */
export function asWritten(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? Object.assign(value, { [AS_WRITTEN]: true }) : value;
}

/** A Go map: keys in alphabetical order, at every depth. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null || AS_WRITTEN in value) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}

/** A value decoded into Go's `any`: the last of equal keys wins. */
export function plain(node: Node): unknown {
  switch (node.kind) {
    case 'object':
      return Object.fromEntries(node.entries.map(([key, item]) => [key, plain(item)]));
    case 'array':
      return node.items.map(plain);
    case 'number':
      return Number(node.digits);
    case 'null':
      return null;
    default:
      return node.value;
  }
}

/** A value kept as it was written, its keys in their order, without the space between. */
export function raw(node: Node): string {
  switch (node.kind) {
    case 'object':
      return `{${node.entries.map(([key, item]) => `${JSON.stringify(key)}:${raw(item)}`).join(',')}}`;
    case 'array':
      return `[${node.items.map(raw).join(',')}]`;
    case 'number':
      return node.digits;
    case 'null':
      return 'null';
    default:
      return JSON.stringify(node.value);
  }
}

/** What Go prints of a float32: the fewest digits that read back as the same float32. */
export function float32(value: number): number {
  for (let digits = 6; digits < 9; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}
