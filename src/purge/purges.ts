/**
 * Purges as one isolate knows them. A hit asks the copy in memory; the copy is renewed beside the requests: from the data
 * centre's, and that one from the log. Only an isolate that has not looked for a minute waits for it before it trusts a hit.
 */
import {
  type Coverage,
  coverageOf,
  mergePurges,
  NOTHING_PURGED,
  type Purge,
  type PurgeList,
} from '../exchange/purge.ts';
import { within } from '../within.ts';

/** What everyone's copies come from. */
export interface PurgeLog {
  readonly name: 'object' | 'kv';
  /** May reject. */
  read(): Promise<PurgeList>;
  /** @returns the list with it, as far as this log knows. May reject. */
  add(purge: Purge, known: PurgeList): Promise<PurgeList>;
}

export interface ColoCopy {
  /** May reject. @returns the list and when it was last renewed from a log (ms since the epoch; 0: never) */
  read(): Promise<{ readonly list: PurgeList; readonly renewedAt: number } | undefined>;
  /** May reject. */
  write(list: PurgeList, renewedAt: number): Promise<void>;
}

export interface Purges extends Coverage {
  /** Call with every request: looks after what was purged elsewhere. `later` keeps it alive past the response. */
  tend(later: (work: Promise<unknown>) => void): void;
  /**
   * True while this isolate knows the purges up to a minute ago. Else resolves when it does, or has waited long enough, to
   * whether it has ever known them: without that no stored answer may be trusted.
   */
  ready(): true | Promise<boolean>;
  /** Takes effect here before it returns. Never rejects. */
  add(purge: Purge): Promise<Recorded>;
  readonly list: PurgeList;
}

/** How far a purge has come at once. Undefined: there is no such place. */
export interface Recorded {
  readonly colo: boolean;
  readonly object: boolean | undefined;
  readonly kv: boolean | undefined;
}

/** How often an isolate reads its data centre's copy. */
export const COLO_MS = 1_000;
/** How old that copy may be before it is renewed from the log. */
export const LOG_MS = 5_000;
/** How long an isolate may go without either: as long as KV takes to tell everyone. */
export const BLIND_MS = 60_000;
/** How long a request waits for that, and how long those after it then do without. */
const PATIENCE_MS = 500;
const RESIGNED_MS = 5_000;
/** How long a log may take to tell, ms: then the next one is asked. */
const LOG_PATIENCE_MS = 400;
/** How long it may take to write a purge down, ms. */
const WRITE_PATIENCE_MS = 5_000;

export interface PurgeSources {
  /** The best first. With none, purges are known here only. */
  readonly logs: readonly PurgeLog[];
  readonly colo: ColoCopy;
}

export function createPurges({ logs, colo }: PurgeSources, now: () => number = Date.now): Purges {
  let list: PurgeList = [];
  let coverage = NOTHING_PURGED;
  let everKnown = logs.length === 0;
  let knownAt = Number.NEGATIVE_INFINITY;
  let resignedUntil = 0;
  let renewAt = 0;
  let renewal: Promise<unknown> | undefined;

  function learn(more: PurgeList): void {
    list = mergePurges(list, more, now());
    coverage = coverageOf(list);
  }

  function knew(at: number): void {
    everKnown = true;
    knownAt = Math.max(knownAt, at);
  }

  async function renew(): Promise<void> {
    const copy = await colo.read().catch(() => undefined);
    if (copy !== undefined) {
      learn(copy.list);
      if (copy.renewedAt > 0) knew(copy.renewedAt);
      if (now() - copy.renewedAt < LOG_MS) return;
    }
    for (const log of logs) {
      const at = now();
      const told = await answered(LOG_PATIENCE_MS, log.read());
      if (told === undefined) continue;
      learn(told);
      knew(at);
      await colo.write(list, at).catch(() => {});
      return;
    }
  }

  return {
    get list() {
      return list;
    },
    covers: (dated) => coverage.covers(dated),
    since: (subject) => coverage.since(subject),
    tend(later) {
      if (logs.length === 0 || now() < renewAt) return;
      // Claimed before it runs: one request looks, the others go on.
      renewAt = now() + COLO_MS;
      const work = renew().finally(() => {
        if (renewal === work) renewal = undefined;
      });
      renewal = work;
      later(work);
    },
    ready() {
      if (logs.length === 0 || now() - knownAt < BLIND_MS) return true;
      if (renewal === undefined || now() < resignedUntil) return everKnown ? true : Promise.resolve(false);
      // Each waits with a timer of its own: in a Worker the renewal belongs to another request.
      return answered(PATIENCE_MS, renewal).then(() => {
        if (now() - knownAt >= BLIND_MS) resignedUntil = now() + RESIGNED_MS;
        return everKnown;
      });
    },
    async add(purge) {
      learn([purge]);
      const recorded: { object: boolean | undefined; kv: boolean | undefined } = { object: undefined, kv: undefined };
      let complete = false;
      for (const log of logs) {
        const told = await answered(WRITE_PATIENCE_MS, log.add(purge, list));
        recorded[log.name] = told !== undefined;
        if (told === undefined) continue;
        learn(told);
        complete ||= log.name === 'object';
      }
      // Renewed at the beginning of time, where the log could not be asked: the next look goes to it.
      const wrote = await colo.write(list, complete ? now() : 0).then(
        () => true,
        () => false,
      );
      return { ...recorded, colo: wrote };
    },
  };
}

/** Undefined where it rejects or takes longer than `limit` (ms). */
const answered = <T>(limit: number, work: Promise<T>): Promise<T | undefined> =>
  within(limit, work).catch(() => undefined);
