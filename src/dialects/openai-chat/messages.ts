/** The `messages` of `/v1/chat/completions`: read into Messages as Ollama maps them, and written back. */
import { isObject, type Json, type JsonObject } from '../../exchange/json.ts';
import type { Message, ToolCall } from '../../exchange/prompt.ts';
import { arrayField, type FaultSink, faultSink, intField, objectField, refuse, stringField } from '../fields.ts';
import { fold } from '../fold.ts';
import { plainBase64 } from '../ollama-messages.ts';
import { parseObject } from '../openai-common.ts';

const MESSAGE_FIELDS: ReadonlySet<string> = new Set([
  'role',
  'content',
  'reasoning',
  'tool_calls',
  'name',
  'tool_call_id',
]);
/** What OpenAI's own answers carry, and clients send back: Ollama does not look at it. */
const IGNORED: ReadonlySet<string> = new Set(['refusal', 'annotations', 'audio', 'function_call', 'reasoning_content']);
const CALL_FIELDS: ReadonlySet<string> = new Set(['id', 'index', 'type', 'function']);
const FUNCTION_FIELDS: ReadonlySet<string> = new Set(['name', 'arguments']);
const PART_FIELDS: ReadonlySet<string> = new Set(['type', 'text', 'image_url']);

export interface OpenaiMessages {
  readonly messages: readonly Message[];
  /** What stands in them that Message does not model, for people; undefined where nothing does. */
  readonly unmodelled: string | undefined;
}

interface State {
  readonly sink: FaultSink;
  /** Function names by call id: a tool's message may name only the id. */
  readonly called: Map<string, string>;
  unmodelled: string | undefined;
}

type Draft = { -readonly [Key in keyof Message]: Message[Key] };

/** @param body keys folded; faults go to the sink */
export function readOpenaiMessages(sink: FaultSink, body: JsonObject): OpenaiMessages {
  const items = arrayField(sink, body, 'messages', 'openai.Message') ?? [];
  const state: State = { sink: faultSink(`${sink.struct}.messages`), called: new Map(), unmodelled: undefined };
  const messages = items.flatMap((item) => readMessage(state, isObject(item) ? item : {}));
  sink.first ??= state.sink.first;
  // A call may stand after the message that answers it: the last message with that id counts.
  for (const message of messages)
    if (message.role === 'tool' && message.toolCallId !== undefined && message.toolName === undefined) {
      const name = state.called.get(message.toolCallId);
      if (name) message.toolName = name;
    }
  return { messages, unmodelled: state.unmodelled };
}

function readMessage(state: State, item: JsonObject): Draft[] {
  const { known, unknown } = fold(item, MESSAGE_FIELDS);
  for (const key of Object.keys(unknown)) if (!IGNORED.has(key)) state.unmodelled ??= `messages.${key}`;
  const { sink } = state;
  const role = (stringField(sink, known, 'role') ?? '').toLowerCase();
  const toolCalls = readToolCalls(state, known);
  const about: Partial<Draft> = {};
  const thinking = stringField(sink, known, 'reasoning');
  if (thinking) about.thinking = thinking;
  const name = stringField(sink, known, 'name');
  if (name && role === 'tool') about.toolName = name;
  const toolCallId = stringField(sink, known, 'tool_call_id');
  if (toolCallId) about.toolCallId = toolCallId;
  if (toolCalls.length > 0) about.toolCalls = toolCalls;

  const { content } = known;
  if (typeof content === 'string') return [{ role, content, ...about }];
  if (Array.isArray(content)) {
    const parts = (content as readonly Json[]).map((part): Draft => ({ role, ...readPart(state, part) }));
    const last = parts.at(-1);
    // Without calls, Ollama forgets what else such a message says.
    if (toolCalls.length > 0 && last !== undefined) Object.assign(last, about);
    return parts;
  }
  if (known.tool_calls === undefined || known.tool_calls === null)
    refuse(sink, `invalid message content type: ${goType(content)}`);
  return [{ role, content: '', ...about }];
}

function goType(value: Json | undefined): string {
  if (value === undefined || value === null) return '<nil>';
  if (typeof value === 'number') return 'float64';
  return typeof value === 'boolean' ? 'bool' : 'map[string]interface {}';
}

/** Each part becomes a message of its own, as in Ollama. */
function readPart(state: State, part: Json): Pick<Draft, 'content' | 'images'> {
  if (!isObject(part)) return refuse(state.sink, 'invalid message format') ?? { content: '' };
  for (const key of Object.keys(part))
    if (!PART_FIELDS.has(key) && key !== 'cache_control') state.unmodelled ??= `messages.content.${key}`;
  if (part.type === 'text' && typeof part.text === 'string') return { content: part.text };
  if (part.type === 'image_url') {
    const image = part.image_url;
    if (isObject(image) && Object.keys(image).some((key) => key !== 'url' && key !== 'detail'))
      state.unmodelled ??= 'messages.content.image_url';
    return { content: '', images: [readImage(state.sink, isObject(image) ? image.url : image)] };
  }
  if (part.type === 'input_audio') state.unmodelled ??= 'messages.content.input_audio';
  else refuse(state.sink, 'invalid message format');
  return { content: '' };
}

const DATA_URL = /^data:(?:image\/(?:jpeg|jpg|png|webp))?;base64,/;

/** The base64 of a data URL; anything else is refused as Ollama refuses it. */
export function readImage(sink: FaultSink, url: Json | undefined): string {
  if (typeof url === 'string' && DATA_URL.test(url)) return plainBase64(url.slice(url.indexOf(',') + 1));
  if (typeof url === 'string' && /^https?:/.test(url))
    refuse(sink, 'image URLs are not currently supported, please use base64 encoded data instead');
  else refuse(sink, 'invalid image input');
  return '';
}

function readToolCalls(state: State, message: JsonObject): readonly ToolCall[] {
  const { sink } = state;
  const calls = (arrayField(sink, message, 'tool_calls', 'openai.ToolCall') ?? []).map((item, position) => {
    const call = fold(isObject(item) ? item : {}, CALL_FIELDS);
    const target = fold(objectField(sink, call.known, 'function') ?? {}, FUNCTION_FIELDS);
    if (call.hasUnknown || target.hasUnknown) state.unmodelled ??= 'messages.tool_calls';
    const index = intField(sink, call.known, 'index') ?? 0;
    if (index !== 0 && index !== position) state.unmodelled ??= 'messages.tool_calls.index';
    const id = stringField(sink, call.known, 'id') ?? '';
    const name = stringField(sink, target.known, 'name') ?? '';
    const args = parseObject(stringField(sink, target.known, 'arguments') ?? '');
    if (args === undefined) refuse(sink, 'invalid tool call arguments');
    return { id, name, arguments: args ?? {} };
  });
  // Of several calls with one id in one message, Ollama takes the first.
  for (const { id, name } of calls.toReversed()) state.called.set(id, name);
  return calls;
}

/** Reads back as the same Message. */
export function writeOpenaiMessage(message: Message): JsonObject {
  const { role, content, thinking, images, toolCalls, toolName, toolCallId } = message;
  return {
    role,
    content: images === undefined ? content : images.map(writeImage),
    ...(thinking !== undefined && { reasoning: thinking }),
    ...(toolCalls && { tool_calls: toolCalls.map(writeOpenaiToolCall) }),
    ...(toolName !== undefined && { name: toolName }),
    ...(toolCallId !== undefined && { tool_call_id: toolCallId }),
  };
}

function writeImage(image: string): JsonObject {
  return { type: 'image_url', image_url: { url: `data:;base64,${image}` } };
}

export function writeOpenaiToolCall(call: ToolCall, index: number): JsonObject {
  return {
    id: call.id,
    index,
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  };
}
