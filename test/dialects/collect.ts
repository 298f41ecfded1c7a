/** What a decoder makes of a body, as the edge collects it. */
import type { Decoder } from '../../src/dialects/dialect.ts';
import { eventSplitter } from '../../src/dialects/framing/sse.ts';
import { collectAnswer } from '../../src/exchange/collect.ts';

export function collect(decoder: Decoder, pieces: readonly string[]) {
  const collector = collectAnswer(() => 0);
  for (const piece of pieces) for (const delta of decoder.push(piece)) collector.add(delta);
  for (const delta of decoder.end()) collector.add(delta);
  return collector.finish();
}

/** A stream's events, their data parsed where it is JSON. */
export function eventsIn(stream: string): readonly { readonly event: string; readonly data: unknown }[] {
  return eventSplitter()
    .push(stream)
    .map(({ event, data }) => ({ event, data: data === '[DONE]' ? data : (JSON.parse(data) as unknown) }));
}
