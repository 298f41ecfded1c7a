import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventSplitter, type SseEvent, writeEvent } from '../../../src/dialects/framing/sse.ts';
import { cut } from '../cut.ts';

function events(pieces: readonly string[]): SseEvent[] {
  const splitter = eventSplitter();
  return pieces.flatMap((piece) => splitter.push(piece));
}

const message = (data: string): SseEvent => ({ event: '', data });

describe('eventSplitter', () => {
  it.each([
    ['one event', 'data: a\n\n', [message('a')]],
    ['no space after the colon', 'data:a\n\n', [message('a')]],
    ['only the first space is dropped', 'data:  a\n\n', [message(' a')]],
    ['several data lines', 'data: a\ndata: b\ndata:\n\n', [message('a\nb\n')]],
    ['a field without a colon', 'data\n\n', [message('')]],
    ['an event name', 'event: ping\ndata: {}\n\n', [{ event: 'ping', data: '{}' }]],
    [
      'a name that does not outlive its event',
      'event: a\ndata: 1\n\ndata: 2\n\n',
      [{ event: 'a', data: '1' }, message('2')],
    ],
    ['an event without data', 'event: a\n\ndata: 1\n\n', [message('1')]],
    ['comments and unknown fields', ': beat\nid: 7\nretry: 1\nwhat: no\ndata: a\n\n', [message('a')]],
    ['CR LF', 'data: a\r\ndata: b\r\n\r\n', [message('a\nb')]],
    ['CR alone', 'data: a\r\rdata: b\r\r', [message('a'), message('b')]],
    ['a byte order mark', '\ufeffdata: a\n\n', [message('a')]],
    ['an event that was cut off', 'data: a\n\ndata: b\n', [message('a')]],
  ])('reads %s', (_, text, expected) => expect(events([text])).toEqual(expected));

  it('gives the same events wherever the text is cut', () => {
    const line = fc.oneof(
      fc.constantFrom('data: a', 'data:', 'data: {"x":"é"}', ': c', 'event: e', '', ''),
      fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n]/.test(text)),
    );
    const ended = fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')).map(([text, end]) => text + end);
    fc.assert(
      fc.property(fc.array(ended), fc.array(fc.nat()), (parts, cuts) => {
        const text = parts.join('');
        expect(events(cut(text, cuts))).toEqual(events([text]));
        expect(events([...text])).toEqual(events([text]));
      }),
      { numRuns: 300 },
    );
  });

  it('reads back what writeEvent writes', () => {
    const name = fc.constantFrom('', 'message_start', 'response.completed');
    const data = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\r', ''));
    fc.assert(
      fc.property(fc.array(fc.tuple(data, name)), (written) => {
        const text = written.map(([body, event]) => writeEvent(body, event)).join('');
        expect(events([text])).toEqual(written.map(([body, event]) => ({ event, data: body })));
      }),
    );
  });
});
