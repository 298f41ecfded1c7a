/**
 * Purge: which exchanges no longer count. A purge is a selector with a time: what it selects and is older does not exist any
 * more, wherever a copy of it still lies. Nothing is enumerated, so a purge is as quick for a million answers as for one.
 *
 * Lists of purges only ever grow together: merging two in any order, any number of times, gives the same list. A copy that is
 * behind can therefore never undo a purge.
 */

/** Every field that is given must match; with none it selects everything. */
export interface Selector {
  readonly key?: string;
  readonly tenant?: string;
  readonly namespace?: string;
  /** Canonical name. */
  readonly model?: string;
  readonly tag?: string;
}

export interface Purge {
  readonly selector: Selector;
  /** Milliseconds since the epoch: what is dated before it is gone. */
  readonly before: number;
}

export type PurgeList = readonly Purge[];

/** What a selector is compared with. An `Exchange` is one. */
export interface Subject {
  readonly key: string;
  readonly tenant: string;
  readonly namespace: string;
  readonly model: string;
  readonly tags: readonly string[];
}

/** Most purges of a list. */
export const MAX_PURGES = 1_000;
/** Longer than anything is kept (a year fresh, a year stale): an older purge has nothing left to say. */
const LONGEST_KEPT_MS = 2 * 31_622_400_000;

const FIELDS = ['key', 'tenant', 'namespace', 'model', 'tag'] as const;

const idOf = (selector: Selector) => JSON.stringify(FIELDS.map((field) => selector[field] ?? null));

/**
 * One list that says what both say. Past `MAX_PURGES` the older half becomes a single purge of everything before its time:
 * more is purged than was asked for, never less.
 * @param now milliseconds since the epoch
 */
export function mergePurges(one: PurgeList, other: PurgeList, now: number): PurgeList {
  const latest = new Map<string, Purge>();
  for (const purge of [...one, ...other]) {
    const id = idOf(purge.selector);
    if (purge.before > (latest.get(id)?.before ?? 0)) latest.set(id, purge);
  }
  const sorted = [...latest.values()].sort((a, b) => a.before - b.before);
  return bounded(without(sorted, latest.get(idOf({}))?.before ?? 0, now));
}

/** Without what a purge of everything says already, and what is too old to matter. */
function without(list: PurgeList, everythingBefore: number, now: number): PurgeList {
  return list.filter(({ selector, before }) => {
    if (before <= now - LONGEST_KEPT_MS) return false;
    return before > everythingBefore || (before === everythingBefore && isEverything(selector));
  });
}

function bounded(sorted: PurgeList): PurgeList {
  if (sorted.length <= MAX_PURGES) return sorted;
  const folded = sorted.slice(0, Math.ceil(sorted.length / 2));
  const before = folded.at(-1)?.before ?? 0;
  const rest = sorted.slice(folded.length).filter((purge) => purge.before > before);
  return [{ selector: {}, before }, ...rest];
}

const isEverything = (selector: Selector) => FIELDS.every((field) => selector[field] === undefined);

/** A list made ready to be asked for each hit. */
export interface Coverage {
  /** Until when this subject was last purged (ms since the epoch); 0 if never. */
  since(subject: Subject): number;
  /** Whether a purge covers what is dated so. Nearly free for what is younger than every purge. */
  covers(dated: Subject & { readonly storedAt: number }): boolean;
}

type Field = (typeof FIELDS)[number];

/** Purges that name the same fields: one look in a map for all of them. */
interface Group {
  readonly fields: readonly Field[];
  readonly before: Map<string, number>;
}

export function coverageOf(list: PurgeList): Coverage {
  const groups = new Map<string, Group>();
  let newest = 0;
  for (const { selector, before } of list) {
    const fields = FIELDS.filter((field) => selector[field] !== undefined);
    const name = fields.join(' ');
    const group = groups.get(name) ?? { fields, before: new Map<string, number>() };
    groups.set(name, group);
    const id = fields.map((field) => selector[field]).join('\n');
    group.before.set(id, Math.max(before, group.before.get(id) ?? 0));
    newest = Math.max(newest, before);
  }

  function since(subject: Subject): number {
    let latest = 0;
    for (const { fields, before } of groups.values())
      for (const tag of fields.includes('tag') ? subject.tags : ['']) {
        const id = fields.map((field) => (field === 'tag' ? tag : subject[field])).join('\n');
        latest = Math.max(latest, before.get(id) ?? 0);
      }
    return latest;
  }
  return { since, covers: (dated) => dated.storedAt < newest && dated.storedAt < since(dated) };
}

/** Where nothing was ever purged. */
export const NOTHING_PURGED: Coverage = coverageOf([]);
