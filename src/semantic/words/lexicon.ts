/** How two words stand to each other: the same, opposite, or nothing that is known. */
import { DEEDS, QUALITIES } from './antonyms.ts';
import { SYNONYMS } from './synonyms.ts';

const lines = (list: string): string[] => list.trim().split(/[|\n]/);

/** Word → groups it is in. */
function groupsOf(lists: readonly (readonly string[])[]): ReadonlyMap<string, readonly number[]> {
  const groups = new Map<string, number[]>();
  lists.forEach((words, group) => {
    for (const word of words) groups.set(word, [...(groups.get(word) ?? []), group]);
  });
  return groups;
}

const GROUPS = groupsOf(lines(SYNONYMS).map((line) => line.split(' ')));

/** Word → its opposites, both ways. */
const OPPOSITES: ReadonlyMap<string, ReadonlySet<string>> = (() => {
  const opposites = new Map<string, Set<string>>();
  const add = (a: string, b: string) => opposites.set(a, (opposites.get(a) ?? new Set()).add(b));
  for (const line of [...lines(QUALITIES), ...lines(DEEDS)]) {
    const [left = '', right = ''] = line.split(' ');
    for (const a of left.split('/')) {
      for (const b of right.split('/')) {
        add(a, b);
        add(b, a);
      }
    }
  }
  return opposites;
})();

export function areSynonyms(a: string, b: string): boolean {
  if (a === b) return true;
  const groups = GROUPS.get(a);
  const others = GROUPS.get(b);
  if (groups === undefined || others === undefined) return false;
  return groups.some((group) => others.includes(group)) && !OPPOSITES.get(a)?.has(b);
}

/** Says of listed words, of their nearest synonyms and of what a prefix or -less makes. */
export function areOpposites(a: string, b: string): boolean {
  if (a === b) return false;
  if (OPPOSITES.get(a)?.has(b) || prefixed(a, b) || prefixed(b, a) || lacking(a, b) || lacking(b, a)) return true;
  return viaSynonym(a, b) || viaSynonym(b, a);
}

function viaSynonym(a: string, b: string): boolean {
  for (const opposite of OPPOSITES.get(a) ?? []) if (areSynonyms(opposite, b)) return true;
  return false;
}

const NEGATIVE = /^(?:un|in|im|il|ir|dis|non|de|mis|anti|counter)$/;

function prefixed(longer: string, base: string): boolean {
  const extra = longer.length - base.length;
  return base.length > 2 && extra > 1 && longer.endsWith(base) && NEGATIVE.test(longer.slice(0, extra));
}

function lacking(without: string, having: string): boolean {
  if (!without.endsWith('less')) return false;
  const base = without.slice(0, -4);
  return base.length > 2 && (having === `${base}ful` || having === base);
}
