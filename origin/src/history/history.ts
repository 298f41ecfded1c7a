/**
 * History: what was asked, by whom, in which session, and what it cost: material for warming and prediction. Written in
 * batches behind the answers; a store that fails costs entries, never an answer.
 */
import { createHash } from 'node:crypto';
import type { Observe } from '../observe.ts';
import type { Asked } from '../serve/asked.ts';
import type { Terms } from '../serve/terms.ts';

/** One exchange's prompt; written once a key. */
export interface PromptRecord {
  readonly key: string;
  readonly tenant: string;
  readonly namespace: string;
  /** Canonical name. */
  readonly model: string;
  /** The route that asked it. */
  readonly path: string;
  /** The last user turn; its SHA-256 where texts are not kept. */
  readonly question: string;
  /** What to send to ask it again; empty where texts are not kept, and where the client made its own key. */
  readonly body: string;
  /** Seconds that its answer is fresh; 0: it is not kept. The last visit's counts. */
  readonly ttl: number;
  /** Names by which its answer can be purged, as JSON. The last visit's count. */
  readonly tags: string;
}

export interface Visit {
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly session: string;
  readonly source: 'disk' | 'flight' | 'lane' | 'edge';
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly firstMs: number;
  readonly totalMs: number;
}

export interface HistoryEntry {
  readonly prompt: PromptRecord;
  readonly visit: Visit;
}

/** A prompt with how often it was asked. */
export interface Popular extends PromptRecord {
  readonly visits: number;
  readonly lastAt: number;
  /** Mean milliseconds that one generation took; 0 if none was seen. */
  readonly costMs: number;
}

export interface PopularQuery {
  readonly tenant?: string;
  readonly model?: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly limit: number;
  /** Only visits at this time of any day (UTC): milliseconds after midnight, and how long from then. */
  readonly daily?: { readonly from: number; readonly length: number };
}

/** One visit of a session, with its prompt. */
export interface SessionVisit extends PromptRecord {
  readonly session: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface HistoryStore {
  write(entries: readonly HistoryEntry[]): Promise<void>;
  /** The most asked prompts, those that save the most time first. */
  popular(query: PopularQuery): Promise<readonly Popular[]>;
  /** The last visits that belong to a session, the oldest first. */
  sessions(since: number, limit: number): Promise<readonly SessionVisit[]>;
  /** Removes visits before this time, and prompts that nobody asked since. */
  prune(before: number): Promise<void>;
  close(): Promise<void>;
}

export interface History {
  readonly observe: Observe;
  readonly store: HistoryStore;
  /** Writes what is waiting. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface HistoryOptions {
  /** `hashes` keeps no text: neither question nor body. */
  readonly mode: 'text' | 'hashes';
  readonly days: number;
  readonly failed: (error: unknown) => void;
}

const FLUSH_MS = 500;
const BATCH = 200;
/** More than this waits only for a store that is down: the oldest go. */
const MOST_WAITING = 5_000;
const PRUNE_MS = 3_600_000;
const DAY_MS = 86_400_000;

export function recordHistory(store: HistoryStore, { mode, days, failed }: HistoryOptions): History {
  let waiting: HistoryEntry[] = [];
  let writing: Promise<void> = Promise.resolve();

  function add(asked: Asked, terms: Terms, cost: Omit<Visit, 'key' | 'at' | 'session'>): void {
    if (terms.key === undefined || asked.reading.kind === 'control') return;
    // What is asked ahead of demand is no demand.
    if (terms.priority !== 'interactive') return;
    const { key, tenant, namespace } = terms;
    const texts =
      mode === 'text'
        ? { question: asked.question, body: terms.ownKey ? '' : JSON.stringify(asked.reading.forward) }
        : { question: createHash('sha256').update(asked.question).digest('hex'), body: '' };
    waiting.push({
      prompt: {
        key,
        tenant,
        namespace,
        model: asked.model,
        path: asked.dialect.path,
        ...texts,
        ttl: terms.store ? terms.ttl : 0,
        tags: JSON.stringify(terms.tags),
      },
      visit: { key, at: Date.now(), session: terms.session ?? '', ...cost },
    });
    if (waiting.length > MOST_WAITING) waiting.splice(0, waiting.length - MOST_WAITING);
    if (waiting.length >= BATCH) void flush();
  }

  function flush(): Promise<void> {
    if (waiting.length === 0) return writing;
    const batch = waiting;
    waiting = [];
    writing = writing.then(() => store.write(batch)).catch(failed);
    return writing;
  }

  const prune = () => void store.prune(Date.now() - days * DAY_MS).catch(failed);
  const timers = [setInterval(() => void flush(), FLUSH_MS), setInterval(prune, PRUNE_MS)];
  for (const timer of timers) timer.unref();
  prune();

  return {
    store,
    observe(event) {
      if (event.kind === 'asked' && event.by !== 'lane')
        add(event.asked, event.terms, {
          source: event.by,
          promptTokens: 0,
          completionTokens: 0,
          firstMs: 0,
          totalMs: 0,
        });
      if (event.kind !== 'generated' || event.generated.collected.kind !== 'complete') return;
      const { asked, collected, firstMs, totalMs } = event.generated;
      add(asked, event.terms, { source: 'lane', ...collected.answer.usage, firstMs, totalMs });
    },
    flush,
    async close() {
      for (const timer of timers) clearInterval(timer);
      await flush();
      await store.close();
    },
  };
}
