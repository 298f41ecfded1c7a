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
  /** What to send to ask it again; empty where texts are not kept. */
  readonly body: string;
}

export interface Visit {
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly session: string;
  readonly source: 'disk' | 'flight' | 'lane';
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

/** @property since milliseconds since the epoch */
export interface PopularQuery {
  readonly tenant?: string;
  readonly model?: string;
  readonly since: number;
  readonly limit: number;
}

export interface HistoryStore {
  write(entries: readonly HistoryEntry[]): Promise<void>;
  /** The most asked prompts, those that save the most time first. */
  popular(query: PopularQuery): Promise<readonly Popular[]>;
  /** What the same sessions asked next after this key, the most frequent first. */
  following(key: string, limit: number): Promise<readonly Popular[]>;
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
    const { key, tenant, namespace } = terms;
    const texts =
      mode === 'text'
        ? { question: asked.question, body: JSON.stringify(asked.reading.forward) }
        : { question: createHash('sha256').update(asked.question).digest('hex'), body: '' };
    waiting.push({
      prompt: { key, tenant, namespace, model: asked.model, path: asked.dialect.path, ...texts },
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
