/** Ollama's own API: /api/chat and /api/generate. */
import {
  type Body,
  type Call,
  folded,
  list,
  type NativeRequest,
  number,
  object,
  optionsText,
  type Piece,
  Refusal,
  text,
  type Whole,
  type Wire,
} from './wire.ts';

function common(body: Body) {
  const options = object(body.options);
  for (const [name, value] of Object.entries(options))
    if (
      ['temperature', 'top_p', 'seed', 'num_predict', 'num_ctx', 'top_k'].includes(name) &&
      value !== null &&
      typeof value !== 'number'
    )
      throw new Refusal(
        400,
        `option "${name}" must be of type ${name === 'temperature' || name === 'top_p' ? 'float32' : 'integer'}`,
      );
  if (body.stream !== undefined && typeof body.stream !== 'boolean')
    throw new Refusal(400, 'json: cannot unmarshal into Go struct field .stream of type bool');
  const format = body.format === undefined || body.format === null || body.format === '' ? undefined : body.format;
  const placement = JSON.stringify(
    Object.entries(options).filter(([name]) => name.startsWith('num_gpu') || name === 'num_batch'),
  );
  return {
    model: text(body.model),
    stream: body.stream !== false,
    numPredict: number(options.num_predict) ?? -1,
    stop: list(options.stop).map(text),
    numCtx: (number(options.num_ctx) ?? 4096) + placement.length - 2,
    logprobs: body.logprobs === true,
    json: format !== undefined,
    think: body.think === true || typeof body.think === 'string',
    rest: optionsText(options, { format: format === undefined ? undefined : JSON.stringify(format) }),
  };
}

const loadOnly = (empty: boolean, body: Body) =>
  empty ? (body.keep_alive === 0 || body.keep_alive === '0' ? 'unload' : 'load') : undefined;

function readChat(given: Body): NativeRequest {
  const body = folded(given);
  if (body.messages !== undefined && body.messages !== null && !Array.isArray(body.messages))
    throw new Refusal(
      400,
      'json: cannot unmarshal string into Go struct field ChatRequest.messages of type []api.Message',
    );
  const { think, json, rest, ...settings } = common(body);
  if (settings.model === '') throw new Refusal(400, 'model is required');
  const messages = list(body.messages).map((item) => {
    const message = folded(item);
    if (message.content !== undefined && message.content !== null && typeof message.content !== 'string')
      throw new Refusal(
        400,
        'json: cannot unmarshal array into Go struct field Message.messages.content of type string',
      );
    const calls = list(message.tool_calls)
      .map((call) => object(object(call).function))
      .map(({ name, arguments: args }) => ({ name, args }));
    const extra = JSON.stringify([
      message.thinking ?? '',
      message.images ?? [],
      calls,
      message.tool_name ?? '',
      message.tool_call_id ?? '',
    ]);
    return {
      role: text(message.role).toLowerCase(),
      content: text(message.content) + (extra === '["",[],[],"",""]' ? '' : extra),
    };
  });
  return {
    ...settings,
    prompt: { model: settings.model, messages, tools: list(body.tools) as [], think, json, rest },
    loadOnly: loadOnly(messages.length === 0, body),
  };
}

function readGenerate(given: Body): NativeRequest {
  const body = folded(given);
  if (body.prompt !== undefined && body.prompt !== null && typeof body.prompt !== 'string')
    throw new Refusal(400, 'json: cannot unmarshal number into Go struct field GenerateRequest.prompt of type string');
  const { think, json, rest, ...settings } = common(body);
  if (settings.model === '') throw new Refusal(404, "model '' not found");
  const messages = [
    ...(text(body.system) === '' ? [] : [{ role: 'system', content: text(body.system) }]),
    { role: 'user', content: text(body.prompt) },
  ];
  const more = JSON.stringify([
    text(body.suffix),
    text(body.template),
    list(body.context),
    body.raw === true,
    list(body.images),
  ]);
  const prompt = {
    model: settings.model,
    messages,
    tools: [],
    think,
    json,
    rest: more === '["","",[],false,[]]' ? rest : rest + more,
  };
  return { ...settings, prompt, loadOnly: loadOnly(text(body.prompt) === '', body) };
}

const now = () => new Date().toISOString().replace('Z', '000000Z');

const metrics = (end: {
  totalNs: number;
  loadNs: number;
  promptTokens: number;
  promptNs: number;
  tokens: number;
  evalNs: number;
}) => ({
  total_duration: end.totalNs,
  load_duration: end.loadNs,
  prompt_eval_count: end.promptTokens,
  prompt_eval_duration: end.promptNs,
  eval_count: end.tokens,
  eval_duration: end.evalNs,
});

const toolCall = (call: Call, index: number) => ({
  id: call.id,
  function: { index, name: call.name, arguments: call.arguments },
});
/** Token ids that stand for the conversation so far. */
const contextOf = (promptTokens: number, tokens: number) =>
  Array.from({ length: promptTokens + tokens }, (_, at) => (at * 7919) % 32_000);
const asked = (reason: string) => reason === 'load' || reason === 'unload';

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

function chatPiece(model: string, piece: Piece): string {
  const head = { model, created_at: now() };
  if (piece.kind === 'end')
    return line({
      ...head,
      message: { role: 'assistant', content: '' },
      done: true,
      done_reason: piece.reason,
      ...(asked(piece.reason) ? {} : metrics(piece)),
    });
  const message = {
    role: 'assistant',
    content: piece.kind === 'content' ? piece.text : '',
    ...(piece.kind === 'thinking' && { thinking: piece.text }),
    ...(piece.kind === 'call' && { tool_calls: [toolCall(piece.call, piece.index)] }),
  };
  return line({
    ...head,
    message,
    done: false,
    ...(piece.kind !== 'call' && piece.logprobs && { logprobs: piece.logprobs }),
  });
}

function generatePiece(model: string, raw: boolean, piece: Piece): string {
  const head = { model, created_at: now() };
  if (piece.kind === 'end') {
    const context = raw || asked(piece.reason) ? {} : { context: contextOf(piece.promptTokens, piece.tokens) };
    return line({
      ...head,
      response: '',
      done: true,
      done_reason: piece.reason,
      ...context,
      ...(asked(piece.reason) ? {} : metrics(piece)),
    });
  }
  if (piece.kind === 'call') return '';
  return line({
    ...head,
    response: piece.kind === 'content' ? piece.text : '',
    ...(piece.kind === 'thinking' && { thinking: piece.text }),
    done: false,
    ...(piece.logprobs && { logprobs: piece.logprobs }),
  });
}

const tail = ({ ending }: Whole) => ({
  done: true,
  done_reason: ending.reason,
  ...(asked(ending.reason) ? {} : metrics(ending)),
});
const error = (_: number, message: string) => ({ error: message });
const broken = (message: string) => line({ error: message });

export const chat: Wire = {
  path: '/api/chat',
  streamType: 'application/x-ndjson',
  read: readChat,
  stream:
    ({ model }) =>
    (piece) =>
      chatPiece(model, piece),
  whole: ({ model }, _, answer) => ({
    model,
    created_at: now(),
    message: {
      role: 'assistant',
      content: answer.content,
      ...(answer.thinking && { thinking: answer.thinking }),
      ...(answer.calls.length > 0 && { tool_calls: answer.calls.map(toolCall) }),
    },
    ...tail(answer),
    ...(answer.logprobs.length > 0 && { logprobs: answer.logprobs }),
  }),
  error,
  broken,
};

export const generate: Wire = {
  path: '/api/generate',
  streamType: 'application/x-ndjson',
  read: readGenerate,
  stream:
    ({ model }, body) =>
    (piece) =>
      generatePiece(model, body.raw === true, piece),
  whole: ({ model }, body, answer) => ({
    model,
    created_at: now(),
    response: answer.content,
    ...(answer.thinking && { thinking: answer.thinking }),
    ...tail(answer),
    ...(body.raw === true || asked(answer.ending.reason)
      ? {}
      : { context: contextOf(answer.ending.promptTokens, answer.ending.tokens) }),
    ...(answer.logprobs.length > 0 && { logprobs: answer.logprobs }),
  }),
  error,
  broken,
};
