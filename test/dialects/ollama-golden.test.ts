/** The native routes held to what a real Ollama sent: every recorded exchange, read, decoded and rendered again. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dialect, View } from '../../src/dialects/dialect.ts';
import type { EmbedDialect } from '../../src/dialects/embed-dialect.ts';
import { parseBody } from '../../src/dialects/fold.ts';
import { ollamaChat } from '../../src/dialects/ollama-chat.ts';
import { ollamaEmbed, ollamaEmbeddings } from '../../src/dialects/ollama-embed.ts';
import { ollamaGenerate } from '../../src/dialects/ollama-generate.ts';
import { openaiEmbeddings } from '../../src/dialects/openai-embeddings.ts';
import { collectAnswer } from '../../src/exchange/collect.ts';
import { faultOfStatus } from '../../src/exchange/fault.ts';

interface Golden {
  readonly name: string;
  readonly request: { readonly method: string; readonly body?: object; readonly text?: string };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly lines?: readonly string[];
    readonly aborted?: true;
  };
}

const root = join(import.meta.dirname, '../golden/ollama');

function goldens(folder: string): readonly Golden[] {
  const files = readdirSync(join(root, folder)).filter((file) => file.endsWith('.json'));
  return files
    .map((file) => ({
      name: file.slice(0, -'.json'.length),
      ...(JSON.parse(readFileSync(join(root, folder, file), 'utf8')) as Omit<Golden, 'name'>),
    }))
    .filter(({ request }) => request.method === 'POST');
}

const answered = ({ response }: Golden) => response.status === 200;
const textOf = ({ response }: Golden) => response.body ?? `${(response.lines ?? []).join('\n')}\n`;

function read<R>(
  dialect: { read(body: never): R },
  { request }: Golden,
): R | { kind: 'fault'; fault: { status: number; message: string } } {
  const parsed = parseBody(request.text ?? JSON.stringify(request.body));
  return parsed.kind === 'fault' ? parsed : dialect.read(parsed.body as never);
}

function collect(dialect: Dialect, text: string, streaming: boolean) {
  const collector = collectAnswer(() => 0);
  const decoder = dialect.decoder(streaming);
  for (const delta of [...decoder.push(text), ...decoder.end()]) collector.add(delta);
  return collector.finish();
}

/** A chunk's members but for the time, and their order. */
function shape(line: string) {
  const { created_at: createdAt, ...rest } = JSON.parse(line);
  expect(createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  return { rest, order: Object.keys(JSON.parse(line)) };
}

/** Said in other words here: the parser is another, and cloud models are refused before anything else is looked at. */
const OTHER_WORDS: ReadonlySet<string> = new Set([
  'error-array-body',
  'error-broken-json',
  'error-cloud-model',
  'error-local-and-cloud',
  'error-not-json',
]);

/** Has options that Ollama ignores today: the answer is kept, but apart. */
const OPAQUE = 'option-keys-case-varied';

/** Exchanges that end otherwise than with a complete answer, by the beginning of their names. */
const UNFINISHED: readonly (readonly [string, string])[] = [
  ['repeat-trap', 'truncated'],
  ['error-mid-stream', 'failed'],
];

describe.each([
  ['chat', ollamaChat],
  ['generate', ollamaGenerate],
] as const)('%s', (folder, dialect) => {
  const all = goldens(folder);

  it('was recorded', () => expect(all.filter(answered).length).toBeGreaterThan(10));

  it.each(all.map((golden) => [golden.name, golden] as const))('%s', (name, golden) => {
    const { response } = golden;
    const reading = read(dialect, golden);
    if (!answered(golden)) {
      // What is refused here is refused there, in the same shape; what only the origin can know is left to it.
      const { error } = JSON.parse(textOf(golden)) as { error: string };
      expect(typeof error).toBe('string');
      expect(JSON.parse(dialect.errorBody(faultOfStatus(response.status, error)))).toEqual({ error });
      return;
    }
    const streaming = response.lines !== undefined;
    const landed = collect(dialect, textOf(golden), streaming);
    if (landed.kind === 'uncacheable' && /^done_reason (un)?load$/.test(landed.reason)) {
      expect(reading.kind).toBe('control');
      return;
    }
    const unfinished = UNFINISHED.find(([start]) => name.startsWith(start));
    if (unfinished !== undefined) {
      expect(landed.kind).toBe(unfinished[1]);
      return;
    }
    if (name === OPAQUE) {
      expect(reading.kind).toBe('opaque');
      return;
    }
    if (reading.kind !== 'prompt') throw new Error(JSON.stringify(reading));
    if (landed.kind !== 'complete') throw new Error(JSON.stringify(landed));
    const { view, prompt } = reading;
    expect(view.stream).toBe(streaming);
    expect(dialect.suffices(landed.answer, prompt, view)).toBe(true);
    expect(landed.answer.usage.completionTokens).toBeGreaterThan(0);

    if (!streaming) {
      expect(shape(dialect.renderJson(landed.answer, view))).toEqual(shape(textOf(golden)));
      return;
    }
    const replayed = dialect.renderStream(landed.answer, view);
    expect(collect(dialect, replayed, true)).toEqual(landed);
    expect(live(dialect, textOf(golden), view)).toEqual(landed);
    const last = shape(replayed.trimEnd().split('\n').at(-1) as string);
    const recorded = shape(response.lines?.at(-1) as string);
    // The last chunk of the recording may carry text that a parser held back.
    expect(last.rest).toMatchObject({ done: true, done_reason: recorded.rest.done_reason, model: recorded.rest.model });
    const metrics = (order: readonly string[]) => order.filter((key) => key !== 'logprobs' && key !== 'tool_calls');
    expect(metrics(last.order)).toEqual(metrics(recorded.order).filter((key) => key !== 'thinking'));
  });

  it('refuses nothing that Ollama answers, and says the same where it refuses', () => {
    const refused = all.flatMap((golden) => {
      const reading = read(dialect, golden);
      return reading.kind === 'fault' ? [{ golden, fault: reading.fault }] : [];
    });
    expect(refused.length).toBeGreaterThan(3);
    for (const { golden, fault } of refused) {
      const { name, response } = golden;
      expect([name, response.status >= 400]).toEqual([name, true]);
      if (OTHER_WORDS.has(name)) continue;
      const { error } = JSON.parse(textOf(golden)) as { error: string };
      // Ollama answers 500 to some of what only the client can mend: wrong options, a wrong format.
      const status = response.status === 500 ? 400 : response.status;
      expect([name, fault.status, fault.message]).toEqual([name, status, error]);
    }
  });
});

/** The recorded stream, decoded and written live to another reader, as that reader sees it. */
function live(dialect: Dialect, text: string, view: View) {
  const decoder = dialect.decoder(true);
  const renderer = dialect.streamRenderer(view);
  const written = [...decoder.push(text), ...decoder.end()].map((delta) => renderer.write(delta)).join('');
  return collect(dialect, written, true);
}

describe.each<readonly [string, EmbedDialect]>([
  ['embed', ollamaEmbed],
  ['embeddings', ollamaEmbeddings],
  ['v1-embeddings', openaiEmbeddings],
])('%s', (folder, dialect) => {
  it.each(goldens(folder).map((golden) => [golden.name, golden] as const))('%s', (_, golden) => {
    const reading = read(dialect, golden);
    if (!answered(golden)) {
      const { error } = JSON.parse(textOf(golden));
      const message = typeof error === 'string' ? error : error.message;
      const { status } = golden.response;
      expect(JSON.parse(dialect.errorBody(faultOfStatus(status, message)))).toEqual(JSON.parse(textOf(golden)));
      if (reading.kind === 'fault') expect(reading.fault.status).toBe(status);
      return;
    }
    if (reading.kind === 'control') {
      expect(textOf(golden)).toMatch(/"embeddings?":\[\]/);
      return;
    }
    if (reading.kind !== 'embed') throw new Error(JSON.stringify(reading));
    const { inputs, order, view } = reading;
    const decoded = dialect.decode(
      textOf(golden),
      order.map((place) => inputs[place] as (typeof inputs)[number]),
    );
    if (decoded.kind !== 'vectors') throw new Error(decoded.fault.message);
    const tokens = decoded.promptTokens.reduce((left, right) => left + right, 0);
    const { total_duration: total = 0, load_duration: load = 0 } = JSON.parse(textOf(golden));
    // To the byte: each number is printed as Go prints it.
    expect(dialect.render(decoded.vectors, tokens, view, { total, load })).toBe(textOf(golden).trimEnd());
  });
});
