/**
 * Collector: counts what happens in this isolate, and hands on what is new at most once a second. Counting is a few additions
 * in memory; whoever takes the counts may fail or be slow, and no request notices: what was not taken is handed on later.
 */
import type { Event, Served } from '../observe.ts';
import { within } from '../within.ts';
import { type Recent, recentOf } from './recent.ts';
import { count, createTally, isEmpty, OTHER, type PackedTally, pack, type Tally } from './tally.ts';

/** What one isolate hands on at once. */
export interface Batch {
  /** The isolate, and a number that only grows: the same batch may come twice, and counts once. */
  readonly from: string;
  readonly number: number;
  readonly tally: PackedTally;
  /** Newest last. */
  readonly recent: readonly Recent[];
}

export interface CollectorOptions {
  /** Where batches go; without it everything stays in this isolate. */
  readonly send?: (batch: Batch, colo: string) => Promise<unknown>;
  /** Told of each request, for a store of single events. */
  readonly each?: (served: Served) => void;
  /** Whether the recent requests show what was asked. */
  readonly prompts: boolean;
  readonly now?: () => number;
  readonly pause?: (ms: number) => Promise<void>;
}

export interface Collector {
  observe(event: Event): void;
  /**
   * Hands on soon what was counted, if nobody else is about to.
   * @param later keeps work alive past the response
   * @param colo tells the data centre that the request came to; asked for only when it is needed
   */
  handOn(later: (work: Promise<unknown>) => void, colo: () => string): void;
  /**
   * Hands on at once what was counted, for who is about to read it. Resolves when that is done, and in any case after FLUSH_MS.
   * Never rejects.
   */
  flush(colo: () => string): Promise<void>;
  /** What was not handed on yet. */
  pending(): { readonly tally: Tally; readonly recent: readonly Recent[] };
}

const EVERY_MS = 1_000;
const PATIENCE_MS = 3_000;
/** How long who reads waits for the newest counts. */
const FLUSH_MS = 500;
const FLUSH_STEP_MS = 10;
/** Whoever took the turn this long ago was taken down with its request. */
const LOST_AFTER_MS = 6_000;
const TRIES = 3;
const MOST_RECENT = 50;
/** A name that nobody has answered for is a label only while there are few of them. */
const MOST_MODELS = 64;

const sleep = (ms: number) => new Promise<void>((resume) => setTimeout(resume, ms));

export function createCollector(options: CollectorOptions): Collector {
  const { send, each, prompts, now = Date.now, pause = sleep } = options;
  const models = new Set<string>();
  let name: string | undefined;
  let numbered = 0;
  let requests = 0;
  let tally = createTally();
  let recent: Recent[] = [];
  let unsent: Batch | undefined;
  let turnSince = Number.NEGATIVE_INFINITY;
  let sendingSince = Number.NEGATIVE_INFINITY;

  const taken = (since: number) => now() - since < LOST_AFTER_MS;
  const nothingCounted = () => unsent === undefined && isEmpty(tally);

  function labelled(served: Served): Served {
    if (models.has(served.model) || served.model === '') return served;
    if (served.status >= 400 || models.size >= MOST_MODELS) return { ...served, model: OTHER };
    models.add(served.model);
    return served;
  }

  /** This isolate's name. Made in a request: before the first there is nothing random. */
  function self(): string {
    name ??= crypto.randomUUID();
    return name;
  }

  function take(): Batch {
    const batch = { from: self(), number: ++numbered, tally: pack(tally), recent };
    tally = createTally();
    recent = [];
    return batch;
  }

  async function turn(colo: string): Promise<void> {
    for (let failures = 0; failures < TRIES; ) {
      do {
        turnSince = now();
        await pause(EVERY_MS);
      } while (taken(sendingSince));
      turnSince = Number.NEGATIVE_INFINITY;
      // Somebody who reads has taken it along.
      if (nothingCounted()) return;
      const delivered = await deliver(colo);
      if (delivered === 'all') return;
      if (delivered === 'nothing') failures += 1;
    }
  }

  /** `part`: what an earlier try had left was taken at last, and more has been counted since. */
  async function deliver(colo: string): Promise<'all' | 'part' | 'nothing'> {
    sendingSince = now();
    const again = unsent !== undefined;
    try {
      const batch = unsent ?? take();
      unsent = batch;
      await within(PATIENCE_MS, Promise.resolve(send?.(batch, colo)));
      if (unsent === batch) unsent = undefined;
      // What came during a first try has taken a turn of its own.
      return again && !isEmpty(tally) ? 'part' : 'all';
    } catch {
      return 'nothing';
    } finally {
      sendingSince = Number.NEGATIVE_INFINITY;
    }
  }

  return {
    observe(event) {
      if (event.kind !== 'served') {
        count(tally, event);
        return;
      }
      const served = labelled(event);
      count(tally, served);
      // In a rush the first of each second are shown; more than that nobody can read.
      if (recent.length < MOST_RECENT) recent.push(recentOf(served, `${self()} ${++requests}`, now(), prompts));
      try {
        each?.(served);
      } catch {
        // A store of single events may have its limits; the request has not.
      }
    },
    handOn(later, colo) {
      if (send === undefined || taken(turnSince) || nothingCounted()) return;
      turnSince = now();
      later(turn(colo()));
    },
    async flush(colo) {
      if (send === undefined) return;
      const until = now() + FLUSH_MS;
      const inTime = () => now() < until;
      // One batch at a time. Another request's promise cannot be waited for in a Worker: its end is looked for.
      while (taken(sendingSince) && inTime()) await pause(FLUSH_STEP_MS);
      // What an earlier try had left goes first, then the rest.
      while (!nothingCounted() && !taken(sendingSince) && inTime()) {
        const delivered = deliver(colo());
        const late = pause(until - now()).then(() => 'nothing' as const);
        if ((await Promise.race([delivered, late])) === 'nothing') return;
      }
    },
    pending: () => ({ tally, recent }),
  };
}
