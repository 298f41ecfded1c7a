/** OpenAI's /v1/responses as Ollama speaks it. */
import { openaiError, sampling } from './openai.ts';
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
  smallId,
  text,
  type Whole,
  type Wire,
} from './wire.ts';

const parts = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : list(value)
        .map((part) => text(object(part).text))
        .join('');

type Message = { role: string; content: string };

function readInput(input: unknown): Message[] {
  if (typeof input === 'string') return input === '' ? [] : [{ role: 'user', content: input }];
  if (!Array.isArray(input)) throw new Refusal(400, 'input must be a string or array');
  return input.map(object).map((item, at): Message => {
    if (item.type === 'function_call')
      return {
        role: 'assistant',
        content: JSON.stringify([
          '',
          [],
          [{ name: item.name, args: JSON.parse(text(item.arguments) || '{}') as unknown }],
          '',
          '',
        ]),
      };
    if (item.type === 'function_call_output')
      return { role: 'tool', content: parts(item.output) + JSON.stringify(['', [], [], '', text(item.call_id)]) };
    if (item.role === undefined) throw new Refusal(400, `input[${at}]: input item missing required 'type' field`);
    return { role: text(item.role).toLowerCase(), content: parts(item.content) };
  });
}

function read(given: Body): NativeRequest {
  const body = folded(given);
  const model = text(body.model);
  const instructions = text(body.instructions);
  const messages = [
    ...(instructions === '' ? [] : [{ role: 'system', content: instructions }]),
    ...readInput(body.input ?? ''),
  ];
  const format = object(object(body.text).format);
  const schema = format.type === 'json_schema' ? format.schema : undefined;
  const effort = text(object(body.reasoning).effort);
  const tools = list(body.tools)
    .map(object)
    .map(({ name, description, parameters }) => ({ type: 'function', function: { name, description, parameters } }));
  return {
    model,
    stream: body.stream === true,
    numPredict: number(body.max_output_tokens) ?? -1,
    stop: [],
    numCtx: 4096,
    logprobs: false,
    prompt: {
      model,
      messages,
      tools: tools as [],
      think: effort !== '' && effort !== 'none',
      json: schema !== undefined,
      rest: optionsText(sampling({ temperature: body.temperature, top_p: body.top_p }), {
        format: schema === undefined ? undefined : JSON.stringify(schema),
      }),
    },
    loadOnly: messages.length === 0 ? 'load' : undefined,
  };
}

const seconds = () => Math.floor(Date.now() / 1000);

function responseOf(
  id: string,
  { model }: NativeRequest,
  body: Body,
  status: string,
  output: object[],
  whole?: Whole,
): object {
  return {
    id,
    object: 'response',
    created_at: seconds(),
    completed_at: status === 'completed' ? seconds() : null,
    status,
    incomplete_details: null,
    model,
    previous_response_id: null,
    instructions: body.instructions ?? null,
    output,
    error: null,
    tools: body.tools ?? [],
    tool_choice: 'auto',
    truncation: 'disabled',
    parallel_tool_calls: true,
    text: { format: { type: 'text' } },
    top_p: body.top_p ?? 1,
    presence_penalty: 0,
    frequency_penalty: 0,
    top_logprobs: 0,
    temperature: body.temperature ?? 1,
    reasoning: body.reasoning ?? null,
    usage:
      whole === undefined
        ? null
        : {
            input_tokens: whole.ending.promptTokens,
            output_tokens: whole.ending.tokens,
            total_tokens: whole.ending.promptTokens + whole.ending.tokens,
            input_tokens_details: { cached_tokens: 0 },
            output_tokens_details: { reasoning_tokens: 0 },
          },
    max_output_tokens: body.max_output_tokens ?? null,
    max_tool_calls: null,
    store: false,
    background: false,
    service_tier: 'default',
    metadata: {},
    safety_identifier: null,
    prompt_cache_key: null,
  };
}

const messageItem = (id: string, status: string, words: string | undefined) => ({
  id,
  type: 'message',
  status,
  role: 'assistant',
  content: words === undefined ? [] : [{ type: 'output_text', text: words, annotations: [], logprobs: [] }],
});
const callItem = (id: string, call: Call, status: string) => ({
  id,
  type: 'function_call',
  status,
  call_id: call.id,
  name: call.name,
  arguments: status === 'completed' ? JSON.stringify(call.arguments) : '',
});
const reasoningItem = (id: string, words: string) => ({
  id,
  type: 'reasoning',
  summary: [{ type: 'summary_text', text: words }],
  encrypted_content: words,
});

function outputOf({ thinking, content, calls }: Whole, id: string): object[] {
  return [
    ...(thinking ? [reasoningItem(`rs_${id}`, thinking)] : []),
    ...(calls.length > 0
      ? calls.map((call, at) => callItem(`fc_${id}_${at}`, call, 'completed'))
      : content
        ? [messageItem(`msg_${id}`, 'completed', content)]
        : []),
  ];
}

function stream(request: NativeRequest, given: Body): (piece: Piece) => string {
  const body = folded(given);
  const id = smallId('resp_');
  let sequence = 0;
  let output = 0;
  let thinking = '';
  let content = '';
  let thinkingOpen = false;
  const calls: Call[] = [];
  const event = (type: string, data: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ ...data, sequence_number: sequence++, type })}\n\n`;
  const begin = () =>
    sequence > 0
      ? ''
      : event('response.created', { response: responseOf(id, request, body, 'in_progress', []) }) +
        event('response.in_progress', { response: responseOf(id, request, body, 'in_progress', []) });
  const rs = `rs_${id}`;
  const msg = `msg_${id}`;
  const endThinking = () => {
    if (!thinkingOpen) return '';
    thinkingOpen = false;
    return (
      event('response.reasoning_summary_text.done', {
        item_id: rs,
        output_index: output,
        summary_index: 0,
        text: thinking,
      }) + event('response.output_item.done', { output_index: output++, item: reasoningItem(rs, thinking) })
    );
  };
  return (piece) => {
    if (piece.kind === 'thinking') {
      const opened = thinkingOpen
        ? ''
        : event('response.output_item.added', {
            output_index: output,
            item: { id: rs, summary: [], type: 'reasoning' },
          });
      const started = sequence === 0 ? begin() + opened : opened;
      thinkingOpen = true;
      thinking += piece.text;
      return (
        started +
        event('response.reasoning_summary_text.delta', {
          item_id: rs,
          output_index: output,
          summary_index: 0,
          delta: piece.text,
        })
      );
    }
    if (piece.kind === 'content') {
      const started = begin() + endThinking();
      const opened =
        content !== ''
          ? ''
          : event('response.output_item.added', {
              output_index: output,
              item: messageItem(msg, 'in_progress', undefined),
            }) +
            event('response.content_part.added', {
              item_id: msg,
              output_index: output,
              content_index: 0,
              part: { type: 'output_text', text: '', annotations: [], logprobs: [] },
            });
      content += piece.text;
      return (
        started +
        opened +
        event('response.output_text.delta', {
          item_id: msg,
          output_index: output,
          content_index: 0,
          delta: piece.text,
          logprobs: [],
        })
      );
    }
    if (piece.kind === 'call') {
      const item = `fc_${id}_${calls.length}`;
      calls.push(piece.call);
      const started = begin() + endThinking();
      const args = JSON.stringify(piece.call.arguments);
      return (
        started +
        event('response.output_item.added', { output_index: output, item: callItem(item, piece.call, 'in_progress') }) +
        event('response.function_call_arguments.delta', { item_id: item, output_index: output, delta: args }) +
        event('response.function_call_arguments.done', { item_id: item, output_index: output, arguments: args }) +
        event('response.output_item.done', { output_index: output++, item: callItem(item, piece.call, 'completed') })
      );
    }
    if (piece.kind !== 'end') return '';
    const started = begin() + endThinking();
    const closed =
      content === '' || calls.length > 0
        ? ''
        : event('response.output_text.done', {
            item_id: msg,
            output_index: output,
            content_index: 0,
            text: content,
            logprobs: [],
          }) +
          event('response.content_part.done', {
            item_id: msg,
            output_index: output,
            content_index: 0,
            part: { type: 'output_text', text: content, annotations: [], logprobs: [] },
          }) +
          event('response.output_item.done', { output_index: output, item: messageItem(msg, 'completed', content) });
    const whole: Whole = { thinking, content, calls, logprobs: [], ending: piece };
    return (
      started +
      closed +
      event('response.completed', { response: responseOf(id, request, body, 'completed', outputOf(whole, id), whole) })
    );
  };
}

export const responses: Wire = {
  path: '/v1/responses',
  streamType: 'text/event-stream',
  read,
  stream,
  whole: (request, body, answer) =>
    responseOf(smallId('resp_'), request, folded(body), 'completed', outputOf(answer, String(Date.now())), answer),
  error: openaiError,
  broken: () => undefined,
};
