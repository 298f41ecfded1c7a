import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeExchange, encodeExchange } from '../../src/tiers/stored.ts';
import { answerOf, exchangeWith } from './suite.ts';

describe('the stored form', () => {
  it('reads back as it was, whatever the text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 3000 }), fc.string(), async (content, question) => {
        const exchange = exchangeWith(answerOf(content), { question });
        expect(await decodeExchange(await encodeExchange(exchange))).toEqual(exchange);
      }),
    );
  });

  it('keeps every bit of a vector', async () => {
    await fc.assert(
      fc.asyncProperty(fc.float32Array({ maxLength: 800 }), async (vector) => {
        const exchange = exchangeWith({ kind: 'vector', vector, promptTokens: 1 });
        const read = await decodeExchange(await encodeExchange(exchange));
        if (read?.content.kind !== 'vector') throw new Error('no vector came back');
        expect(new Uint8Array(read.content.vector.buffer)).toEqual(new Uint8Array(vector.slice().buffer));
      }),
    );
  });

  it('cut anywhere is nothing, and never an error', async () => {
    const bytes = await encodeExchange(exchangeWith(answerOf('some words. '.repeat(300))));
    const small = await encodeExchange(exchangeWith(answerOf('few')));
    for (const whole of [bytes, small])
      for (let end = 0; end < whole.length; end++) expect(await decodeExchange(whole.subarray(0, end))).toBeUndefined();
  });

  it('of garbage is nothing, or what an exchange needs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const read = await decodeExchange(bytes);
        if (read !== undefined) expect(typeof read.key).toBe('string');
      }),
    );
  });

  it('of another version is nothing', async () => {
    const bytes = await encodeExchange(exchangeWith(answerOf('x')));
    bytes[0] = 99;
    expect(await decodeExchange(bytes)).toBeUndefined();
  });
});
