/** Exchanges of /v1/chat/completions, /v1/completions and /v1/embeddings. */
import type { GoldenCase, GoldenModels } from './golden-case.ts';
import { LONG_SCHEMA, QUESTION, REPEATING_SCHEMA, TOO_LONG, TWO_CITIES, WEATHER, WEATHER_TOOL } from './golden-case.ts';

const user = (content: unknown) => [{ role: 'user', content }];
/** A 1x1 PNG. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

export function chatCompletionCases(models: GoldenModels): readonly GoldenCase[] {
  const path = '/v1/chat/completions';
  const chat = (name: string, body: object): GoldenCase => ({
    name: `v1-chat/${name}`,
    path,
    body: { model: models.plain, messages: user(QUESTION), temperature: 0, ...body },
  });
  const raw = (name: string, text: string): GoldenCase => ({ name: `v1-chat/${name}`, path, text });
  const tools = { model: models.tools, tools: [WEATHER_TOOL] };
  const call = { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } };
  const schema = (value: object) => ({
    response_format: { type: 'json_schema', json_schema: { name: 'x', schema: value } },
  });
  return [
    chat('json', {}),
    chat('stream', { stream: true }),
    chat('stream-usage', { stream: true, stream_options: { include_usage: true } }),
    chat('length', { max_tokens: 1 }),
    chat('length-stream', { max_tokens: 1, stream: true }),
    chat('stop', { stop: 'blue light' }),
    chat('stop-array', { stop: ['blue light', 3], stream: true }),
    chat('logprobs', { logprobs: true, top_logprobs: 2, max_tokens: 4 }),
    chat('logprobs-stream', { logprobs: true, top_logprobs: 2, max_tokens: 4, stream: true }),
    chat('json-object', { response_format: { type: 'json_object' }, max_tokens: 40 }),
    chat('json-schema', schema({ type: 'object', properties: { sky: { type: 'boolean' } }, required: ['sky'] })),
    chat('content-parts', {
      messages: user([
        { type: 'text', text: 'Why is the' },
        { type: 'text', text: 'sky blue?' },
      ]),
    }),
    chat('image-data-url', {
      messages: user([{ type: 'image_url', image_url: { url: `data:image/png;base64,${PIXEL}` } }]),
      max_tokens: 4,
    }),
    chat('developer-role', { messages: [{ role: 'developer', content: 'Be brief.' }, ...user(QUESTION)] }),
    chat('tools', { ...tools, messages: user(WEATHER) }),
    chat('tools-stream', { ...tools, messages: user(WEATHER), stream: true, stream_options: { include_usage: true } }),
    chat('tools-two', { ...tools, messages: user(TWO_CITIES) }),
    chat('tools-two-stream', { ...tools, messages: user(TWO_CITIES), stream: true }),
    chat('tools-not-called-stream', { ...tools, stream: true }),
    chat('tools-result', {
      ...tools,
      messages: [
        ...user(WEATHER),
        { role: 'assistant', content: null, tool_calls: [call] },
        { role: 'tool', tool_call_id: 'call_1', content: '{"temperature":18}' },
      ],
    }),
    chat('thinking', { model: models.thinking }),
    chat('thinking-stream', { model: models.thinking, stream: true, stream_options: { include_usage: true } }),
    chat('thinking-tools-stream', { ...tools, model: models.thinking, messages: user(WEATHER), stream: true }),
    chat('reasoning-effort-none', { model: models.thinking, reasoning_effort: 'none' }),
    chat('reasoning-object', { model: models.thinking, reasoning: { effort: 'low' } }),
    chat('repeat-trap', schema(REPEATING_SCHEMA)),
    chat('repeat-trap-stream', { ...schema(REPEATING_SCHEMA), stream: true }),
    { ...chat('zstd-body', {}), encoding: 'zstd' },
    raw(
      'keys-case-varied',
      `{"Model":"${models.plain}","MESSAGES":[{"Role":"user","Content":"${QUESTION}"}],"Temperature":0}`,
    ),
    { ...chat('error-gzip-body', {}), encoding: 'gzip' },
    raw('error-empty-body', ''),
    raw('error-broken-json', '{"model":'),
    raw('error-messages-type', `{"model":"${models.plain}","messages":"hello"}`),
    chat('error-temperature-type', { temperature: 'hot' }),
    chat('error-no-messages', { messages: undefined }),
    chat('error-no-model', { model: undefined }),
    chat('error-unknown-model', { model: 'missing' }),
    chat('error-unknown-model-stream', { model: 'missing', stream: true }),
    chat('error-bad-name', { model: 'not a name' }),
    chat('error-cloud-model', { model: 'gpt-oss:120b-cloud' }),
    chat('error-content-null', { messages: user(null) }),
    chat('error-content-number', { messages: user(3) }),
    chat('error-part-type', { messages: user([{ type: 'video' }]) }),
    chat('error-image-http', {
      messages: user([{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }]),
    }),
    chat('error-image-kind', { messages: user([{ type: 'image_url', image_url: 'data:image/gif;base64,AAAA' }]) }),
    chat('error-arguments', {
      messages: [
        ...user(WEATHER),
        { role: 'assistant', tool_calls: [{ ...call, function: { name: 'get_weather', arguments: '{' } }] },
      ],
    }),
    chat('error-reasoning-effort', { reasoning_effort: 'hard' }),
    chat('error-reasoning-unsupported', { reasoning_effort: 'low' }),
    chat('error-tools-unsupported', { tools: [WEATHER_TOOL] }),
    chat('error-embedding-model', { model: models.embedding }),
    chat('error-top-logprobs', { logprobs: true, top_logprobs: 21 }),
    chat('error-schema-stream', { ...schema({ type: 'nonsense' }), stream: true }),
    {
      ...chat('error-mid-stream', { ...schema(LONG_SCHEMA), stream: true, stream_options: { include_usage: true } }),
      breaks: true,
    },
    { ...chat('error-mid-answer', schema(LONG_SCHEMA)), breaks: true },
  ];
}

export function completionCases(models: GoldenModels): readonly GoldenCase[] {
  const path = '/v1/completions';
  const complete = (name: string, body: object): GoldenCase => ({
    name: `v1-completions/${name}`,
    path,
    body: { model: models.plain, prompt: QUESTION, temperature: 0, ...body },
  });
  return [
    complete('json', {}),
    complete('stream', { stream: true }),
    complete('stream-usage', { stream: true, stream_options: { include_usage: true } }),
    complete('length', { max_tokens: 1 }),
    complete('stop', { stop: ['blue light'] }),
    complete('logprobs', { logprobs: 2, max_tokens: 4 }),
    complete('top-p-zero', { top_p: 0 }),
    complete('thinking', { model: models.thinking }),
    complete('thinking-stream', { model: models.thinking, stream: true }),
    complete('empty-prompt', { prompt: '' }),
    complete('empty-prompt-stream', { prompt: '', stream: true }),
    { name: 'v1-completions/error-empty-body', path, text: '' },
    complete('error-prompt-array', { prompt: [QUESTION] }),
    complete('error-stop-type', { stop: [3] }),
    complete('error-suffix', { suffix: 'the end' }),
    complete('error-logprobs', { logprobs: 21 }),
    complete('error-unknown-model', { model: 'missing' }),
    complete('error-no-model', { model: undefined }),
    { ...complete('error-mid-stream', { stream: true, temperature: 40, seed: 7 }), breaks: true },
  ];
}

export function embeddingCases(models: GoldenModels): readonly GoldenCase[] {
  const path = '/v1/embeddings';
  const embed = (name: string, body: object): GoldenCase => ({
    name: `v1-embeddings/${name}`,
    path,
    body: { model: models.embedding, input: QUESTION, dimensions: 8, ...body },
  });
  return [
    embed('float', {}),
    embed('base64', { encoding_format: 'base64' }),
    embed('base64-upper-case', { encoding_format: 'BASE64', input: [QUESTION, 'I like cheese.'] }),
    embed('array', { input: [QUESTION, 'I like cheese.'] }),
    embed('all-dimensions', { dimensions: undefined, encoding_format: 'base64' }),
    embed('empty-string', { input: '' }),
    embed('truncated', { input: TOO_LONG }),
    embed('error-empty-array', { input: [] }),
    embed('error-no-input', { input: undefined }),
    embed('error-tokens', { input: [1, 2, 3] }),
    embed('error-encoding-format', { encoding_format: 'hex' }),
    embed('error-unknown-model', { model: 'missing' }),
    embed('error-no-model', { model: undefined }),
    { name: 'v1-embeddings/error-empty-body', path, text: '' },
  ];
}
