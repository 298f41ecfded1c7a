/**
 * Tally: what was counted in some stretch of time. A cell for each set of labels that requests had, and a counter for each
 * other happening. Tallies are merged by adding, in any order; their number of cells and counters is bounded.
 */
import type { Event, Outcome, Served } from '../observe.ts';
import {
  createHistogram,
  type Histogram,
  mergeHistogram,
  type PackedHistogram,
  packHistogram,
  record,
  unpackHistogram,
} from './histogram.ts';

export interface Labels {
  readonly route: string;
  readonly outcome: Outcome;
  /** Where the answer was found; empty for what was not. */
  readonly tier: string;
  readonly status: number;
  readonly model: string;
  readonly tenant: string;
  /** Of an experiment; mostly empty. */
  readonly arm: string;
}

/** The sums of a cell, in the order in which they are kept and sent. */
const SUMS = [
  'requests',
  'bytes',
  'promptTokens',
  'completionTokens',
  'savedPromptTokens',
  'savedCompletionTokens',
  'savedMs',
  'failed',
  'cancelled',
] as const;

export type Sums = { -readonly [Name in (typeof SUMS)[number]]: number };

export interface Cell {
  readonly labels: Labels;
  readonly sums: Sums;
  /** Milliseconds until the headers left, and until the last byte. */
  readonly firstByte: Histogram;
  readonly total: Histogram;
}

export interface Tally {
  readonly cells: Map<string, Cell>;
  /** `kind by` → how many. */
  readonly counters: Map<string, number>;
}

/** As kept and sent: plain data. */
export interface PackedTally {
  readonly cells: readonly (readonly [Labels, sums: readonly number[], PackedHistogram, PackedHistogram])[];
  readonly counters: readonly (readonly [name: string, count: number])[];
}

/** Beyond these, what is new counts under the name `other`: names of models and tenants must not fill the memory. */
const MAX_CELLS = 512;
const MAX_COUNTERS = 256;
export const OTHER = 'other';

export function createTally(): Tally {
  return { cells: new Map(), counters: new Map() };
}

export function emptySums(): Sums {
  return Object.fromEntries(SUMS.map((name) => [name, 0])) as Sums;
}

export function addSums(into: Sums, from: Readonly<Sums>): void {
  for (const name of SUMS) into[name] += from[name];
}

/** Nothing here waits, and nothing throws: it is called on every request's way. */
export function count(tally: Tally, event: Event): void {
  switch (event.kind) {
    case 'served':
      countServed(tally, event);
      break;
    case 'landed':
      increase(tally, `landed ${event.stored ? 'stored' : (event.why ?? 'not stored')}`, 1);
      break;
    case 'stored':
      increase(tally, `stored ${event.tier}`, 1);
      increase(tally, `stored_bytes ${event.tier}`, event.bytes);
      increase(tally, `plain_bytes ${event.tier}`, event.plainBytes);
      break;
    case 'tier_failed':
      increase(tally, `tier_failed ${event.tier} ${event.operation}`, 1);
      break;
    default:
      increase(tally, `${event.kind} ${event.by}`, event.count ?? 1);
  }
}

function countServed(tally: Tally, event: Served): void {
  const { sums, firstByte, total } = cellOf(tally, {
    route: event.route,
    outcome: event.outcome,
    tier: event.tier ?? '',
    status: event.status,
    model: event.model,
    tenant: event.tenant,
    arm: event.arm ?? '',
  });
  const { usage, saved, fault } = event;
  sums.requests += 1;
  sums.bytes += event.bytes;
  sums.promptTokens += usage.promptTokens;
  sums.completionTokens += usage.completionTokens;
  sums.savedPromptTokens += saved.promptTokens;
  sums.savedCompletionTokens += saved.completionTokens;
  sums.savedMs += saved.ms;
  if (fault === 'cancelled') sums.cancelled += 1;
  else if (fault !== undefined && (event.status >= 500 || event.status < 400)) sums.failed += 1;
  record(firstByte, event.firstByteMs);
  record(total, event.totalMs);
}

function cellOf(tally: Tally, labels: Labels): Cell {
  const name = `${labels.outcome} ${labels.tier} ${labels.status} ${labels.route} ${labels.model} ${labels.tenant} ${labels.arm}`;
  const present = tally.cells.get(name);
  if (present !== undefined) return present;
  if (tally.cells.size >= MAX_CELLS && (labels.model !== OTHER || labels.tenant !== OTHER))
    return cellOf(tally, { ...labels, model: OTHER, tenant: OTHER });
  const cell: Cell = { labels, sums: emptySums(), firstByte: createHistogram(), total: createHistogram() };
  tally.cells.set(name, cell);
  return cell;
}

function increase(tally: Tally, name: string, by: number): void {
  const known = tally.counters.has(name) || tally.counters.size < MAX_COUNTERS;
  const under = known ? name : `${name.split(' ', 1)[0]} ${OTHER}`;
  tally.counters.set(under, (tally.counters.get(under) ?? 0) + by);
}

export function merge(into: Tally, from: Tally): Tally {
  for (const { labels, sums, firstByte, total } of from.cells.values()) {
    const cell = cellOf(into, labels);
    addSums(cell.sums, sums);
    mergeHistogram(cell.firstByte, firstByte);
    mergeHistogram(cell.total, total);
  }
  for (const [name, held] of from.counters) increase(into, name, held);
  return into;
}

export function isEmpty({ cells, counters }: Tally): boolean {
  return cells.size === 0 && counters.size === 0;
}

export function pack({ cells, counters }: Tally): PackedTally {
  return {
    cells: [...cells.values()].map(
      ({ labels, sums, firstByte, total }) =>
        [labels, SUMS.map((name) => sums[name]), packHistogram(firstByte), packHistogram(total)] as const,
    ),
    counters: [...counters],
  };
}

export function unpack({ cells, counters }: PackedTally): Tally {
  const tally: Tally = { cells: new Map(), counters: new Map(counters) };
  for (const [labels, sums, firstByte, total] of cells) {
    const cell = cellOf(tally, labels);
    for (const [at, name] of SUMS.entries()) cell.sums[name] += sums[at] ?? 0;
    mergeHistogram(cell.firstByte, unpackHistogram(firstByte));
    mergeHistogram(cell.total, unpackHistogram(total));
  }
  return tally;
}
