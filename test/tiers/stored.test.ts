import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../src/tiers/checksum.ts';
import { decodeExchange, decodeKept, encodeExchange } from '../../src/tiers/stored.ts';
import { answerOf, exchangeWith, someKey } from './suite.ts';

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

  const wholes = async () =>
    Promise.all(
      [
        exchangeWith(answerOf('few')),
        exchangeWith(answerOf('some words. '.repeat(300))),
        exchangeWith({ kind: 'vector', vector: Float32Array.from({ length: 64 }, Math.random), promptTokens: 1 }),
      ].map(encodeExchange),
    );

  it('cut anywhere, or longer than it was, is nothing', async () => {
    for (const whole of await wholes()) {
      for (let end = 0; end < whole.length; end++) expect(await decodeExchange(whole.subarray(0, end))).toBeUndefined();
      expect(await decodeExchange(new Uint8Array([...whole, 0]))).toBeUndefined();
    }
  });

  it('with any bit turned is nothing', async () => {
    for (const whole of await wholes())
      for (let at = 0; at < whole.length; at++)
        expect(await decodeExchange(whole.with(at, (whole[at] ?? 0) ^ (1 << (at % 8))))).toBeUndefined();
  });

  it('of garbage is nothing, whatever it begins with', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(0, 1), async (bytes, form) => {
        expect(await decodeExchange(bytes)).toBeUndefined();
        expect(await decodeExchange(new Uint8Array([1, form, ...bytes]))).toBeUndefined();
      }),
    );
  });

  it('of garbage with the right checksum is nothing, and never an error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(0, 1), async (bytes, form) => {
        const sealed = new Uint8Array([1, form, ...bytes, 0, 0, 0, 0]);
        const end = sealed.length - 4;
        new DataView(sealed.buffer).setUint32(end, crc32(sealed.subarray(0, end)), true);
        expect(await decodeExchange(sealed)).toBeUndefined();
      }),
    );
  });

  it('is compressed where that gains something', async () => {
    const text = exchangeWith(answerOf('All work and no play. '.repeat(1000)));
    const noise = exchangeWith({
      kind: 'vector',
      vector: Float32Array.from({ length: 4096 }, () => Math.random() - 0.5),
      promptTokens: 1,
    });
    expect((await encodeExchange(text)).slice(0, 2)).toEqual(new Uint8Array([1, 1]));
    expect((await encodeExchange(text)).length).toBeLessThan(2_000);
    expect((await encodeExchange(noise)).slice(0, 2)).toEqual(new Uint8Array([1, 0]));
    expect((await encodeExchange(noise)).length).toBeLessThan(4096 * 4 + 1_000);
  });

  it('is only taken for the key that it was asked for, and in its time', async () => {
    const exchange = exchangeWith(answerOf('mine'));
    const bytes = await encodeExchange(exchange);
    expect(await decodeKept(bytes, exchange.key, exchange.keepUntil - 1)).toEqual(exchange);
    expect(await decodeKept(bytes, exchange.key, exchange.keepUntil)).toBeUndefined();
    expect(await decodeKept(bytes, someKey(), exchange.keepUntil - 1)).toBeUndefined();
  });

  it('of another version is nothing', async () => {
    const bytes = await encodeExchange(exchangeWith(answerOf('x')));
    bytes[0] = 99;
    expect(await decodeExchange(bytes)).toBeUndefined();
  });
});

it('the checksum is CRC-32, by its published check value and by zlib’s', () => {
  const of = (text: string) => crc32(new TextEncoder().encode(text));
  expect(of('123456789')).toBe(0xcbf43926);
  expect(of('')).toBe(0);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => crc32(bytes) === zlib.crc32(bytes)));
});
