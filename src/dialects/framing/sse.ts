/**
 * Server-sent events as the WHATWG HTML standard defines their stream (section 9.2.6, "Interpreting an event stream").
 * Reconnection (`id`, `retry`) has no meaning for a generation and is skipped.
 */

export interface SseEvent {
  /** The `event` field; empty where there was none. */
  readonly event: string;
  /** The `data` lines, joined by line feeds. */
  readonly data: string;
}

export interface EventSplitter {
  /** The events that this piece completes. An event is complete at its blank line, and never before. */
  push(text: string): readonly SseEvent[];
}

export function eventSplitter(): EventSplitter {
  let rest = '';
  let event = '';
  let data: string | undefined;
  let first = true;
  let afterCr = false;

  const field = (line: string): void => {
    const colon = line.indexOf(':');
    if (colon === 0) return; // a comment: the heartbeat of proxies
    const name = colon < 0 ? line : line.slice(0, colon);
    const from = line[colon + 1] === ' ' ? colon + 2 : colon + 1;
    const value = colon < 0 ? '' : line.slice(from);
    if (name === 'data') data = data === undefined ? value : `${data}\n${value}`;
    else if (name === 'event') event = value;
  };

  return {
    push(piece) {
      if (piece === '') return [];
      let text = piece;
      if (first && text.startsWith('\ufeff')) text = text.slice(1);
      first = false;
      // A CR LF that was cut in two is one line end.
      if (afterCr && text.startsWith('\n')) text = text.slice(1);
      afterCr = piece.endsWith('\r');
      if (text.includes('\r')) text = text.replace(/\r\n?/g, '\n');

      const events: SseEvent[] = [];
      let start = 0;
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
        const line = rest + text.slice(start, end);
        rest = '';
        start = end + 1;
        if (line !== '') {
          field(line);
          continue;
        }
        if (data !== undefined) events.push({ event, data });
        event = '';
        data = undefined;
      }
      rest += text.slice(start);
      return events;
    },
  };
}

/** One event as text; `event` may be left out. Line ends within `data` become further `data` lines. */
export function writeEvent(data: string, event = ''): string {
  const name = event === '' ? '' : `event: ${event}\n`;
  const lines = /[\r\n]/.test(data) ? data.split(/\r\n|\r|\n/).join('\ndata: ') : data;
  return `${name}data: ${lines}\n\n`;
}
