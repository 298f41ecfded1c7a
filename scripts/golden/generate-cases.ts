/** Exchanges of POST /api/generate, /api/embed and /api/embeddings. */
import type { GoldenCase, GoldenModels } from './golden-case.ts';
import { LONG_SCHEMA, QUESTION, REPEATING_SCHEMA, TOO_LONG } from './golden-case.ts';

const options = { temperature: 0 };

export function generateCases(models: GoldenModels): readonly GoldenCase[] {
  const generate = (name: string, body: object): GoldenCase => ({
    name: `generate/${name}`,
    path: '/api/generate',
    body: { model: models.plain, prompt: QUESTION, options, ...body },
  });
  const raw = (name: string, text: string): GoldenCase => ({ name: `generate/${name}`, path: '/api/generate', text });
  return [
    generate('load', { prompt: undefined }),
    generate('stream', {}),
    generate('json', { stream: false }),
    generate('raw', {
      raw: true,
      prompt: `<|im_start|>user\n${QUESTION}<|im_end|>\n<|im_start|>assistant\n`,
      stream: false,
    }),
    generate('raw-stream', { raw: true, options: { temperature: 0, num_predict: 4 } }),
    generate('system', { system: 'Be brief.', stream: false }),
    generate('template', {
      template: '<|im_start|>user\n{{ .Prompt }}<|im_end|>\n<|im_start|>assistant\n',
      stream: false,
    }),
    generate('context', { context: [1, 40, 41, 42], stream: false }),
    generate('length', { options: { temperature: 0, num_predict: 1 } }),
    generate('stop', { options: { temperature: 0, stop: ['blue light'] }, stream: false }),
    generate('format-json', { format: 'json', options: { temperature: 0, num_predict: 40 }, stream: false }),
    generate('logprobs-stream', { logprobs: true, options: { temperature: 0, num_predict: 4 } }),
    generate('top-logprobs-json', {
      logprobs: true,
      top_logprobs: 2,
      options: { temperature: 0, num_predict: 4 },
      stream: false,
    }),
    generate('think-stream', { model: models.thinking }),
    generate('think-json', { model: models.thinking, stream: false }),
    generate('think-false', { model: models.thinking, think: false, stream: false }),
    generate('repeat-trap-json', { format: REPEATING_SCHEMA, stream: false }),
    generate('unload', { prompt: '', keep_alive: 0 }),
    raw(
      'keys-case-varied',
      `{"Model":"${models.plain}","PROMPT":"${QUESTION}","Stream":false,"options":{"temperature":0}}`,
    ),
    raw('error-empty-body', ''),
    raw('error-broken-json', '{"model":'),
    raw('error-prompt-type', `{"model":"${models.plain}","prompt":["a"]}`),
    generate('error-unknown-model', { model: 'missing' }),
    generate('error-no-model', { model: undefined }),
    generate('error-bad-name', { model: 'not a name' }),
    generate('error-suffix', { suffix: 'the end' }),
    generate('error-raw-system', { raw: true, system: 'Be brief.' }),
    generate('error-think-unsupported', { think: true }),
    generate('error-embedding-model', { model: models.embedding }),
    generate('error-template', { template: '{{ .Prompt' }),
    generate('error-option-type', { options: { num_predict: 'many' } }),
    generate('error-too-long', { prompt: TOO_LONG, truncate: false, stream: false }),
    { ...generate('error-mid-stream', { format: LONG_SCHEMA }), breaks: true },
  ];
}

export function embedCases(models: GoldenModels): readonly GoldenCase[] {
  const embed = (name: string, body: object): GoldenCase => ({
    name: `embed/${name}`,
    path: '/api/embed',
    body: { model: models.embedding, ...body },
  });
  const legacy = (name: string, body: object): GoldenCase => ({
    name: `embeddings/${name}`,
    path: '/api/embeddings',
    body: { model: models.embedding, ...body },
  });
  return [
    embed('load', {}),
    embed('string', { input: QUESTION }),
    embed('array', { input: [QUESTION, 'I like cheese.'], dimensions: 8 }),
    embed('dimensions', { input: QUESTION, dimensions: 8 }),
    embed('dimensions-too-many', { input: QUESTION, dimensions: 4096 }),
    embed('truncated', { input: TOO_LONG, dimensions: 8 }),
    embed('empty-string', { input: '' }),
    embed('empty-array', { input: [] }),
    embed('empty-string-in-array', { input: [''], dimensions: 8 }),
    embed('completion-model', { model: models.plain, input: QUESTION, dimensions: 8 }),
    {
      name: 'embed/keys-case-varied',
      path: '/api/embed',
      text: `{"Model":"${models.embedding}","INPUT":"${QUESTION}","Dimensions":4}`,
    },
    embed('error-too-long', { input: TOO_LONG, truncate: false }),
    embed('error-one-too-long', { input: [QUESTION, TOO_LONG], truncate: false }),
    embed('error-input-number', { input: 3 }),
    embed('error-input-mixed', { input: ['a', 3] }),
    embed('error-unknown-model', { model: 'missing', input: QUESTION }),
    embed('error-no-model', { model: undefined, input: QUESTION }),
    { name: 'embed/error-empty-body', path: '/api/embed', text: '' },
    { name: 'embed/error-broken-json', path: '/api/embed', text: '{' },
    legacy('prompt', { prompt: QUESTION }),
    legacy('empty', { prompt: '' }),
    legacy('error-too-long', { prompt: TOO_LONG }),
    legacy('error-unknown-model', { model: 'missing', prompt: QUESTION }),
    legacy('error-no-model', { model: undefined, prompt: QUESTION }),
    { name: 'embeddings/error-empty-body', path: '/api/embeddings', text: '' },
  ];
}
