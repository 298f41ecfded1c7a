import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type HistoryEntry, type HistoryStore, recordHistory } from '../../../origin/src/history/history.ts';
import type { SidecarEvent } from '../../../origin/src/observe.ts';
import { askedOf } from '../../../origin/src/serve/asked.ts';
import type { Terms } from '../../../origin/src/serve/terms.ts';
import { ollamaChat } from '../../../src/dialects/ollama-chat.ts';

const body = { model: 'M', messages: [{ role: 'user', content: 'a secret question' }] };
const reading = ollamaChat.read(body);
if (reading.kind === 'fault') throw new Error('unreadable');
const asked = askedOf(ollamaChat, body, reading, {
  MODEL_SETTINGS: new Map(),
  KEEP_ALIVE: '10m',
  CLIENT_MAY_RELOAD: false,
});
const terms = (key: string | undefined): Terms => ({
  key,
  tenant: 't',
  namespace: 'n',
  priority: 'interactive',
  session: 's',
  tags: [],
  ownKey: false,
  prefetch: false,
  minFresh: 0,
  store: true,
  ttl: 1,
  lookup: true,
  takesExchange: false,
  traceparent: undefined,
});
const hit = (key: string | undefined): SidecarEvent => ({ kind: 'asked', asked, terms: terms(key), by: 'disk' });

let written: HistoryEntry[][];
let fails: boolean;
const store: HistoryStore = {
  write: async (entries) => {
    if (fails) throw new Error('down');
    written.push([...entries]);
  },
  popular: async () => [],
  sessions: async () => [],
  prune: async () => {},
  close: async () => {},
};
beforeEach(() => {
  vi.useFakeTimers();
  written = [];
  fails = false;
});
afterEach(() => void vi.useRealTimers());

describe('what is recorded', () => {
  it('is written in batches, with everything that asks it again', async () => {
    const history = recordHistory(store, { mode: 'text', days: 30, failed: () => {} });
    for (let index = 0; index < 3; index += 1) history.observe(hit('k'));
    await vi.advanceTimersByTimeAsync(500);
    expect(written.map(({ length }) => length)).toEqual([3]);
    expect(written[0]?.[0]).toMatchObject({
      prompt: {
        key: 'k',
        tenant: 't',
        namespace: 'n',
        model: 'm:latest',
        path: '/api/chat',
        question: 'a secret question',
      },
      visit: { session: 's', source: 'disk' },
    });
    expect(JSON.parse(written[0]?.[0]?.prompt.body ?? '')).toMatchObject(body);
    await history.close();
  });

  it('holds no text where only hashes are kept', async () => {
    const history = recordHistory(store, { mode: 'hashes', days: 30, failed: () => {} });
    history.observe(hit('k'));
    await history.flush();
    expect(JSON.stringify(written)).not.toContain('secret');
    expect(written[0]?.[0]?.prompt.question).toMatch(/^[0-9a-f]{64}$/);
    await history.close();
  });

  it('is demand only, and nothing that could not be asked again', async () => {
    const history = recordHistory(store, { mode: 'text', days: 30, failed: () => {} });
    history.observe({ ...hit('k'), terms: { ...terms('k'), priority: 'warm' } } as SidecarEvent);
    await history.flush();
    expect(written).toEqual([]);
    history.observe({ ...hit('k'), terms: { ...terms('k'), ownKey: true, store: false } } as SidecarEvent);
    await history.flush();
    expect(written[0]?.[0]?.prompt).toMatchObject({ body: '', ttl: 0 });
    await history.close();
  });

  it('is nothing without a key', async () => {
    const history = recordHistory(store, { mode: 'text', days: 30, failed: () => {} });
    history.observe(hit(undefined));
    await history.close();
    expect(written).toEqual([]);
  });

  it('a store that is down costs entries, says so, and nothing else', async () => {
    const failures: unknown[] = [];
    const history = recordHistory(store, { mode: 'text', days: 30, failed: (error) => failures.push(error) });
    fails = true;
    for (let index = 0; index < 20_000; index += 1) history.observe(hit('k'));
    await vi.advanceTimersByTimeAsync(1000);
    expect(failures.length).toBeGreaterThan(0);
    fails = false;
    history.observe(hit('after'));
    await history.flush();
    expect(written.at(-1)?.at(-1)?.prompt.key).toBe('after');
    await history.close();
  });
});
