import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { View } from '../../src/dialects/dialect.ts';
import { parseBody } from '../../src/dialects/fold.ts';
import { ollamaChat } from '../../src/dialects/ollama-chat.ts';
import type { Answer, Delta } from '../../src/exchange/answer.ts';
import { collectAnswer } from '../../src/exchange/collect.ts';
import { fault } from '../../src/exchange/fault.ts';
import type { JsonObject } from '../../src/exchange/json.ts';
import { answer, jsonObject, nativeFields, toolCall, words } from './arbitrary.ts';
import { cut } from './cut.ts';

const hello = { model: 'llama3.2', messages: [{ role: 'user', content: 'hi' }] };
const view: View = { stream: true, model: 'Llama3.2', includeUsage: true, request: {} };

function read(body: JsonObject | string) {
  const parsed = parseBody(typeof body === 'string' ? body : JSON.stringify(body));
  return parsed.kind === 'fault' ? parsed : ollamaChat.read(parsed.body);
}

function promptOf(body: JsonObject | string) {
  const reading = read(body);
  if (reading.kind !== 'prompt') throw new Error(JSON.stringify(reading));
  return reading.prompt;
}

function decode(pieces: readonly string[], streaming = true): Delta[] {
  const decoder = ollamaChat.decoder(streaming);
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.end()];
}

function collected(deltas: readonly Delta[], now: number) {
  const collector = collectAnswer(() => now);
  for (const delta of deltas) collector.add(delta);
  return collector.finish();
}

/** What of an answer this route shows. */
const shown = ({ context: _, ...rest }: Answer) => rest;

describe('reading /api/chat', () => {
  it('reads a whole request', () => {
    const body = {
      model: 'Llama3.2',
      messages: [
        { role: 'System', content: 'be brief' },
        { role: 'user', content: 'what is this?', images: ['aGVs\r\nbG8='] },
        {
          role: 'assistant',
          content: '',
          thinking: 'hm',
          tool_calls: [
            { id: 'call_1', type: 'function', function: { index: 0, name: 'look', arguments: { b: 1, a: 2 } } },
          ],
        },
        { role: 'tool', content: 'a llama', tool_name: 'look', tool_call_id: 'call_1' },
      ],
      tools: [{ type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } }],
      stream: false,
      format: { type: 'object', properties: { z: {}, a: {} } },
      keep_alive: '10m',
      options: { temperature: 0, num_gpu: 1 },
      think: 'low',
      truncate: false,
      shift: false,
      logprobs: true,
      top_logprobs: 3,
    };
    const reading = read(body);
    expect(reading).toEqual({
      kind: 'prompt',
      prompt: {
        kind: 'chat',
        model: 'llama3.2:latest',
        messages: [
          { role: 'system', content: 'be brief' },
          { role: 'user', content: 'what is this?', images: ['aGVsbG8='] },
          {
            role: 'assistant',
            content: '',
            thinking: 'hm',
            toolCalls: [{ id: 'call_1', name: 'look', arguments: { b: 1, a: 2 } }],
          },
          { role: 'tool', content: 'a llama', toolName: 'look', toolCallId: 'call_1' },
        ],
        tools: body.tools,
        format: body.format,
        options: { temperature: 0 },
        think: 'low',
        truncate: false,
        shift: false,
        logprobs: true,
        topLogprobs: 3,
      },
      view: { stream: false, model: 'Llama3.2', includeUsage: true, request: body },
      forward: {
        model: 'Llama3.2',
        stream: true,
        format: body.format,
        think: 'low',
        truncate: false,
        shift: false,
        logprobs: true,
        top_logprobs: 3,
        options: { temperature: 0 },
        messages: [
          { role: 'system', content: 'be brief' },
          { role: 'user', content: 'what is this?', images: ['aGVsbG8='] },
          {
            role: 'assistant',
            content: '',
            thinking: 'hm',
            tool_calls: [{ id: 'call_1', function: { index: 0, name: 'look', arguments: { b: 1, a: 2 } } }],
          },
          { role: 'tool', content: 'a llama', tool_name: 'look', tool_call_id: 'call_1' },
        ],
        tools: body.tools,
      },
    });
    // A schema's order reaches the grammar, a call's the template.
    if (reading.kind !== 'prompt') throw new Error(reading.kind);
    expect(JSON.stringify(reading.forward)).toContain('"properties":{"z":{},"a":{}}');
    expect(JSON.stringify(reading.forward)).toContain('"arguments":{"b":1,"a":2}');
  });

  it.each([
    ['defaults', { stream: true, truncate: true, shift: true, logprobs: false, top_logprobs: 0, tools: [] }],
    ['nulls', { stream: null, format: null, options: null, think: null, tools: null, keep_alive: null, shift: null }],
    ['an empty format', { format: '' }],
    ['top_logprobs without logprobs', { top_logprobs: 5 }],
    ['placement and keep_alive', { options: { num_gpu: 1, num_thread: 2 }, keep_alive: -1 }],
    ['another name of the model', { model: ' library/LLAMA3.2:latest ' }],
    ['other cases', { Messages: hello.messages }],
    ['empty message fields', { messages: [{ role: 'USER', content: 'hi', images: [], tool_calls: [], thinking: '' }] }],
  ])('reads %s as the same prompt', (_, more) => {
    expect(promptOf({ ...hello, ...more } as JsonObject)).toEqual(promptOf(hello));
  });

  it.each([
    ['think', { think: true }],
    ['think off', { think: false }],
    ['truncate', { truncate: false }],
    ['shift', { shift: false }],
    ['format', { format: 'json' }],
    ['a schema', { format: {} }],
    ['an option', { options: { seed: 1 } }],
    ['a temperature that is the server’s default', { options: { temperature: 0.8 } }],
    ['an empty stop', { options: { stop: [] } }],
    ['tools', { tools: [{}] }],
    ['logprobs', { logprobs: true }],
    ['the model', { model: 'llama3.2:1b' }],
    ['the role', { messages: [{ role: 'system', content: 'hi' }] }],
    ['an empty tool call', { messages: [{ role: 'user', content: 'hi', tool_calls: [{}] }] }],
  ])('reads %s as another prompt', (_, more) => {
    expect(promptOf({ ...hello, ...more } as JsonObject)).not.toEqual(promptOf(hello));
  });

  it('takes the last of two cases, in messages and tool calls too', () => {
    const text = `{"model":"a","Model":"llama3.2","messages":[{"role":"user","content":"x","Content":"y","content":"hi"}]}`;
    expect(promptOf(text)).toEqual(promptOf(hello));
    const call = `{"model":"m","messages":[{"role":"a","tool_calls":[{"Function":{"name":"f","NAME":"g"}}]}]}`;
    expect(promptOf(call)).toMatchObject({ messages: [{ toolCalls: [{ name: 'g', arguments: {} }] }] });
  });

  it.each([
    ['an unknown field', { ...hello, tool_choice: 'auto' }, 'tool_choice'],
    ['one within a message', { ...hello, messages: [{ role: 'user', Content: 'hi', name: 'x' }] }, 'messages.name'],
    [
      'one within a tool call',
      { ...hello, messages: [{ role: 'a', tool_calls: [{ Function: { name: 'f', Strict: 1 } }] }] },
      'tool_calls.function.Strict',
    ],
    [
      'a tool call’s index that is not its place',
      { ...hello, messages: [{ role: 'a', tool_calls: [{ function: { name: 'f', index: 3 } }] }] },
      'tool_calls.function.index',
    ],
    ['an unknown option', { ...hello, options: { top_n_sigma: 1, num_gpu: 1 } }, 'options.top_n_sigma'],
  ])('reads %s as opaque, and loses nothing', (_, body, why) => {
    const reading = read(body as JsonObject);
    expect(reading).toMatchObject({ kind: 'opaque', model: 'llama3.2:latest', stream: true, why });
    if (reading.kind !== 'opaque') return;
    const field = why.split('.').at(-1) as string;
    expect(JSON.stringify(reading.forward)).toContain(`"${field}"`);
    expect(JSON.stringify(reading.forward)).not.toContain('"Content"');
    expect(JSON.stringify(reading.forward)).not.toContain('"Function"');
    expect(JSON.stringify(reading.forward)).not.toContain('num_gpu');
    // What is forwarded is canonical already.
    expect(read(reading.forward)).toEqual(reading);
  });

  it.each([
    ['no messages', { model: 'm' }],
    ['empty messages', { model: 'm', messages: [] }],
    ['null messages', { model: 'm', messages: null }],
  ])('reads %s as loading or unloading', (_, body) => {
    expect(read({ ...body, keep_alive: 0, options: { num_ctx: 512, num_gpu: 1 }, stream: false })).toEqual({
      kind: 'control',
      model: 'm:latest',
      forward: { model: 'm', stream: false, messages: [], keep_alive: 0, options: { num_ctx: 512 } },
    });
  });

  it.each([
    [{ messages: hello.messages }, 400, 'model is required'],
    [{ model: ' ', messages: hello.messages }, 400, 'model is required'],
    [
      { ...hello, model: 1 },
      400,
      'json: cannot unmarshal number into Go struct field ChatRequest.model of type string',
    ],
    [
      { ...hello, messages: 'hi' },
      400,
      'json: cannot unmarshal string into Go struct field ChatRequest.messages of type []api.Message',
    ],
    [
      { ...hello, messages: ['hi'] },
      400,
      'json: cannot unmarshal a value that is no object into Go struct field ChatRequest.messages of type api.Message',
    ],
    [
      { ...hello, messages: [{ role: 'user', content: ['hi'] }] },
      400,
      'json: cannot unmarshal array into Go struct field ChatRequest.messages.content of type string',
    ],
    [
      { ...hello, messages: [{ role: 'user', images: [1] }] },
      400,
      'json: cannot unmarshal number into Go struct field ChatRequest.messages.images of type string',
    ],
    [
      { ...hello, messages: [{ role: 'a', tool_calls: [{ function: { arguments: '{}' } }] }] },
      400,
      'json: cannot unmarshal string into Go struct field ChatRequest.messages.tool_calls.function.arguments of type map[string]interface {}',
    ],
    [
      { ...hello, stream: 'yes' },
      400,
      'json: cannot unmarshal string into Go struct field ChatRequest.stream of type bool',
    ],
    [
      { ...hello, options: [] },
      400,
      'json: cannot unmarshal array into Go struct field ChatRequest.options of type map[string]interface {}',
    ],
    [{ ...hello, options: { seed: 'x' } }, 400, 'option "seed" must be of type integer'],
    [{ ...hello, format: 'xml' }, 400, 'invalid format: "\\"xml\\""; expected "json" or a valid JSON Schema object'],
    [
      { ...hello, think: 'hard' },
      400,
      'invalid think value: "hard" (must be "high", "medium", "low", "max", true, or false)',
    ],
    [{ ...hello, think: 1 }, 400, 'think must be a boolean or string ("high", "medium", "low", "max", true, or false)'],
    [{ ...hello, top_logprobs: 21 }, 400, 'top_logprobs must be between 0 and 20'],
    [
      { ...hello, top_logprobs: 1.5 },
      400,
      'json: cannot unmarshal number 1.5 into Go struct field ChatRequest.top_logprobs of type int',
    ],
    [{ ...hello, keep_alive: '5 minutes' }, 400, 'time: invalid duration "5 minutes"'],
    [{ ...hello, keep_alive: true }, 400, "Unsupported type: 'bool'"],
    [{ ...hello, model: 'gpt-oss:120b-cloud' }, 403, 'cloud models are not served here: gpt-oss:120b-cloud'],
    [{ ...hello, _DEBUG_render_only: true }, 403, '_debug_render_only is not served here'],
  ])('refuses %j', (body, status, message) => {
    expect(read(body as JsonObject)).toMatchObject({ kind: 'fault', fault: { status, message } });
  });

  it('forwards what reads as an equal prompt, streams, and holds no keep_alive', () => {
    const message = fc.record(
      {
        role: fc.constantFrom('system', 'User', 'assistant', 'tool'),
        content: words,
        thinking: words,
        images: fc.array(fc.base64String({ maxLength: 8 }), { maxLength: 2 }),
        tool_calls: fc.array(
          toolCall.map(({ id, ...target }) => ({ id, function: target })),
          { maxLength: 2 },
        ),
        tool_name: words,
        tool_call_id: words,
      },
      { requiredKeys: [] },
    );
    const body = fc.record(
      { ...nativeFields, messages: fc.array(message, { minLength: 1, maxLength: 3 }), tools: fc.array(jsonObject) },
      { requiredKeys: ['model', 'messages'] },
    );
    fc.assert(
      fc.property(body, (given) => {
        const first = read(given as JsonObject);
        if (first.kind !== 'prompt') throw new Error(JSON.stringify(first));
        expect(first.forward.stream).toBe(true);
        expect(first.forward).not.toHaveProperty('keep_alive');
        const again = read(first.forward);
        if (again.kind !== 'prompt') throw new Error(JSON.stringify(again));
        expect(again.prompt).toEqual(first.prompt);
        expect(JSON.stringify(again.forward)).toBe(JSON.stringify(first.forward));
      }),
    );
  });
});

describe('decoding /api/chat', () => {
  const stream = [
    '{"model":"q","created_at":"2026-08-01T10:00:00.123456789Z","message":{"role":"assistant","content":"","thinking":"hm"},"done":false}',
    '{"model":"q","created_at":"2026-08-01T10:00:00.2Z","message":{"role":"assistant","content":"Hé"},"done":false,"logprobs":[{"token":"H","logprob":-0.5,"bytes":[72],"top_logprobs":[{"token":"J","logprob":-1}]}]}',
    '{"model":"q","created_at":"2026-08-01T10:00:00.3Z","message":{"role":"assistant","content":""},"done":false,"logprobs":[{"token":"\\u003c","logprob":-2}]}',
    '{"model":"q","created_at":"2026-08-01T10:00:00.4Z","message":{"role":"assistant","content":"","tool_calls":[{"id":"call_1","function":{"index":0,"name":"f","arguments":{"a":1}}}]},"done":false}',
    '{"model":"q","created_at":"2026-08-01T10:00:01Z","message":{"role":"assistant","content":"!"},"done":true,"done_reason":"stop","total_duration":40,"load_duration":10,"prompt_eval_count":7,"prompt_eval_duration":12,"eval_count":3,"eval_duration":18}',
  ]
    .map((line) => `${line}\n`)
    .join('');
  const deltas: Delta[] = [
    { kind: 'thinking', text: 'hm' },
    {
      kind: 'content',
      text: 'Hé',
      logprobs: [{ token: 'H', logprob: -0.5, bytes: [72], topLogprobs: [{ token: 'J', logprob: -1 }] }],
    },
    { kind: 'content', text: '', logprobs: [{ token: '<', logprob: -2 }] },
    { kind: 'tool_call', call: { id: 'call_1', name: 'f', arguments: { a: 1 } } },
    { kind: 'content', text: '!' },
    {
      kind: 'done',
      reason: 'stop',
      usage: { promptTokens: 7, completionTokens: 3 },
      timing: { total: 40, load: 10, promptEval: 12, eval: 18 },
    },
  ];

  it('reads the same deltas wherever the stream is cut', () => {
    expect(decode([stream])).toEqual(deltas);
    expect(decode([...stream])).toEqual(deltas);
    fc.assert(
      fc.property(fc.array(fc.nat()), (places) => {
        expect(decode(cut(stream, places))).toEqual(deltas);
      }),
    );
  });

  it('never sees an end in a stream that was cut off before it', () => {
    const withoutEnd = stream.trimEnd();
    for (let length = 0; length < withoutEnd.length; length++)
      expect(collected(decode([withoutEnd.slice(0, length)]), 0).kind).toBe('truncated');
    expect(decode([withoutEnd])).toEqual(deltas);
  });

  it('reads one document', () => {
    const document = '{"model":"q","message":{"role":"assistant","content":"hi"},"done":true,"done_reason":"length"}';
    expect(decode(cut(document, [3, 40]), false)).toEqual([
      { kind: 'content', text: 'hi' },
      { kind: 'done', reason: 'length', usage: { promptTokens: 0, completionTokens: 0 } },
    ]);
  });

  it('does not take a document with done:false, or half a document, for an answer', () => {
    const unfinished = '{"message":{"role":"assistant","content":"aaaa"},"done":false}';
    expect(collected(decode([unfinished], false), 0).kind).toBe('truncated');
    expect(collected(decode([unfinished.slice(0, -2)], false), 0).kind).toBe('truncated');
  });

  it('reads an error within the stream as a fault', () => {
    const [first] = stream.split('\n');
    const seen = decode([`${first}\n{"error":"runner terminated"}\n`]);
    expect(seen).toEqual([
      { kind: 'thinking', text: 'hm' },
      { kind: 'fault', fault: { kind: 'internal', status: 500, message: 'runner terminated' } },
    ]);
    expect(decode(['<html>\n'])).toMatchObject([{ kind: 'fault', fault: { status: 502 } }]);
  });
});

describe('rendering /api/chat', () => {
  const stored: Answer = {
    content: 'Hi <there>',
    thinking: 'hm',
    toolCalls: [
      { id: 'call_1', name: 'f', arguments: { a: 1 } },
      { id: '', name: 'g', arguments: {} },
    ],
    logprobs: [{ token: 'Hi', logprob: -0.1, bytes: [72, 105] }],
    context: [1, 2],
    doneReason: 'length',
    usage: { promptTokens: 7, completionTokens: 3 },
    timing: { total: 40, load: 10, promptEval: 12, eval: 18 },
    createdAt: Date.UTC(2026, 7, 1, 10),
  };
  const calls = [
    { id: 'call_1', function: { index: 0, name: 'f', arguments: { a: 1 } } },
    { function: { index: 1, name: 'g', arguments: {} } },
  ];
  const metrics =
    '"total_duration":40,"load_duration":10,"prompt_eval_count":7,"prompt_eval_duration":12,"eval_count":3,"eval_duration":18';
  const head = '{"model":"Llama3.2","created_at":"2026-08-01T10:00:00.000Z","message":{"role":"assistant","content":';

  it('writes one document, members in Ollama’s order', () => {
    expect(ollamaChat.renderJson(stored, view)).toBe(
      `${head}"Hi <there>","thinking":"hm","tool_calls":${JSON.stringify(calls)}},"done":true,"done_reason":"length","logprobs":[{"token":"Hi","logprob":-0.1,"bytes":[72,105]}],${metrics}}`,
    );
  });

  it('writes a stream of a few lines', () => {
    expect(ollamaChat.renderStream(stored, view)).toBe(
      [
        `${head}"","thinking":"hm"},"done":false,"logprobs":[{"token":"Hi","logprob":-0.1,"bytes":[72,105]}]}`,
        `${head}"Hi <there>"},"done":false}`,
        `${head}"","tool_calls":${JSON.stringify(calls)}},"done":false}`,
        `${head}""},"done":true,"done_reason":"length",${metrics}}`,
        '',
      ].join('\n'),
    );
  });

  it('is decoded as the same answer, as a stream and as a document', () => {
    fc.assert(
      fc.property(answer, (given) => {
        for (const [text, streaming] of [
          [ollamaChat.renderStream(given, view), true],
          [ollamaChat.renderJson(given, view), false],
        ] as const)
          expect(collected(decode([text], streaming), given.createdAt)).toEqual({
            kind: 'complete',
            answer: shown(given),
          });
      }),
    );
  });

  it('writes live deltas that decode as what they were', () => {
    fc.assert(
      fc.property(answer, (given) => {
        const deltas = decode([ollamaChat.renderStream(given, view)]);
        const renderer = ollamaChat.streamRenderer(view);
        expect(decode(deltas.map((delta) => renderer.write(delta)))).toEqual(
          deltas.flatMap((delta) => (delta.kind === 'content' && delta.text === '' && !delta.logprobs ? [] : [delta])),
        );
      }),
    );
  });

  it('numbers the tool calls of a live stream, ends it once, and gives it durations', () => {
    const renderer = ollamaChat.streamRenderer(view);
    const call = { id: '', name: 'f', arguments: {} };
    const lines = [
      renderer.write({ kind: 'tool_call', call }),
      renderer.write({ kind: 'tool_call', call }),
      renderer.write({ kind: 'done', reason: 'stop', usage: { promptTokens: 1, completionTokens: 2 } }),
    ].map((line) => JSON.parse(line));
    expect(lines[0].message.tool_calls[0].function.index).toBe(0);
    expect(lines[1].message.tool_calls[0].function.index).toBe(1);
    expect(lines[2]).toMatchObject({ done: true, done_reason: 'stop', prompt_eval_count: 1, eval_count: 2 });
    for (const name of ['total_duration', 'load_duration', 'prompt_eval_duration', 'eval_duration'])
      expect(lines[2][name]).toBeGreaterThan(0);
    expect(renderer.write({ kind: 'done', reason: 'stop' })).toBe('');
    expect(renderer.write({ kind: 'fault', fault: fault('internal', 'late') })).toBe('');
  });

  it('writes a fault as a line of the stream, and as a body', () => {
    const broken = fault('bad_gateway', 'the answer was cut off before its end');
    expect(ollamaChat.streamRenderer(view).write({ kind: 'fault', fault: broken })).toBe(
      '{"error":"the answer was cut off before its end"}\n',
    );
    expect(ollamaChat.errorBody(broken)).toBe('{"error":"the answer was cut off before its end"}');
  });

  it('is not content with an answer that lacks the log probabilities', () => {
    const { logprobs: _, ...without } = stored;
    expect(ollamaChat.suffices(without, promptOf(hello), view)).toBe(true);
    expect(ollamaChat.suffices(without, promptOf({ ...hello, logprobs: true }), view)).toBe(false);
    expect(ollamaChat.suffices(stored, promptOf({ ...hello, logprobs: true }), view)).toBe(true);
  });
});
