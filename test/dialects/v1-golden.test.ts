/** The `/v1` dialects held to what a real Ollama sent: every recorded exchange, read, decoded and rendered again. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anthropicMessages } from '../../src/dialects/anthropic-messages.ts';
import type { Dialect, Reading } from '../../src/dialects/dialect.ts';
import { parseBody } from '../../src/dialects/fold.ts';
import { openaiChat } from '../../src/dialects/openai-chat.ts';
import { openaiCompletions } from '../../src/dialects/openai-completions.ts';
import { openaiResponses } from '../../src/dialects/openai-responses.ts';
import { faultOfStatus } from '../../src/exchange/fault.ts';
import { collect, eventsIn } from './collect.ts';

interface Golden {
  readonly name: string;
  readonly request: { readonly body?: object; readonly text?: string };
  readonly response: { readonly status: number; readonly body?: string; readonly events?: readonly string[] };
}

const root = join(import.meta.dirname, '../golden/ollama');

function goldens(folder: string): readonly Golden[] {
  const files = readdirSync(join(root, folder)).filter((file) => file.endsWith('.json'));
  return files.map((file) => ({
    name: file.slice(0, -'.json'.length),
    ...(JSON.parse(readFileSync(join(root, folder, file), 'utf8')) as Omit<Golden, 'name'>),
  }));
}

function textOf({ response }: Golden): string {
  return response.body ?? (response.events ?? []).map((event) => `${event}\n\n`).join('');
}

function read(dialect: Dialect, { request }: Golden): Reading {
  const parsed = parseBody(request.text ?? JSON.stringify(request.body));
  return parsed.kind === 'fault' ? parsed : dialect.read(parsed.body);
}

/** Without what differs from one answer to the next: what is minted, and the clock. */
function unminted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unminted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) =>
      /^(id|item_id|request_id)$/.test(key) && !String(member).startsWith('call_')
        ? [key, String(member).split('_')[0]?.split('-')[0]]
        : /^(created|created_at|completed_at)$/.test(key)
          ? [key, member === null ? null : typeof member]
          : [key, unminted(member)],
    ),
  );
}

/**
 * What `/v1/responses` must differ in, since OpenAI's own client refuses it: Ollama announces no summary's part, and gives each
 * chunk's call the same place.
 */
function comparable(events: unknown): unknown {
  const announced = (events as { event: string }[]).filter(
    ({ event }) => !/^response.reasoning_summary_part/.test(event),
  );
  const places = /"(output_index|sequence_number)":\d+/g;
  return JSON.parse(JSON.stringify(announced).replaceAll(places, '"$1":0'));
}

/** Turned away before any dialect reads them, or sent in an encoding that is undone before. */
const NOT_READ = /^(error-(broken-json|empty-body|gzip-body)|zstd-body)$/;
/** Known to the origin only: which models there are, and what they can do. */
const ORIGINS =
  /^error-(bad-name|embedding-model|image-kind|reasoning-unsupported|schema-stream|suffix|tools-unsupported|unknown-model(-stream)?|mid-answer|image-url)$/;
/** Said in other words here: Go's own for a wrong type, and cloud models are refused before anything else is looked at. */
const OTHER_WORDS = /^error-(.*-type|arguments|cloud-model|no-model|prompt-array|top-logprobs|logprobs)$/;

describe.each([
  ['v1-chat', openaiChat],
  ['v1-completions', openaiCompletions],
  ['v1-responses', openaiResponses],
  ['v1-messages', anthropicMessages],
] as const)('%s', (folder, dialect) => {
  const all = goldens(folder);
  const named = (chosen: readonly Golden[]) => chosen.map((golden) => [golden.name, golden] as const);
  const refused = all.filter(({ response }) => response.status !== 200);
  const answered = all.filter(({ name, response }) => response.status === 200 && !NOT_READ.test(name));

  it('was recorded', () => expect([answered.length > 8, refused.length > 4]).toEqual([true, true]));

  it.each(named(refused))('%s', (name, golden) => {
    const { status } = golden.response;
    const recorded = JSON.parse(textOf(golden)) as { error: { message: string } | string };
    // Ollama writes this one in its own API's shape.
    if (typeof recorded.error === 'string') expect(name).toBe('error-cloud-model');
    else {
      const written = JSON.parse(dialect.errorBody(faultOfStatus(status, recorded.error.message)));
      expect(unminted(written)).toEqual(unminted(recorded));
    }
    if (NOT_READ.test(name)) return;
    const reading = read(dialect, golden);
    if (reading.kind !== 'fault') return expect(name).toMatch(ORIGINS);
    expect(reading.fault.status).toBe(status);
    if (!OTHER_WORDS.test(name) && typeof recorded.error !== 'string')
      expect(reading.fault.message).toBe(recorded.error.message);
  });

  it('refuses nothing that Ollama answers', () => {
    const faults = answered.filter((golden) => read(dialect, golden).kind === 'fault');
    expect(faults.map(({ name }) => name)).toEqual([]);
  });

  it.each(named(answered))('%s', (name, golden) => {
    const streaming = golden.response.events !== undefined;
    const landed = collect(dialect.decoder(streaming), [textOf(golden)]);
    if (/^(repeat-trap|error-mid)/.test(name)) return expect(landed.kind).not.toBe('complete');
    const reading = read(dialect, golden);
    if (/^(empty-prompt|empty-input|nothing-said)/.test(name)) {
      expect(landed.kind).not.toBe('complete');
      return expect(reading.kind).toBe('control');
    }
    if (reading.kind === 'opaque') {
      expect(folder).toBe('v1-completions');
      return expect(name).toBe('logprobs');
    }
    if (reading.kind !== 'prompt' || landed.kind !== 'complete') throw new Error(JSON.stringify([reading, landed]));
    const { view, prompt } = reading;
    expect(view.stream).toBe(streaming);
    expect(dialect.suffices(landed.answer, prompt, view)).toBe(true);

    if (streaming) {
      const replayed = collect(dialect.decoder(true), [
        dialect.renderStream(landed.answer, { ...view, includeUsage: true }),
      ]);
      const { usage: _, ...kept } = landed.answer;
      expect(replayed).toMatchObject({ kind: 'complete', answer: { ...kept, timing: expect.anything() } });
      return;
    }
    expect(landed.answer.usage.promptTokens).toBeGreaterThan(0);
    const [ours, theirs] = [dialect.renderJson(landed.answer, view), textOf(golden)].map((text) => JSON.parse(text));
    expect(unminted(ours)).toEqual(unminted(theirs));
    expect(Object.keys(ours)).toEqual(Object.keys(theirs));
  });

  if (dialect === openaiChat || dialect === openaiCompletions) return;

  const streamed = answered.filter(
    ({ name, response }) => response.events && !/^(nothing|empty|error|repeat)/.test(name),
  );
  it.each(named(streamed))('%s, event for event', (name, golden) => {
    const reading = read(dialect, golden);
    if (reading.kind !== 'prompt') throw new Error(JSON.stringify(reading));
    const { write } = dialect.streamRenderer(reading.view);
    const written = dialect.decoder(true).push(textOf(golden)).map(write).join('');
    const [ours, theirs] = [written, textOf(golden)].map((stream) => unminted(eventsIn(stream)));
    if (folder === 'v1-messages') expect(ours).toEqual(theirs);
    else expect(comparable(ours)).toEqual(comparable(theirs));
    if (name === 'tools-two-stream' && folder === 'v1-responses')
      expect(JSON.stringify(ours)).toContain('"output_index":1');
  });
});
