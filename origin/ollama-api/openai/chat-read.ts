/** Reads /v1/chat/completions. */
import { any, array, bool, type Decoded, decode, float64, int, rawMessage, str, struct } from '../go/decode.ts';
import { formatOf } from '../native/common.ts';
import { nativeTool } from '../native/decoders.ts';
import { EMPTY_MESSAGE, type Message, type NativeRequest, Refusal, type ToolCall } from '../native/request.ts';
import { imageOf, present, thinkOf } from './common.ts';

const toolCall = struct('openai.ToolCall', {
  id: str,
  index: int,
  type: str,
  function: struct('', { name: str, arguments: str }),
});
const message = struct('openai.Message', {
  role: str,
  content: any,
  reasoning: str,
  tool_calls: array(toolCall),
  name: str,
  tool_call_id: str,
});
const body = struct('openai.ChatCompletionRequest', {
  model: str,
  messages: array(message),
  stream: bool,
  stream_options: struct('openai.StreamOptions', { include_usage: bool }),
  max_tokens: int,
  seed: int,
  stop: any,
  temperature: float64,
  frequency_penalty: float64,
  presence_penalty: float64,
  top_p: float64,
  response_format: struct('openai.ResponseFormat', {
    type: str,
    json_schema: struct('openai.JsonSchema', { schema: rawMessage }),
  }),
  tools: array(nativeTool),
  reasoning: struct('openai.Reasoning', { effort: str }),
  reasoning_effort: str,
  logprobs: bool,
  top_logprobs: int,
});

type Given = Decoded<typeof body>;
type GivenMessage = NonNullable<Given['messages']>[number];

export interface ChatRead {
  readonly request: NativeRequest;
  readonly includeUsage: boolean;
}

export function readChat(text: string): ChatRead {
  const given = decode(text, body);
  if (given === undefined) throw new Refusal(400, 'EOF', 'reader');
  const all = given.messages ?? [];
  if (all.length === 0) throw new Refusal(400, "[] is too short - 'messages'", 'reader');
  const effort = given.reasoning === undefined ? given.reasoning_effort : given.reasoning.effort;
  const request: NativeRequest = {
    route: 'chat',
    model: given.model ?? '',
    stream: given.stream ?? false,
    messages: all.flatMap((item) => messagesOf(item, all)),
    extra: undefined,
    tools: given.tools ?? [],
    format: readFormat(given),
    think: thinkOf(effort ?? '', (value) => `'${value}'`),
    thinkIfAble: false,
    options: present({
      stop: stopsOf(given.stop),
      num_predict: given.max_tokens,
      temperature: given.temperature ?? 1,
      seed: given.seed,
      frequency_penalty: given.frequency_penalty,
      presence_penalty: given.presence_penalty,
      top_p: given.top_p ?? 1,
    }),
    truncate: true,
    logprobs: given.logprobs ?? false,
    topLogprobs: given.top_logprobs ?? 0,
    keepAliveMs: undefined,
  };
  return { request, includeUsage: given.stream_options?.include_usage ?? false };
}

function stopsOf(stop: unknown): readonly string[] | undefined {
  if (typeof stop === 'string') return [stop];
  if (!Array.isArray(stop)) return undefined;
  const words = stop.filter((word): word is string => typeof word === 'string');
  return words.length === 0 ? undefined : words;
}

function readFormat({ response_format: format }: Given): string | undefined {
  const type = (format?.type ?? '').trim().toLowerCase();
  if (type === 'json_object') return '"json"';
  return type === 'json_schema' ? formatOf(format?.json_schema?.schema) : undefined;
}

const GO_NAMES: Readonly<Record<string, string>> = { number: 'float64', boolean: 'bool' };

function messagesOf(item: GivenMessage, all: readonly GivenMessage[]): Message[] {
  const role = (item.role ?? '').toLowerCase();
  const more = {
    thinking: item.reasoning ?? '',
    toolCalls: (item.tool_calls ?? []).map(toolCallOf),
    toolName: role === 'tool' ? item.name || calledAs(item.tool_call_id ?? '', all) : '',
    toolCallId: item.tool_call_id ?? '',
  };
  if (typeof item.content === 'string') return [{ ...EMPTY_MESSAGE, role, content: item.content, ...more }];
  if (!Array.isArray(item.content)) {
    if (item.tool_calls !== undefined) return [{ ...EMPTY_MESSAGE, role, content: '', ...more }];
    const type = item.content === undefined || item.content === null ? '<nil>' : typeof item.content;
    const named = GO_NAMES[type] ?? (type === 'object' ? 'map[string]interface {}' : type);
    throw new Refusal(400, `invalid message content type: ${named}`, 'reader');
  }
  const parts = item.content.map((part) => ({ ...EMPTY_MESSAGE, role, content: '', ...partOf(part) }));
  const last = parts.at(-1);
  if (last === undefined || item.tool_calls === undefined) return parts;
  return [...parts.slice(0, -1), { ...last, ...more }];
}

function partOf(part: unknown): Partial<Message> {
  const { type, text, image_url: url, input_audio: audio } = (part ?? {}) as Readonly<Record<string, unknown>>;
  if (type === 'text' && typeof text === 'string') return { content: text };
  const inner = (value: unknown, name: string) =>
    typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : value;
  if (type === 'image_url') return { images: [imageOf(String(inner(url, 'url') ?? ''))] };
  if (type === 'input_audio') return { images: [String(inner(audio, 'data') ?? '')] };
  throw new Refusal(400, 'invalid message format', 'reader');
}

function toolCallOf({ id, function: called }: NonNullable<GivenMessage['tool_calls']>[number]): ToolCall {
  try {
    const given: unknown = JSON.parse(called?.arguments ?? '');
    if (typeof given === 'object' && !Array.isArray(given))
      return { id: id ?? '', name: called?.name ?? '', arguments: given ?? {} };
  } catch {
    // Refused below, like what is no object.
  }
  throw new Refusal(400, 'invalid tool call arguments', 'reader');
}

/** The function of the last call in the request that has this id. */
function calledAs(id: string, all: readonly GivenMessage[]): string {
  const calls = all.flatMap(({ tool_calls: made }) => made ?? []);
  return id === '' ? '' : (calls.findLast((call) => call.id === id)?.function?.name ?? '');
}
