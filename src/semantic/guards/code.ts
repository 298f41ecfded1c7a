/** Code and symbols: "`~` in C++" is not "`%` in C++". Symbols in order, code exactly as written. */
import type { Reading } from '../reading.ts';
import type { Guard } from './guard.ts';

/** Joining words and rests of markup: `reading.ts` has read the first two as words. */
const WORDLIKE = new Set(['&', '/', '-', '*', '%', '•', '#', '_']);

export const code: Guard = {
  name: 'code',
  refuses: ({ a, b }) =>
    signs(a) !== signs(b) ||
    marksDiffer(a, b) ||
    fragments(a) !== fragments(b) ||
    layoutOf(a.text) !== layoutOf(b.text),
};

/** Indented or fenced lines as they are: in code a space can count. Empty where there are none. */
export function layoutOf(text: string): string {
  return /\n[ \t]+\S|```/.test(text) ? text.replace(/[ \t]+$/gm, '').trim() : '';
}

function signs(reading: Reading): string {
  // A dash or a slash between words joins them; among numbers or other symbols it calculates.
  const formula = /\p{N}\s*[-+*/^%=<>]|[-+*/^%=<>]\s*\p{N}|[=<>^|~{}[\]\\]/u.test(reading.text);
  return reading.symbols.filter((symbol) => formula || !WORDLIKE.has(symbol)).join('');
}

/** "What does * mean", "what does & mean": where both have marks, they are the same ones. A dash is none. */
function marksDiffer(a: Reading, b: Reading): boolean {
  const marks = ({ symbols }: Reading) => symbols.filter((symbol) => symbol !== '-' && symbol !== '•').join('');
  const [one, other] = [marks(a), marks(b)];
  return one !== '' && other !== '' && one !== other;
}

function fragments(reading: Reading): string {
  return reading.items
    .filter((item) => item.kind === 'code')
    .map((item) => item.word.replace(/^`|`$/g, ''))
    .sort()
    .join('\n');
}
