import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DiskTier, openDiskTier, readStored } from '../../../origin/src/disk/disk-tier.ts';
import type { Exchange } from '../../../src/exchange/exchange.ts';
import type { Selector } from '../../../src/exchange/purge.ts';

let folder: string;
let now = 1_000_000;
const opened: DiskTier[] = [];
const open = (maxBytes = 1_000_000) => {
  const tier = openDiskTier(folder, maxBytes, () => now);
  opened.push(tier);
  return tier;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'disk-tier-'));
  now = 1_000_000;
});
afterEach(() => {
  for (const tier of opened.splice(0)) tier.close();
  rmSync(folder, { recursive: true, force: true });
});

function exchangeOf(name: string, of: Partial<Exchange> = {}, text = 'an answer'): Exchange {
  return {
    key: name.padEnd(64, '-'),
    tenant: 'public',
    namespace: '',
    model: 'm:latest',
    digest: 'abc',
    question: 'why?',
    tags: [],
    content: {
      kind: 'answer',
      answer: {
        content: text,
        thinking: '',
        toolCalls: [],
        doneReason: 'stop',
        usage: { promptTokens: 3, completionTokens: 5 },
        timing: { total: 1, load: 1, promptEval: 1, eval: 1 },
        createdAt: 1,
      },
    },
    storedAt: now,
    freshUntil: now + 1000,
    keepUntil: now + 5000,
    ...of,
  };
}
const key = (name: string) => name.padEnd(64, '-');
/** Text that does not compress. */
const noise = (bytes: number) =>
  Buffer.from(crypto.getRandomValues(new Uint8Array((bytes * 3) / 4))).toString('base64');

describe('the disk tier', () => {
  it('gives back what was put, after a restart too', async () => {
    const first = open();
    const exchange = exchangeOf('a');
    await first.put(exchange);
    first.close();
    opened.length = 0;
    const stored = open().get(exchange.key);
    expect(stored).toMatchObject({ digest: 'abc', freshUntil: exchange.freshUntil });
    expect(stored && (await readStored(stored))).toEqual(exchange);
  });

  it('replaces under the same key, and counts its bytes once', async () => {
    const tier = open();
    await tier.put(exchangeOf('a', {}, noise(8000)));
    await tier.put(exchangeOf('a', { digest: 'new' }, 'short'));
    expect(tier.get(key('a'))?.digest).toBe('new');
    expect(tier.stats()).toMatchObject({ entries: 1 });
    expect(tier.stats().bytes).toBeLessThan(2000);
  });

  it('compresses', async () => {
    const tier = open();
    await tier.put(exchangeOf('a', {}, 'the same words again and again. '.repeat(1000)));
    expect(tier.stats().bytes).toBeLessThan(3000);
  });

  it('forgets what is past its time', async () => {
    const tier = open();
    await tier.put(exchangeOf('a'));
    now += 5000;
    expect(tier.get(key('a'))).toBeUndefined();
  });

  it('keeps within its bytes, least recently used first out', async () => {
    const tier = open(100_000);
    for (let index = 0; index < 9; index += 1) {
      now += 1;
      await tier.put(exchangeOf(`e${index}`, {}, noise(13_500)));
    }
    now += 1;
    expect(tier.get(key('e0'))).toBeDefined();
    now += 1;
    await tier.put(exchangeOf('new', {}, noise(13_500)));
    expect(tier.stats().bytes).toBeLessThanOrEqual(100_000);
    expect(tier.get(key('e0'))).toBeDefined();
    expect(tier.get(key('e1'))).toBeUndefined();
    expect(tier.get(key('new'))).toBeDefined();
    expect(tier.stats().evicted).toBeGreaterThan(0);
  });

  it('does not throw everything out for one that is larger than the bound', async () => {
    const tier = open(50_000);
    await tier.put(exchangeOf('a'));
    await tier.put(exchangeOf('huge', {}, noise(80_000)));
    expect(tier.get(key('a'))).toBeDefined();
    expect(tier.get(key('huge'))).toBeUndefined();
  });

  it('purges by key, tenant, namespace, model, tag or time, and only what matches all of them', async () => {
    const tier = open();
    await tier.put(exchangeOf('a', { tenant: 'x', tags: ['docs', 'v1'] }));
    await tier.put(exchangeOf('b', { tenant: 'x', model: 'n:latest' }));
    await tier.put(exchangeOf('c', { tenant: 'y', tags: ['docs'] }));
    const purge = (selector: Selector, before = Number.MAX_SAFE_INTEGER) => tier.purge({ selector, before });
    expect(purge({ tenant: 'x', tag: 'docs' }, 1_000)).toBe(0);
    expect(purge({ tenant: 'x', tag: 'docs' })).toBe(1);
    expect(purge({ tag: "' OR 1=1 --" })).toBe(0);
    expect(purge({ model: 'n:latest' })).toBe(1);
    expect(tier.stats().entries).toBe(1);
    expect(purge({})).toBe(1);
    expect(tier.stats()).toMatchObject({ entries: 0, bytes: 0 });
  });

  it('is one for several sidecars: what one stores the others serve, what one purges is gone for all', async () => {
    const [one, other] = [open(60_000), open(60_000)];
    await one.put(exchangeOf('a'));
    expect(other.get(key('a'))).toBeDefined();
    expect(other.stats()).toMatchObject({ entries: 1, bytes: one.stats().bytes });
    for (let index = 0; index < 6; index += 1) {
      now += 1;
      await (index % 2 === 0 ? one : other).put(exchangeOf(`e${index}`, {}, noise(13_500)));
    }
    expect(one.stats().bytes).toBeLessThanOrEqual(60_000);
    expect(one.stats().bytes).toBe(other.stats().bytes);
    one.purge({ selector: { tenant: 'public' }, before: now + 1 });
    expect(other.get(key('e5'))).toBeUndefined();
    expect(other.stats()).toMatchObject({ entries: 0, bytes: 0 });
  });

  it('is opened and written by several processes that start together', async () => {
    const writers = Array.from({ length: 3 }, () =>
      spawn(process.execPath, [resolve(import.meta.dirname, 'writer.ts'), folder, '60'], {
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    );
    for (const [code] of await Promise.all(writers.map((writer) => once(writer, 'exit')))) expect(code).toBe(0);
    const tier = openDiskTier(folder, 100_000_000, Date.now);
    opened.push(tier);
    expect(tier.stats().entries).toBe(60);
  });

  it('begins anew where its file cannot be read any more', async () => {
    writeFileSync(join(folder, 'exchanges.sqlite'), noise(8_000));
    const tier = open();
    await tier.put(exchangeOf('a'));
    expect(tier.get(key('a'))).toBeDefined();
  });

  it('loses nothing that was stored to a kill -9 at any moment', async () => {
    const writer = spawn(process.execPath, [resolve(import.meta.dirname, 'writer.ts'), folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(writer, 'exit');
    let said = '';
    let done = 0;
    for await (const chunk of writer.stdout as AsyncIterable<Buffer>) {
      said += chunk.toString();
      done = said.split('\n').length - 1;
      if (done >= 50 + Math.random() * 200) writer.kill('SIGKILL');
    }
    await ended;
    const names = said.split('\n').slice(0, -1);
    expect(names.length).toBeGreaterThanOrEqual(50);
    const tier = openDiskTier(folder, 100_000_000, Date.now);
    opened.push(tier);
    for (const name of names) {
      const stored = tier.get(key(name));
      expect(stored, name).toBeDefined();
      if (stored) expect((await readStored(stored))?.question).toBe(name);
    }
  });
});
