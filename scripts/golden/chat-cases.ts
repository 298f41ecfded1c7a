/** Exchanges of POST /api/chat. */
import type { GoldenCase, GoldenModels } from './golden-case.ts';
import { LONG_SCHEMA, QUESTION, REPEATING_SCHEMA, TOO_LONG, TWO_CITIES, WEATHER, WEATHER_TOOL } from './golden-case.ts';

const path = '/api/chat';
const user = (content: string) => [{ role: 'user', content }];
const options = { temperature: 0 };

export function chatCases(models: GoldenModels): readonly GoldenCase[] {
  const chat = (name: string, body: object): GoldenCase => ({
    name: `chat/${name}`,
    path,
    body: { model: models.plain, messages: user(QUESTION), options, ...body },
  });
  const raw = (name: string, text: string): GoldenCase => ({ name: `chat/${name}`, path, text });
  const tools = { model: models.tools, tools: [WEATHER_TOOL] };
  const call = { function: { name: 'get_weather', arguments: { city: 'Paris' } } };
  const asked = `"model":"${models.plain}","messages":[{"role":"user","content":"${QUESTION}"}]`;
  return [
    chat('load', { messages: [] }),
    chat('load-stream-false', { messages: [], stream: false }),
    chat('stream', {}),
    chat('json', { stream: false }),
    chat('length-stream', { options: { temperature: 0, num_predict: 1 } }),
    chat('length-json', { options: { temperature: 0, num_predict: 1 }, stream: false }),
    chat('stop-stream', { options: { temperature: 0, stop: ['blue light', 'light more like'] } }),
    chat('stop-json', { options: { temperature: 0, stop: ['blue light'] }, stream: false }),
    chat('logprobs-stream', { logprobs: true }),
    chat('top-logprobs-json', { logprobs: true, top_logprobs: 2, stream: false }),
    chat('format-json', { format: 'json', options: { temperature: 0, num_predict: 40 }, stream: false }),
    chat('format-schema', {
      format: { type: 'object', properties: { sky: { type: 'boolean' } }, required: ['sky'] },
      stream: false,
    }),
    chat('format-empty', { format: '', stream: false }),
    chat('system', { messages: [{ role: 'SYSTEM', content: 'Be brief.' }, ...user(QUESTION)], stream: false }),
    chat('history', {
      messages: [...user('Hi'), { role: 'assistant', content: 'Hi there!' }, ...user(QUESTION)],
      stream: false,
    }),
    chat('html-escapes', { messages: user('Write one line of HTML.') }),
    chat('unicode', { messages: user('Greet me in three languages.') }),
    chat('seeded', { options: { temperature: 1.5, seed: 42 }, stream: false }),
    chat('tools-stream', { ...tools, messages: user(WEATHER) }),
    chat('tools-json', { ...tools, messages: user(WEATHER), stream: false }),
    chat('tools-two-stream', { ...tools, messages: user(TWO_CITIES) }),
    chat('tools-two-json', { ...tools, messages: user(TWO_CITIES), stream: false }),
    chat('tools-not-called', { ...tools }),
    chat('tools-logprobs', { ...tools, messages: user(WEATHER), logprobs: true }),
    chat('tools-result', {
      ...tools,
      messages: [
        ...user(WEATHER),
        { role: 'assistant', content: '', tool_calls: [call] },
        { role: 'tool', tool_name: 'get_weather', content: '{"temperature":18}' },
      ],
      stream: false,
    }),
    chat('think-stream', { model: models.thinking }),
    chat('think-json', { model: models.thinking, stream: false }),
    chat('think-false', { model: models.thinking, think: false, stream: false }),
    chat('think-level', { model: models.thinking, think: 'high', stream: false }),
    chat('think-false-on-plain', { think: false, stream: false }),
    chat('think-tools-stream', { ...tools, model: models.thinking, messages: user(WEATHER) }),
    chat('think-logprobs-stream', { model: models.thinking, logprobs: true }),
    chat('think-format-stream', {
      model: models.thinking,
      format: { type: 'object', properties: { sky: { type: 'boolean' } }, required: ['sky'] },
    }),
    chat('repeat-trap-stream', { format: REPEATING_SCHEMA }),
    chat('repeat-trap-json', { format: REPEATING_SCHEMA, stream: false }),
    chat('name-upper-case-tag', { model: `${models.plain.toUpperCase()}:LATEST`, stream: false }),
    chat('name-namespace', { model: `library/${models.plain}`, stream: false }),
    chat('name-local', { model: ` ${models.plain}:local `, stream: false }),
    chat('unload', { messages: [], keep_alive: 0 }),
    raw(
      'keys-case-varied',
      `{"MODEL":"${models.plain}","Messages":[{"ROLE":"User","cOntent":"${QUESTION}"}],"STREAM":false,"Options":{"temperature":0}}`,
    ),
    raw(
      'keys-duplicate',
      `{"model":"missing","stream":true,"Stream":false,${asked},"options":{"temperature":9},"options":{"temperature":0}}`,
    ),
    raw('keys-long-s', `{${asked},"\u017ftream":false,"options":{"temperature":0}}`),
    raw(
      'option-keys-case-varied',
      `{${asked},"stream":false,"options":{"temperature":0,"Num_Predict":1,"unknown":true}}`,
    ),
    raw(
      'nulls',
      `{${asked},"stream":false,"format":null,"think":null,"options":{"temperature":0,"stop":null},"keep_alive":"5m","tools":null}`,
    ),
    raw('trailing-bytes', `{${asked},"stream":false,"options":{"temperature":0}} trailing`),
    raw('error-empty-body', ''),
    raw('error-broken-json', '{"model":'),
    raw('error-not-json', 'model=tiny'),
    raw('error-array-body', '[]'),
    raw('error-messages-type', `{"model":"${models.plain}","messages":"hello"}`),
    raw('error-stream-type', `{${asked},"stream":"yes"}`),
    chat('error-content-parts', { messages: [{ role: 'user', content: [{ type: 'text', text: QUESTION }] }] }),
    chat('error-unknown-model', { model: 'missing' }),
    chat('error-no-model', { model: undefined }),
    chat('error-bad-name', { model: 'not a name' }),
    chat('error-cloud-model', { model: 'gpt-oss:120b-cloud' }),
    chat('error-local-and-cloud', { model: `${models.plain}:local:cloud` }),
    chat('error-think-unsupported', { think: true }),
    chat('error-think-value', { think: 'hard' }),
    chat('error-tools-unsupported', { tools: [WEATHER_TOOL] }),
    chat('error-embedding-model', { model: models.embedding }),
    chat('error-top-logprobs', { logprobs: true, top_logprobs: 21 }),
    chat('error-format', { format: 'xml' }),
    chat('error-schema', { format: { type: 'nonsense' } }),
    chat('error-option-type', { options: { temperature: 'hot' } }),
    chat('error-option-stop-type', { options: { stop: 'blue' } }),
    chat('error-keep-alive', { keep_alive: true }),
    chat('error-too-long', { messages: user(TOO_LONG), truncate: false }),
    chat('error-bad-image', { messages: [{ role: 'user', content: QUESTION, images: ['***'] }] }),
    { ...chat('error-mid-stream', { format: LONG_SCHEMA }), breaks: true },
    { ...chat('error-mid-answer', { format: LONG_SCHEMA, stream: false }), breaks: true },
    { name: 'chat/error-method', method: 'GET', path },
  ];
}
