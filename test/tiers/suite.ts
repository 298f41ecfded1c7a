/** What every tier must do. A new tier registers here with three lines. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Content, Exchange } from '../../src/exchange/exchange.ts';
import { encodeExchange } from '../../src/tiers/stored.ts';
import type { Tier } from '../../src/tiers/tier.ts';

let counter = 0;

/** A different key each time: no test meets another's entries. */
export function someKey(): string {
  counter += 1;
  return counter.toString(16).padStart(64, '0');
}

export function exchangeWith(content: Content, over: Partial<Exchange> = {}): Exchange {
  const now = Date.now();
  return {
    key: someKey(),
    tenant: 'acme',
    namespace: '',
    model: 'm:latest',
    digest: 'sha256:1',
    question: 'Why?',
    tags: ['faq'],
    content,
    storedAt: now,
    freshUntil: now + 3_600_000,
    keepUntil: now + 7_200_000,
    ...over,
  };
}

export const answerOf = (content: string): Content => ({
  kind: 'answer',
  answer: {
    content,
    thinking: '',
    toolCalls: [{ id: 'call_1', name: 'f', arguments: { b: 1, a: [null, 'x'] } }],
    context: [1, 2, 3],
    doneReason: 'stop',
    usage: { promptTokens: 3, completionTokens: 5 },
    timing: { total: 4, load: 3, promptEval: 2, eval: 1 },
    createdAt: 1_700_000_000_000,
  },
});

/** Contents that have gone wrong somewhere before. */
const CONTENTS: readonly (readonly [string, Content])[] = [
  ['a short answer', answerOf('Because.')],
  ['a long one', answerOf('All work and no play. '.repeat(20_000))],
  ['every kind of text', answerOf('\ufeffnaïve \u0000 \u2028 🦙 \ud83e\udd99 "quoted" \\ </script> عربى')],
  ['half of a surrogate pair', answerOf('\ud83e')],
  ['an opaque one', { kind: 'raw', contentType: 'text/event-stream', body: 'data: {"a":1}\n\n' }],
  [
    'a vector',
    { kind: 'vector', vector: Float32Array.from([0.1, -0, 1e-38, 3.4e38, Number.MIN_VALUE]), promptTokens: 4 },
  ],
  [
    'a large vector',
    { kind: 'vector', vector: Float32Array.from({ length: 4096 }, (_, at) => Math.sin(at)), promptTokens: 9 },
  ],
];

export interface TierTraits {
  /** Puts bytes where the tier keeps its stored form, past the tier itself; undefined for a tier that holds values. */
  readonly plant: ((key: string, bytes: Uint8Array) => Promise<unknown>) | undefined;
}

/** @param create a tier over the same storage each time, with a clock in ms since the epoch */
export function describeTier(name: string, create: (now: () => number) => Tier, { plant }: TierTraits): void {
  describe(`the ${name} tier`, () => {
    let tier: Tier;
    let later = 0;
    beforeEach(() => {
      later = 0;
      tier = create(() => Date.now() + later);
    });

    it('has its name', () => expect(tier.name).toBe(name));

    it('has nothing of a key that was never put', async () => {
      expect(await tier.get(someKey())).toBeUndefined();
    });

    it.each(CONTENTS)('gives back %s as it was put', async (_, content) => {
      const exchange = exchangeWith(content);
      await tier.put(exchange);
      expect(await tier.get(exchange.key)).toEqual(exchange);
    });

    it('gives what was put last', async () => {
      const first = exchangeWith(answerOf('first'));
      const second = { ...first, content: answerOf('second') };
      await tier.put(first);
      await tier.put(second);
      expect(await tier.get(first.key)).toEqual(second);
    });

    it('keeps a stale one until its time to be kept is over', async () => {
      const stale = exchangeWith(answerOf('stale'), { freshUntil: Date.now() - 1000 });
      await tier.put(stale);
      expect(await tier.get(stale.key)).toEqual(stale);
    });

    it('does not keep what is past its time already', async () => {
      const past = exchangeWith(answerOf('past'), { freshUntil: Date.now() - 2000, keepUntil: Date.now() - 1000 });
      await tier.put(past);
      expect(await tier.get(past.key)).toBeUndefined();
    });

    it('deletes, and does not mind deleting what is not there', async () => {
      const exchange = exchangeWith(answerOf('gone soon'));
      await tier.put(exchange);
      await tier.delete(exchange.key);
      await tier.delete(exchange.key);
      expect(await tier.get(exchange.key)).toBeUndefined();
    });

    it('forgets one when its time to be kept is over', async () => {
      const exchange = exchangeWith(answerOf('brief'));
      await tier.put(exchange);
      later = exchange.keepUntil - Date.now() - 10_000;
      expect(await tier.get(exchange.key)).toEqual(exchange);
      later += 10_001;
      expect(await tier.get(exchange.key)).toBeUndefined();
    });

    it('keeps apart many that are written at once', async () => {
      const exchanges = Array.from({ length: 20 }, (_, at) => exchangeWith(answerOf(`answer ${at}`)));
      await Promise.all(exchanges.map((exchange) => tier.put(exchange)));
      expect(await Promise.all(exchanges.map(({ key }) => tier.get(key)))).toEqual(exchanges);
    });

    const shared = plant !== undefined;
    it(shared ? 'shares its entries with others of its kind' : 'keeps its entries to itself', async () => {
      const exchange = exchangeWith(answerOf('shared?'));
      await tier.put(exchange);
      expect(await create(Date.now).get(exchange.key)).toEqual(shared ? exchange : undefined);
    });

    if (plant === undefined) return;

    it('has nothing of an entry that is damaged, cut off, empty or of another version', async () => {
      const exchange = exchangeWith(answerOf('whole '.repeat(300)));
      const bytes = await encodeExchange(exchange);
      await plant(exchange.key, bytes);
      expect(await tier.get(exchange.key)).toEqual(exchange);
      const damaged = [
        bytes.with(bytes.length >> 1, (bytes[bytes.length >> 1] ?? 0) ^ 1),
        bytes.subarray(0, -1),
        new Uint8Array(0),
        bytes.with(0, 99),
      ];
      for (const each of damaged) {
        await plant(exchange.key, each);
        expect(await tier.get(exchange.key)).toBeUndefined();
      }
    });

    it('has nothing of an entry that belongs under another key', async () => {
      const key = someKey();
      await plant(key, await encodeExchange(exchangeWith(answerOf('of somebody else'))));
      expect(await tier.get(key)).toBeUndefined();
    });
  });
}
