/**
 * Order of arguments: who does what to whom, from where to where. Words that stand for each other must come in the same order,
 * unless the change is one of those that grammar allows without a change of meaning.
 */
import type { Pair } from '../alignment.ts';
import type { Item } from '../items.ts';
import { isDemonym, SYMMETRIC } from '../words/symmetric.ts';
import type { Comparison, Guard } from './guard.ts';

export const order: Guard = {
  name: 'order',
  refuses: (comparison) => {
    const inversions = inversionsOf(comparison.alignment.pairs);
    if (inversions.length === 0) return false;
    const unexcused = inversions.filter((inversion) => !isExcused(comparison, inversion));
    return unexcused.length > 0 && !isSymmetric(comparison, unexcused) && !isChoice(comparison);
  },
};

interface Inversion {
  readonly first: Pair;
  readonly second: Pair;
}

function inversionsOf(pairs: readonly Pair[]): Inversion[] {
  const inversions: Inversion[] = [];
  for (let i = 0; i < pairs.length; i++) {
    for (let j = i + 1; j < pairs.length; j++) {
      const first = pairs[i] as Pair;
      const second = pairs[j] as Pair;
      if (first.b > second.b) inversions.push({ first, second });
    }
  }
  return inversions;
}

/** Roles that make a word part of the noun before it: "the capital of France", "France's capital", "the France capital". */
const COMPOUND = new Set(['of', 'for', 'in', 'about', 'on', 'at', 'by']);

/** Judge the whole noun phrase, before the noun or after the verb. */
const JUDGING = new Set(['best', 'worst', 'good', 'better', 'worth', 'possible', 'available', 'necessary']);

function isExcused({ a, b, alignment }: Comparison, { first, second }: Inversion): boolean {
  const firstA = a.items[first.a] as Item;
  const secondA = a.items[second.a] as Item;
  const firstB = b.items[first.b] as Item;
  const secondB = b.items[second.b] as Item;
  const apart = firstA.segment !== secondA.segment && firstB.segment !== secondB.segment;
  // A phrase with its own preposition moved as a whole: each keeps its case, and the two cases differ.
  if (apart && firstA.role === firstB.role && secondA.role === secondB.role && firstA.role !== secondA.role)
    return true;
  if (coordinated(firstA, secondA) && coordinated(firstB, secondB))
    return wholesMoved(a.items, b.items, alignment.pairs, first, second);
  if (JUDGING.has(firstA.lemma) || JUDGING.has(secondA.lemma)) return firstA.sentence === secondA.sentence;
  if (isGenitive(firstA, secondA, secondB, firstB) || isGenitive(secondB, firstB, firstA, secondA)) return true;
  return (
    (isDemonym(firstA.lemma) || isDemonym(secondA.lemma)) &&
    ((coordinated(firstA, secondA) && second.b + 1 === first.b) ||
      (coordinated(firstB, secondB) && first.a + 1 === second.a))
  );
}

const coordinated = (x: Item, y: Item): boolean => x.segment === y.segment && x.chunk !== y.chunk;

/** "A poet and a farmer" turned round; but not "Anna rich and Olga poor", where only a part of each side changed places. */
function wholesMoved(
  a: readonly Item[],
  b: readonly Item[],
  pairs: readonly Pair[],
  first: Pair,
  second: Pair,
): boolean {
  const mates = (pair: Pair, after: boolean) =>
    pairs.filter((mate) => {
      const [one, other] = [a[pair.a] as Item, a[mate.a] as Item];
      return one.chunk === other.chunk && one.segment === other.segment && (after ? mate.a > pair.a : mate.a < pair.a);
    });
  const along = (pair: Pair, mate: Pair) => b[pair.b]?.chunk === b[mate.b]?.chunk;
  return (
    mates(first, true).every((mate) => along(first, mate)) && mates(second, false).every((mate) => along(second, mate))
  );
}

/** `owned of owner` in the one, `owner owned` in the other. */
function isGenitive(owned: Item, owner: Item, ownerElsewhere: Item, ownedElsewhere: Item): boolean {
  return (
    owned.kind !== 'number' &&
    owner.kind !== 'number' &&
    owner.segment === owned.segment + 1 &&
    COMPOUND.has(owner.role) &&
    ownerElsewhere.sentence === ownedElsewhere.sentence &&
    ownerElsewhere.segment === ownedElsewhere.segment &&
    ownerElsewhere.chunk === ownedElsewhere.chunk
  );
}

/** May stand beside a symmetric word without making it one-sided. */
const BESIDE_SYMMETRIC = new Set([
  'best',
  'good',
  'get',
  'become',
  'still',
  'formerly',
  'close',
  'very',
  'near',
  'live',
  'currently',
  'business',
]);

/** "X is married to Y" for "Y is married to X"; "the distance from X to Y" for "from Y to X". */
function isSymmetric({ a, b, alignment }: Comparison, inversions: readonly Inversion[]): boolean {
  const moved = new Set(inversions.flatMap(({ first, second }) => [first, second]));
  const isLink = (pair: Pair) => isSymmetricItem(a.items, pair.a) && isSymmetricItem(b.items, pair.b);
  const isNeutral = (pair: Pair) =>
    isLink(pair) || BESIDE_SYMMETRIC.has((a.items[pair.a] as Item).lemma) || a.items[pair.a - 1]?.lemma === 'same';
  const from = Math.min(...[...moved].map((pair) => pair.a));
  const to = Math.max(...[...moved].map((pair) => pair.a));
  const block = alignment.pairs.filter((pair) => pair.a >= from && pair.a <= to);
  const sides = block.filter((pair) => !isNeutral(pair));
  if (!block.some(isLink)) {
    const before = alignment.pairs.findLast((pair) => pair.a < from);
    if (before === undefined || !isLink(before)) return false;
  }
  if (a.items.some((item) => item.lemma === 'than')) return false;
  // The sides are two runs that changed places, each in its own order.
  let cut = 0;
  for (let i = 1; i < sides.length; i++) {
    if ((sides[i] as Pair).b > (sides[i - 1] as Pair).b) continue;
    if (cut > 0) return false;
    cut = i;
  }
  if (cut === 0) return false;
  const left = sides.slice(0, cut);
  const right = sides.slice(cut);
  // What links them stands between the two or before both, never inside one.
  return (
    [left, right].every(
      (run) =>
        (run.at(-1) as Pair).a - (run[0] as Pair).a === run.length - 1 &&
        (run.at(-1) as Pair).b - (run[0] as Pair).b === run.length - 1,
    ) && Math.max(...right.map((pair) => pair.b)) < Math.min(...left.map((pair) => pair.b))
  );
}

/** "Are cats bigger than dogs" for "which is bigger, dogs or cats": the quality first or between, the two in any order. */
function isChoice({ a, b, alignment }: Comparison): boolean {
  const than = (items: readonly Item[]) => items.some((item) => item.lemma === 'than');
  if (than(a.items) === than(b.items)) return false;
  const which = than(a.items) ? b : a;
  return which.conjunctions.has('or') && alignment.pairs.length <= 8;
}

/** What two do together, both do: "lives with", "works with". */
const IN_COMPANY = new Set([
  'live',
  'work',
  'study',
  'travel',
  'dance',
  'play',
  'sleep',
  'eat',
  'train',
  'talk',
  'chat',
  'speak',
]);

function isSymmetricItem(items: readonly Item[], at: number): boolean {
  const { lemma, word } = items[at] as Item;
  return SYMMETRIC.has(lemma) || SYMMETRIC.has(word) || (IN_COMPANY.has(lemma) && items[at + 1]?.role === 'with');
}
