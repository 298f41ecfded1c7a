/** The words of `X-Cache`, as the page names and colours them. */
import type { Outcome } from '../../observe.ts';
import { coloured, el } from './dom.ts';

/** From the bottom up, with the name of each colour. */
export const OUTCOMES: readonly (readonly [outcome: Outcome, colour: string, word: string])[] = [
  ['HIT', 'hit', 'exact'],
  ['SEMANTIC', 'semantic', 'semantic'],
  ['JOINED', 'joined', 'joined'],
  ['STALE', 'stale', 'stale'],
  ['MISS', 'miss', 'miss'],
  ['BYPASS', 'bypass', 'bypass'],
];

export function word(outcome: string, colour: string): HTMLElement {
  return coloured(el('span', { class: 'word' }, outcome.toLowerCase()), colour);
}
