/** OpenAI's chat and completions held to what a real Ollama sent on them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decoder, Dialect, View } from '../../src/dialects/dialect.ts';
import { parseBody } from '../../src/dialects/fold.ts';
import { openaiChat } from '../../src/dialects/openai-chat.ts';
import { openaiCompletions } from '../../src/dialects/openai-completions.ts';
import { collectAnswer } from '../../src/exchange/collect.ts';
import { faultOfStatus } from '../../src/exchange/fault.ts';
import { answer } from './arbitrary.ts';
import { cut } from './cut.ts';

interface Golden {
  readonly request: { readonly method: string; readonly body?: object; readonly text?: string };
  readonly response: {
    readonly status: number;
    readonly body?: string;
    readonly events?: readonly string[];
  };
}

const root = join(import.meta.dirname, '../golden/ollama');

function goldens(folder: string): [string, Golden][] {
  return readdirSync(join(root, folder))
    .filter((file) => file.endsWith('.json'))
    .map((file) => [file.replace('.json', ''), JSON.parse(readFileSync(join(root, folder, file), 'utf8')) as Golden]);
}

function bodyOf({ response }: Golden): string {
  const events = (response.events ?? []).map((event) => (typeof event === 'string' ? event : JSON.stringify(event)));
  return response.body ?? events.map((event) => `${event}\n\n`).join('');
}

function readingOf(dialect: Dialect, { request }: Golden) {
  const parsed = parseBody(request.text ?? JSON.stringify(request.body));
  return parsed.kind === 'fault' ? parsed : dialect.read(parsed.body);
}

function collect(decoder: Decoder, pieces: readonly string[]) {
  const collector = collectAnswer(() => 0);
  for (const piece of pieces) for (const delta of decoder.push(piece)) collector.add(delta);
  for (const delta of decoder.end()) collector.add(delta);
  return collector.finish();
}

/** Bodies that the edge turns away before the origin sees them, or that Ollama only reads in another encoding. */
const NOT_READ = /^(error-(broken-json|empty-body|gzip-body)|zstd-body)$/;

describe.each([
  ['v1-chat', openaiChat],
  ['v1-completions', openaiCompletions],
] as const)('%s', (folder, dialect) => {
  const all = goldens(folder);

  it.each(all.filter(([, { response }]) => response.status !== 200 && response.body))('%s', (name, golden) => {
    const recorded = JSON.parse(bodyOf(golden)) as { error: { message: string; type: string } | string };
    if (typeof recorded.error === 'string') return expect(name).toBe('error-cloud-model');
    const written = JSON.parse(dialect.errorBody(faultOfStatus(golden.response.status, recorded.error.message)));
    expect(written).toEqual(recorded);
    if (NOT_READ.test(name)) return;
    const reading = readingOf(dialect, golden);
    if (reading.kind === 'fault') expect(reading.fault.status).toBe(golden.response.status);
  });

  const answered = all.filter(([name, { response }]) => response.status === 200 && !NOT_READ.test(name));

  it('refuses nothing that Ollama answers', () => {
    expect(answered.filter(([, golden]) => readingOf(dialect, golden).kind === 'fault').map(([name]) => name)).toEqual(
      [],
    );
  });

  it.each(answered)('%s', (name, golden) => {
    const streaming = golden.response.events !== undefined;
    const landed = collect(dialect.decoder(streaming), [bodyOf(golden)]);
    if (/^(repeat-trap|error-mid)/.test(name)) return expect(landed.kind).not.toBe('complete');
    const reading = readingOf(dialect, golden);
    if (name.startsWith('empty-prompt')) return expect(reading.kind).toBe('control');
    if (reading.kind === 'opaque') return expect(reading.stream).toBe(streaming);
    if (reading.kind !== 'prompt' || landed.kind !== 'complete') throw new Error(JSON.stringify([reading, landed]));
    const { view } = reading;
    expect(view.stream).toBe(streaming);
    if (streaming) {
      const replayed = collect(dialect.decoder(true), [
        dialect.renderStream(landed.answer, { ...view, includeUsage: true }),
      ]);
      const { usage: _, ...kept } = landed.answer;
      expect(replayed).toMatchObject({ kind: 'complete', answer: { ...kept, timing: expect.anything() } });
      return;
    }
    const [ours, theirs] = [dialect.renderJson(landed.answer, view), bodyOf(golden)].map((text) => JSON.parse(text));
    const { id, created, ...rest } = ours;
    expect(typeof id).toBe('string');
    expect(Number.isInteger(created)).toBe(true);
    expect(rest).toEqual({ ...theirs, id: undefined, created: undefined });
    expect(Object.keys(ours)).toEqual(Object.keys(theirs));
  });
});

const view: View = { stream: true, model: 'm', includeUsage: true, request: {} };

describe.each([openaiChat, openaiCompletions])('$name', (dialect) => {
  it('decodes a stream the same wherever it is cut', () => {
    fc.assert(
      fc.property(answer, fc.array(fc.nat(), { maxLength: 8 }), (given, places) => {
        const stream = dialect.renderStream(given, view);
        expect(collect(dialect.decoder(true), cut(stream, places))).toEqual(collect(dialect.decoder(true), [stream]));
      }),
    );
  });

  it('takes no beginning of a stream for the whole', () => {
    fc.assert(
      fc.property(answer, fc.nat(), (given, place) => {
        const stream = dialect.renderStream(given, view);
        const beginning = stream.slice(0, place % (stream.length - 1));
        expect(collect(dialect.decoder(true), [beginning]).kind).not.toBe('complete');
      }),
    );
  });

  it('relays a stream without the usage that the client did not ask for', () => {
    fc.assert(
      fc.property(answer, fc.array(fc.nat(), { maxLength: 5 }), (given, places) => {
        const relay = dialect.relay({ ...view, includeUsage: false });
        const relayed = cut(dialect.renderStream(given, view), places)
          .map((piece) => relay?.push(piece))
          .join('');
        const plain = dialect.renderStream(given, { ...view, includeUsage: false });
        const shape = (stream: string) => stream.replaceAll(/"id":"[^"]*"/g, '');
        expect(shape(relayed)).toBe(shape(plain));
      }),
    );
  });
});
