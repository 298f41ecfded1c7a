import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineSplitter, writeLine } from '../../../src/dialects/framing/ndjson.ts';
import { cut } from '../cut.ts';

function lines(pieces: readonly string[]): string[] {
  const splitter = lineSplitter();
  return [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.end()];
}

describe('lineSplitter', () => {
  it.each([
    ['{"a":1}\n{"a":2}\n', ['{"a":1}', '{"a":2}']],
    ['{"a":1}\r\n\r\n\n{"a":2}', ['{"a":1}', '{"a":2}']],
    ['', []],
  ])('splits %j', (text, expected) => expect(lines([text])).toEqual(expected));

  it('gives the same lines wherever the text is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.array(fc.nat()), fc.constantFrom('\n', '\r\n'), (values, cuts, end) => {
        const text = values.map((value) => JSON.stringify(value) + end).join('');
        expect(lines(cut(text, cuts))).toEqual(values.map((value) => JSON.stringify(value)));
      }),
    );
  });

  it('reads back what writeLine writes', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.string({ unit: 'binary' }))), (values) => {
        expect(lines([values.map(writeLine).join('')]).map((line) => JSON.parse(line))).toEqual(
          JSON.parse(JSON.stringify(values)),
        );
      }),
    );
  });

  it('takes time in proportion to the text when a long line comes in many pieces', () => {
    const splitter = lineSplitter();
    const started = performance.now();
    for (let piece = 0; piece < 200_000; piece++) splitter.push('x'.repeat(16));
    expect(splitter.push('\n')[0]).toHaveLength(3_200_000);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
