import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { View } from '../../src/dialects/dialect.ts';
import { parseBody } from '../../src/dialects/fold.ts';
import { ollamaGenerate } from '../../src/dialects/ollama-generate.ts';
import type { Answer, Delta } from '../../src/exchange/answer.ts';
import { collectAnswer } from '../../src/exchange/collect.ts';
import type { JsonObject } from '../../src/exchange/json.ts';
import { answer, nativeFields, someWords, words } from './arbitrary.ts';
import { cut } from './cut.ts';

const hello = { model: 'llama3.2', prompt: 'hi' };
const view: View = { stream: true, model: 'Llama3.2', includeUsage: true, request: {} };

function read(body: JsonObject | string) {
  const parsed = parseBody(typeof body === 'string' ? body : JSON.stringify(body));
  return parsed.kind === 'fault' ? parsed : ollamaGenerate.read(parsed.body);
}

function promptOf(body: JsonObject | string) {
  const reading = read(body);
  if (reading.kind !== 'prompt') throw new Error(JSON.stringify(reading));
  return reading.prompt;
}

function decode(pieces: readonly string[], streaming = true): Delta[] {
  const decoder = ollamaGenerate.decoder(streaming);
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.end()];
}

function collected(deltas: readonly Delta[], now: number) {
  const collector = collectAnswer(() => now);
  for (const delta of deltas) collector.add(delta);
  return collector.finish();
}

describe('reading /api/generate', () => {
  it('reads a whole request', () => {
    const body = {
      model: 'CodeLlama:7b',
      prompt: 'def f(',
      suffix: 'return x',
      system: 'be brief',
      template: '{{ .Prompt }}',
      context: [1, 2, 3],
      images: ['aGVs\nbG8='],
      stream: false,
      keep_alive: 300,
      options: { num_predict: 5.9, use_mmap: true },
      think: false,
    };
    expect(read(body)).toEqual({
      kind: 'prompt',
      prompt: {
        kind: 'text',
        model: 'codellama:7b',
        prompt: 'def f(',
        suffix: 'return x',
        system: 'be brief',
        template: '{{ .Prompt }}',
        context: [1, 2, 3],
        images: ['aGVsbG8='],
        options: { num_predict: 5 },
        think: false,
      },
      view: { stream: false, model: 'CodeLlama:7b', includeUsage: true, request: body },
      forward: {
        model: 'CodeLlama:7b',
        stream: true,
        think: false,
        options: { num_predict: 5 },
        prompt: 'def f(',
        suffix: 'return x',
        system: 'be brief',
        template: '{{ .Prompt }}',
        context: [1, 2, 3],
        images: ['aGVsbG8='],
      },
    });
  });

  it.each([
    ['defaults', { raw: false, suffix: '', system: '', template: '', images: [], stream: false }],
    ['nulls', { raw: null, suffix: null, system: null, template: null, images: null, context: null }],
    ['another case', { PROMPT: 'hi' }],
  ])('reads %s as the same prompt', (_, more) => {
    expect(promptOf({ ...hello, ...more } as JsonObject)).toEqual(promptOf(hello));
  });

  it.each([
    ['raw', { raw: true }],
    ['a suffix', { suffix: 'x' }],
    ['a system message', { system: 'x' }],
    ['a template', { template: 'x' }],
    ['a context', { context: [1] }],
    ['an empty context, which leaves out the model’s own messages', { context: [] }],
    ['images', { images: ['aGk='] }],
    ['format', { format: 'json' }],
  ])('reads %s as another prompt', (_, more) => {
    expect(promptOf({ ...hello, ...more } as JsonObject)).not.toEqual(promptOf(hello));
  });

  it.each([
    ['an unknown field', { ...hello, width: 512 }, 'width'],
    ['an unknown option', { ...hello, options: { xtc: 1 } }, 'options.xtc'],
  ])('reads %s as opaque', (_, body, why) => {
    const reading = read({ ...body, stream: false, Keep_Alive: 1 } as JsonObject);
    const { stream: _stream, ...rest } = { ...body, stream: false };
    expect(reading).toEqual({
      kind: 'opaque',
      model: 'llama3.2:latest',
      stream: false,
      forward: { ...rest, stream: false },
      why,
    });
  });

  it.each([
    ['no prompt', { model: 'm', keep_alive: -1 }, { prompt: '', keep_alive: -1 }],
    ['an empty prompt', { model: 'm', prompt: '', keep_alive: 0 }, { prompt: '', keep_alive: 0 }],
    ['an empty prompt and a system message', { model: 'm', system: 's' }, { prompt: '', system: 's' }],
  ])('reads %s as loading or unloading', (_, body, forward) => {
    expect(read(body)).toEqual({
      kind: 'control',
      model: 'm:latest',
      forward: { model: 'm', stream: true, ...forward },
    });
  });

  it.each([
    [{ prompt: 'x' }, 404, "model '' not found"],
    [
      { ...hello, prompt: ['hi'] },
      400,
      'json: cannot unmarshal array into Go struct field GenerateRequest.prompt of type string',
    ],
    [
      { ...hello, context: ['a'] },
      400,
      'json: cannot unmarshal string into Go struct field GenerateRequest.context of type int',
    ],
    [
      { ...hello, context: [1.5] },
      400,
      'json: cannot unmarshal number 1.5 into Go struct field GenerateRequest.context of type int',
    ],
    [{ ...hello, raw: true, system: 'x' }, 400, 'raw mode does not support template, system, or context'],
    [{ ...hello, raw: true, template: 'x' }, 400, 'raw mode does not support template, system, or context'],
    [{ ...hello, raw: true, context: [1] }, 400, 'raw mode does not support template, system, or context'],
    [{ ...hello, model: 'x:cloud' }, 403, 'cloud models are not served here: x:cloud'],
    [{ ...hello, _debug_render_only: true }, 403, '_debug_render_only is not served here'],
  ])('refuses %j', (body, status, message) => {
    expect(read(body as JsonObject)).toMatchObject({ kind: 'fault', fault: { status, message } });
  });

  it('forwards what reads as an equal prompt and streams', () => {
    const body = fc.record(
      {
        ...nativeFields,
        prompt: someWords,
        suffix: words,
        raw: fc.constantFrom(true, false),
        images: fc.array(fc.base64String({ maxLength: 8 }), { maxLength: 2 }),
        context: fc.constantFrom<readonly number[] | null>([], null),
      },
      { requiredKeys: ['model', 'prompt'] },
    );
    fc.assert(
      fc.property(body, (given) => {
        const first = read(given as unknown as JsonObject);
        if (first.kind !== 'prompt') throw new Error(JSON.stringify(first));
        expect(first.forward.stream).toBe(true);
        const again = read(first.forward);
        if (again.kind !== 'prompt') throw new Error(JSON.stringify(again));
        expect(again.prompt).toEqual(first.prompt);
        expect(JSON.stringify(again.forward)).toBe(JSON.stringify(first.forward));
      }),
    );
  });
});

describe('decoding /api/generate', () => {
  const stream = [
    '{"model":"q","created_at":"2026-08-01T10:00:00Z","response":"H","done":false}',
    '{"model":"q","created_at":"2026-08-01T10:00:00Z","response":"i","thinking":"hm","done":false,"logprobs":[{"token":"i","logprob":-1}]}',
    '{"model":"q","created_at":"2026-08-01T10:00:01Z","response":"","done":true,"done_reason":"stop","context":[1,2,3],"total_duration":4,"load_duration":1,"prompt_eval_count":2,"prompt_eval_duration":1,"eval_count":2,"eval_duration":1,"tool_calls":[{"function":{"index":0,"name":"f","arguments":{}}}]}',
    '',
  ].join('\n');
  const deltas: Delta[] = [
    { kind: 'content', text: 'H' },
    { kind: 'thinking', text: 'hm', logprobs: [{ token: 'i', logprob: -1 }] },
    { kind: 'content', text: 'i' },
    { kind: 'tool_call', call: { id: '', name: 'f', arguments: {} } },
    {
      kind: 'done',
      reason: 'stop',
      usage: { promptTokens: 2, completionTokens: 2 },
      timing: { total: 4, load: 1, promptEval: 1, eval: 1 },
      context: [1, 2, 3],
    },
  ];

  it('reads the same deltas wherever the stream is cut', () => {
    expect(decode([stream])).toEqual(deltas);
    fc.assert(
      fc.property(fc.array(fc.nat()), (places) => {
        expect(decode(cut(stream, places))).toEqual(deltas);
      }),
    );
  });

  it('does not keep the answer to a load', () => {
    const load = '{"model":"q","created_at":"2026-08-01T10:00:00Z","response":"","done":true,"done_reason":"load"}';
    expect(collected(decode([load], false), 0)).toMatchObject({ kind: 'uncacheable', reason: 'done_reason load' });
  });

  it('does not pass an image for an empty answer', () => {
    const image = '{"model":"q","response":"","done":true,"done_reason":"stop","image":"aGk="}\n';
    expect(collected(decode([image]), 0)).toMatchObject({ kind: 'failed', fault: { status: 501 } });
  });
});

describe('rendering /api/generate', () => {
  const stored: Answer = {
    content: 'Hi',
    thinking: '',
    toolCalls: [],
    context: [1, 2],
    doneReason: 'stop',
    usage: { promptTokens: 7, completionTokens: 3 },
    timing: { total: 40, load: 10, promptEval: 12, eval: 18 },
    createdAt: Date.UTC(2026, 7, 1, 10),
  };
  const head = '{"model":"Llama3.2","created_at":"2026-08-01T10:00:00.000Z","response":';
  const end =
    '"done":true,"done_reason":"stop","context":[1,2],"total_duration":40,"load_duration":10,"prompt_eval_count":7,"prompt_eval_duration":12,"eval_count":3,"eval_duration":18}';

  it('writes one document, members in Ollama’s order', () => {
    expect(ollamaGenerate.renderJson(stored, view)).toBe(`${head}"Hi",${end}`);
    const more = { ...stored, thinking: 'hm', logprobs: [{ token: 'Hi', logprob: 0 }] };
    expect(ollamaGenerate.renderJson(more, view)).toBe(
      `${head}"Hi","thinking":"hm",${end.slice(0, -1)},"logprobs":[{"token":"Hi","logprob":0}]}`,
    );
  });

  it('writes a stream of a few lines', () => {
    expect(ollamaGenerate.renderStream(stored, view)).toBe(`${head}"Hi","done":false}\n${head}"",${end}\n`);
  });

  it('is decoded as the same answer, as a stream and as a document', () => {
    fc.assert(
      fc.property(answer, (given) => {
        for (const [text, streaming] of [
          [ollamaGenerate.renderStream(given, view), true],
          [ollamaGenerate.renderJson(given, view), false],
        ] as const)
          expect(collected(decode([text], streaming), given.createdAt)).toEqual({
            kind: 'complete',
            answer: { ...given, context: given.context ?? [] },
          });
      }),
    );
  });

  it('is content only with what this route shows', () => {
    const { context: _, ...without } = stored;
    const plain = promptOf(hello);
    expect(ollamaGenerate.suffices(stored, plain, view)).toBe(true);
    expect(ollamaGenerate.suffices(without, plain, view)).toBe(false);
    expect(ollamaGenerate.suffices(without, promptOf({ ...hello, raw: true }), view)).toBe(true);
    expect(ollamaGenerate.suffices(stored, promptOf({ ...hello, logprobs: true }), view)).toBe(false);
  });

  it('is content with an answer through this route whose origin gives no context', () => {
    const deltas = decode(['{"response":"Hi","done":true,"done_reason":"stop"}\n']);
    const landed = collected(deltas, 0);
    if (landed.kind !== 'complete') throw new Error(landed.kind);
    expect(ollamaGenerate.suffices(landed.answer, promptOf(hello), view)).toBe(true);
    expect(ollamaGenerate.renderJson(landed.answer, view)).not.toContain('context');
  });
});
