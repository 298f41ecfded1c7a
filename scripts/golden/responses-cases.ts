/** Exchanges of /v1/responses and /v1/messages. */
import type { GoldenCase, GoldenModels } from './golden-case.ts';
import { LONG_SCHEMA, QUESTION, REPEATING_SCHEMA, TWO_CITIES, WEATHER, WEATHER_TOOL } from './golden-case.ts';

const { name: toolName, description, parameters } = WEATHER_TOOL.function;

export function responsesCases(models: GoldenModels): readonly GoldenCase[] {
  const path = '/v1/responses';
  const respond = (name: string, body: object): GoldenCase => ({
    name: `v1-responses/${name}`,
    path,
    body: { model: models.plain, input: QUESTION, temperature: 0, ...body },
  });
  const tools = {
    model: models.tools,
    tools: [{ type: 'function', name: toolName, description, strict: null, parameters }],
  };
  const text = (schema: object) => ({ text: { format: { type: 'json_schema', name: 'x', schema, strict: true } } });
  const sky = { type: 'object', properties: { sky: { type: 'boolean' } }, required: ['sky'] };
  const item = (value: object) => [{ role: 'user', content: QUESTION }, value];
  return [
    respond('json', {}),
    respond('stream', { stream: true }),
    respond('instructions', { instructions: 'Be brief.', max_output_tokens: 64, top_p: 0.9, truncation: 'auto' }),
    respond('length', { max_output_tokens: 1 }),
    respond('length-stream', { max_output_tokens: 1, stream: true }),
    respond('schema', text(sky)),
    respond('schema-stream', { ...text(sky), stream: true }),
    respond('items', {
      input: [
        { role: 'developer', content: 'Be brief.' },
        {
          type: 'message',
          role: 'user',
          content: [
            { type: 'input_text', text: 'Why is the ' },
            { type: 'input_text', text: 'sky blue?' },
          ],
        },
      ],
    }),
    respond('tools', { ...tools, input: WEATHER }),
    respond('tools-stream', { ...tools, input: WEATHER, stream: true }),
    respond('tools-two', { ...tools, input: TWO_CITIES }),
    respond('tools-two-stream', { ...tools, input: TWO_CITIES, stream: true }),
    respond('tools-result', {
      ...tools,
      input: [
        { role: 'user', content: WEATHER },
        { type: 'function_call', call_id: 'call_1', name: toolName, arguments: '{"city":"Paris"}' },
        { type: 'function_call_output', call_id: 'call_1', output: '{"temperature":18}' },
      ],
    }),
    respond('thinking', { model: models.thinking, reasoning: { effort: 'low', summary: 'auto' } }),
    respond('thinking-stream', { model: models.thinking, reasoning: { effort: 'low' }, stream: true }),
    respond('thinking-tools-stream', { ...tools, model: models.thinking, input: WEATHER, stream: true }),
    respond('effort-none', { model: models.thinking, reasoning: { effort: 'none' } }),
    respond('repeat-trap', text(REPEATING_SCHEMA)),
    respond('repeat-trap-stream', { ...text(REPEATING_SCHEMA), stream: true }),
    respond('empty-input', { input: '' }),
    respond('empty-input-stream', { input: [], stream: true }),
    { name: 'v1-responses/error-empty-body', path, text: '' },
    respond('error-input-type', { input: 3 }),
    respond('error-item-type', { input: item({ type: 'web_search_call' }) }),
    respond('error-item-untyped', { input: item({}) }),
    respond('error-content-type', { input: item({ role: 'user', content: [{ type: 'text', text: 'a' }] }) }),
    respond('error-file', { input: item({ role: 'user', content: [{ type: 'input_file', file_id: 'f' }] }) }),
    respond('error-arguments', {
      input: item({ type: 'function_call', call_id: 'c', name: toolName, arguments: '{' }),
    }),
    respond('error-effort', { reasoning: { effort: 'hard' } }),
    respond('error-unknown-model', { model: 'missing' }),
    respond('error-unknown-model-stream', { model: 'missing', stream: true }),
    respond('error-no-model', { model: undefined }),
    { ...respond('error-mid-stream', { ...text(LONG_SCHEMA), stream: true }), breaks: true },
  ];
}

export function messagesCases(models: GoldenModels): readonly GoldenCase[] {
  const path = '/v1/messages';
  const message = (name: string, body: object): GoldenCase => ({
    name: `v1-messages/${name}`,
    path,
    headers: { 'anthropic-version': '2023-06-01' },
    body: {
      model: models.plain,
      max_tokens: 200,
      messages: [{ role: 'user', content: QUESTION }],
      temperature: 0,
      ...body,
    },
  });
  const ask = (content: unknown) => ({ messages: [{ role: 'user', content }] });
  const tools = { model: models.tools, tools: [{ name: toolName, description, input_schema: parameters }] };
  const use = { type: 'tool_use', id: 'toolu_1', name: toolName, input: { city: 'Paris' } };
  return [
    message('json', {}),
    message('stream', { stream: true }),
    message('system', { system: 'Be brief.' }),
    message('system-blocks', {
      system: [
        { type: 'text', text: 'Be ' },
        { type: 'text', text: 'brief.', cache_control: { type: 'ephemeral' } },
      ],
    }),
    message('length', { max_tokens: 1 }),
    message('length-stream', { max_tokens: 1, stream: true }),
    message('stop', { stop_sequences: ['blue light'], top_p: 0.9, top_k: 20 }),
    message(
      'content-blocks',
      ask([
        { type: 'text', text: 'Why is the ' },
        { type: 'text', text: 'sky blue?' },
      ]),
    ),
    message('tools', { ...tools, ...ask(WEATHER) }),
    message('tools-stream', { ...tools, ...ask(WEATHER), stream: true }),
    message('tools-two', { ...tools, ...ask(TWO_CITIES) }),
    message('tools-two-stream', { ...tools, ...ask(TWO_CITIES), stream: true }),
    message('tools-result', {
      ...tools,
      messages: [
        { role: 'user', content: WEATHER },
        { role: 'assistant', content: [use] },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: '{"temperature":18}' }] },
          ],
        },
      ],
    }),
    message('thinking-default', { model: models.thinking }),
    message('thinking', { model: models.thinking, thinking: { type: 'enabled', budget_tokens: 1024 } }),
    message('thinking-stream', {
      model: models.thinking,
      thinking: { type: 'enabled', budget_tokens: 1024 },
      stream: true,
    }),
    message('thinking-tools-stream', { ...tools, ...ask(WEATHER), model: models.thinking, stream: true }),
    message('thinking-disabled', { model: models.thinking, thinking: { type: 'disabled' } }),
    message('thinking-on-plain', { thinking: { type: 'enabled', budget_tokens: 1024 } }),
    message('nothing-said', ask([])),
    message('nothing-said-stream', { ...ask([]), stream: true }),
    { name: 'v1-messages/error-empty-body', path, text: '' },
    { name: 'v1-messages/error-broken-json', path, text: '{"model":' },
    message('error-no-model', { model: undefined }),
    message('error-no-max-tokens', { max_tokens: undefined }),
    message('error-no-messages', { messages: [] }),
    message('error-messages-type', { messages: 'hello' }),
    message('error-unknown-model', { model: 'missing' }),
    message('error-unknown-model-stream', { model: 'missing', stream: true }),
    message('error-cloud-model', { model: 'gpt-oss:120b-cloud' }),
    message('error-image-url', ask([{ type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } }])),
    message('error-tool-use-id', { messages: [{ role: 'assistant', content: [{ ...use, id: '' }] }] }),
    message('error-tools-unsupported', { tools: tools.tools }),
    {
      ...message('error-mid-stream', { max_tokens: 2000, temperature: 40, top_k: 800, top_p: 1, stream: true }),
      breaks: true,
    },
  ];
}
