import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apportion, type EmbedDialect, type EmbedReading } from '../../src/dialects/embed-dialect.ts';
import { embedDialects } from '../../src/dialects/embeddings.ts';
import { parseBody } from '../../src/dialects/fold.ts';
import { ollamaEmbed, ollamaEmbeddings } from '../../src/dialects/ollama-embed.ts';
import { openaiEmbeddings } from '../../src/dialects/openai-embeddings.ts';
import type { JsonObject } from '../../src/exchange/json.ts';
import type { EmbedPrompt } from '../../src/exchange/prompt.ts';

function read(dialect: EmbedDialect, body: object | string): EmbedReading {
  const parsed = parseBody(typeof body === 'string' ? body : JSON.stringify(body));
  return parsed.kind === 'fault' ? parsed : dialect.read(parsed.body);
}

function embedOf(dialect: EmbedDialect, body: object) {
  const reading = read(dialect, body);
  if (reading.kind !== 'embed') throw new Error(JSON.stringify(reading));
  return reading;
}

const prompt = (input: string, more: Partial<EmbedPrompt> = {}): EmbedPrompt => ({
  kind: 'embed',
  model: 'all-minilm:latest',
  input,
  normalised: true,
  options: {},
  ...more,
});
const timing = { total: 1500, load: 500 };

describe('/api/embed', () => {
  it('reads each input by itself, and duplicates once', () => {
    const { inputs, order, view, forwardFor } = embedOf(ollamaEmbed, {
      model: 'All-MiniLM',
      input: ['a', '', 'b', 'a'],
      truncate: true,
      dimensions: 0,
      keep_alive: '5m',
      options: { num_gpu: 1 },
    });
    expect(inputs).toEqual([prompt('a'), prompt(''), prompt('b')]);
    expect(order).toEqual([0, 1, 2, 0]);
    expect(view).toEqual({ model: 'All-MiniLM', encoding: 'float' });
    expect(forwardFor([prompt('b')])).toEqual({ model: 'All-MiniLM', input: ['b'] });
  });

  it('keeps what changes the vector', () => {
    const body = { model: 'all-minilm', input: 'a', truncate: false, dimensions: 64, options: { num_ctx: 256 } };
    const { inputs, forwardFor } = embedOf(ollamaEmbed, body);
    expect(inputs).toEqual([prompt('a', { truncate: false, dimensions: 64, options: { num_ctx: 256 } })]);
    expect(forwardFor(inputs)).toEqual({ ...body, input: ['a'] });
  });

  it('shares its vectors with /v1/embeddings, not with the legacy route', () => {
    const native = embedOf(ollamaEmbed, { model: 'all-minilm', input: 'a', dimensions: 8 }).inputs;
    const openai = embedOf(openaiEmbeddings, { model: 'all-minilm', input: ['a'], dimensions: 8, user: 'u' }).inputs;
    expect(openai).toEqual(native);
    const legacy = embedOf(ollamaEmbeddings, { model: 'all-minilm', prompt: 'a' }).inputs;
    expect(legacy).toEqual([prompt('a', { normalised: false })]);
  });

  it.each([{}, { input: '' }, { input: [] }, { input: null }])('reads %j as loading the model', (more) => {
    expect(read(ollamaEmbed, { model: 'm', ...more, keep_alive: 60 })).toEqual({
      kind: 'control',
      model: 'm:latest',
      forward: { model: 'm', input: [], keep_alive: 60 },
    });
  });

  it('reads unknown fields and options as opaque', () => {
    const reading = read(ollamaEmbed, { Model: 'm', input: 'a', pooling: 'cls', keep_alive: 1, options: { x: 1 } });
    expect(reading).toEqual({
      kind: 'opaque',
      model: 'm:latest',
      forward: { model: 'm', input: ['a'], pooling: 'cls', options: { x: 1 } },
      why: 'pooling',
    });
  });

  it('writes the float32s as Go does', () => {
    const vectors = [Float32Array.of(0.1, -0.25), Float32Array.of(1e-7, 0)];
    expect(ollamaEmbed.render(vectors, 9, { model: 'M', encoding: 'float' }, timing)).toBe(
      '{"model":"M","embeddings":[[0.1,-0.25],[1e-7,0]],"total_duration":1500,"load_duration":500,"prompt_eval_count":9}',
    );
  });
});

describe('/api/embeddings', () => {
  it('reads one prompt', () => {
    const body = { model: 'all-minilm', prompt: 'a', options: { num_ctx: 256, main_gpu: 0 } };
    const { inputs, order, forwardFor } = embedOf(ollamaEmbeddings, body);
    expect(order).toEqual([0]);
    expect(forwardFor(inputs)).toEqual({ model: 'all-minilm', prompt: 'a', options: { num_ctx: 256 } });
  });

  it('reads no prompt as loading the model', () => {
    expect(read(ollamaEmbeddings, { model: 'm', keep_alive: 0 })).toEqual({
      kind: 'control',
      model: 'm:latest',
      forward: { model: 'm', prompt: '', keep_alive: 0 },
    });
  });

  it('writes the vector as float64', () => {
    const view = { model: 'm', encoding: 'float' } as const;
    expect(ollamaEmbeddings.render([Float32Array.of(0.1, 3)], 4, view, timing)).toBe(
      '{"embedding":[0.10000000149011612,3]}',
    );
  });
});

describe('/v1/embeddings', () => {
  it('reads an empty string as an input', () => {
    expect(embedOf(openaiEmbeddings, { model: 'all-minilm', input: '' }).inputs).toEqual([prompt('')]);
  });

  it('asks the origin for base64 whatever the client wants', () => {
    const { view, forwardFor, inputs } = embedOf(openaiEmbeddings, {
      model: 'm',
      input: 'a',
      encoding_format: 'FLOAT',
    });
    expect(view.encoding).toBe('float');
    expect(forwardFor(inputs)).toEqual({ model: 'm', input: ['a'], encoding_format: 'base64' });
    const base64 = embedOf(openaiEmbeddings, { model: 'm', input: 'a', encoding_format: 'base64' });
    expect(base64.view.encoding).toBe('base64');
    expect(base64.inputs).toEqual(inputs);
  });

  it('writes numbers or base64', () => {
    const vectors = [Float32Array.of(1, -2), Float32Array.of(0.1)];
    expect(JSON.parse(openaiEmbeddings.render(vectors, 7, { model: 'M', encoding: 'float' }, timing))).toEqual({
      object: 'list',
      data: [
        { object: 'embedding', embedding: [1, -2], index: 0 },
        { object: 'embedding', embedding: [0.1], index: 1 },
      ],
      model: 'M',
      usage: { prompt_tokens: 7, total_tokens: 7 },
    });
    const base64 = JSON.parse(openaiEmbeddings.render(vectors, 7, { model: 'M', encoding: 'base64' }, timing));
    expect(base64.data[0].embedding).toBe('AACAPwAAAMA=');
  });

  it('reads vectors by their index, as numbers or base64', () => {
    const asked = [prompt('aa'), prompt('b')];
    const data = [
      { object: 'embedding', embedding: [0.5], index: 1 },
      { object: 'embedding', embedding: 'AACAPwAAAMA=', index: 0 },
    ];
    expect(openaiEmbeddings.decode(JSON.stringify({ data, usage: { prompt_tokens: 5 } }), asked)).toEqual({
      kind: 'vectors',
      vectors: [Float32Array.of(1, -2), Float32Array.of(0.5)],
      promptTokens: [3, 2],
    });
  });

  it('reads a field that it does not know as opaque', () => {
    expect(read(openaiEmbeddings, { model: 'm', input: 'a', truncate: false })).toEqual({
      kind: 'opaque',
      model: 'm:latest',
      forward: { model: 'm', input: ['a'], encoding_format: 'float', truncate: false },
      why: 'truncate',
    });
  });
});

describe.each(embedDialects.map((dialect) => [dialect.path, dialect] as const))('%s', (path, dialect) => {
  const field = path === '/api/embeddings' ? 'prompt' : 'input';

  it.each([
    [{ model: 'x:cloud', [field]: 'a' }, 403],
    [{ model: 1, [field]: 'a' }, 400],
    [{ model: 'm', [field]: 5 }, 400],
    [{ [field]: 'a' }, path === '/api/embeddings' ? 400 : 404],
  ])('refuses %j', (body, status) => {
    expect(read(dialect, body)).toMatchObject({ kind: 'fault', fault: { status } });
  });

  it('reads what it rendered, for what it asked', () => {
    const vector = fc.float32Array({ noNaN: true, noDefaultInfinity: true, minLength: 1, maxLength: 8 });
    const some = { minLength: 1, maxLength: dialect === ollamaEmbeddings ? 1 : 4 };
    const encoding = fc.constantFrom('float' as const, 'base64' as const);
    fc.assert(
      fc.property(fc.array(vector, some), fc.nat(500), encoding, (vectors, tokens, encoding) => {
        const asked = vectors.map((_, index) => prompt('x'.repeat(index)));
        const text = dialect.render(vectors, tokens, { model: 'm', encoding }, timing);
        const decoded = dialect.decode(text, asked);
        if (decoded.kind !== 'vectors') throw new Error(decoded.fault.message);
        expect(decoded.vectors).toEqual(vectors);
        const total = decoded.promptTokens.reduce((left, right) => left + right, 0);
        expect(total).toBe(dialect === ollamaEmbeddings ? 0 : tokens);
      }),
    );
  });

  it.each([
    '',
    'null',
    '[]',
    '{}',
    '{"embeddings":[]}',
    '{"embeddings":[[]],"embedding":[],"data":[{"embedding":[]}]}',
    '{"embeddings":[["a"]],"embedding":["a"],"data":[{"embedding":["a"]}]}',
    '{"embeddings":[[1],[2]],"data":[{"embedding":[1],"index":1}]}',
  ])('does not take %s for an answer', (text) => {
    expect(dialect.decode(text, [prompt('a')])).toMatchObject({ kind: 'fault', fault: { status: 502 } });
  });

  it('forwards only what is missing, and reads it as those inputs again', () => {
    const inputs = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(inputs, fc.nat(), (given, place) => {
        const body = { model: 'All-MiniLM', [field]: field === 'prompt' ? given[0] : given };
        const first = embedOf(dialect, body);
        expect(first.order.map((index) => first.inputs[index]?.input)).toEqual(field === 'prompt' ? [given[0]] : given);
        const missing = first.inputs.slice(place % first.inputs.length);
        const forward: JsonObject = first.forwardFor(missing);
        expect(embedOf(dialect, forward).inputs).toEqual(missing);
      }),
    );
  });
});

describe('refusals in words', () => {
  it.each([
    [ollamaEmbed, { model: 'm', input: [1] }, 'invalid input type'],
    [ollamaEmbed, { model: 'm', input: {} }, 'invalid input type'],
    [ollamaEmbed, {}, "model '' not found"],
    [ollamaEmbeddings, {}, 'model is required'],
    [openaiEmbeddings, { model: 'm' }, 'invalid input'],
    [openaiEmbeddings, { model: 'm', input: [] }, 'invalid input'],
    [openaiEmbeddings, { model: 'm', input: [1, 2] }, 'invalid input type'],
    [
      openaiEmbeddings,
      { model: 'm', input: 'a', encoding_format: 'int8' },
      "Invalid value for 'encoding_format' = int8. Supported values: ['float', 'base64'].",
    ],
  ])('%#', (dialect, body, message) => {
    const reading = read(dialect, body);
    if (reading.kind !== 'fault') throw new Error(reading.kind);
    expect(reading.fault.message).toBe(message);
    expect(dialect.errorBody(reading.fault)).toContain(JSON.stringify(message));
  });
});

describe('apportion', () => {
  it('shares out all that was counted, by length', () => {
    expect(apportion(7, [prompt('aaaaa'), prompt('a')])).toEqual([5, 2]);
    expect(apportion(1, [prompt('a'), prompt('a')])).toEqual([1, 0]);
    fc.assert(
      fc.property(fc.nat(1e6), fc.array(fc.string(), { minLength: 1 }), (total, inputs) => {
        const shares = apportion(
          total,
          inputs.map((input) => prompt(input)),
        );
        expect(shares.reduce((left, right) => left + right, 0)).toBe(total);
        for (const share of shares) expect(share).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
