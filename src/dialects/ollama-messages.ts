/** The `messages` of `/api/chat`: read into Messages and written back. */
import { isObject, type Json, type JsonObject } from '../exchange/json.ts';
import type { Message, ToolCall } from '../exchange/prompt.ts';
import {
  arrayField,
  type FaultSink,
  faultSink,
  intField,
  objectField,
  refuse,
  stringField,
  stringsField,
} from './fields.ts';
import { fold } from './fold.ts';

const MESSAGE_FIELDS: ReadonlySet<string> = new Set([
  'role',
  'content',
  'thinking',
  'images',
  'tool_calls',
  'tool_name',
  'tool_call_id',
]);
/** `type` is OpenAI's; Ollama does not look at it. */
const CALL_FIELDS: ReadonlySet<string> = new Set(['id', 'type', 'function']);
const FUNCTION_FIELDS: ReadonlySet<string> = new Set(['index', 'name', 'arguments']);

export interface MessagesReading {
  readonly messages: readonly Message[];
  /** What stands in them that Message does not model, for people; undefined where nothing does. */
  readonly unmodelled: string | undefined;
}

/** @param body keys folded; faults go to the sink */
export function readMessages(sink: FaultSink, body: JsonObject): MessagesReading {
  const items = arrayField(sink, body, 'messages', 'api.Message') ?? [];
  const path = `${sink.struct}.messages`;
  const state: State = {
    message: faultSink(path),
    call: faultSink(`${path}.tool_calls`),
    target: faultSink(`${path}.tool_calls.function`),
    unmodelled: undefined,
  };
  const messages = items.map((item) => readMessage(state, item));
  sink.first ??= state.message.first ?? state.call.first ?? state.target.first;
  return { messages, unmodelled: state.unmodelled };
}

interface State {
  readonly message: FaultSink;
  readonly call: FaultSink;
  readonly target: FaultSink;
  unmodelled: string | undefined;
}

function folded(state: State, item: JsonObject, fields: ReadonlySet<string>, where: string): JsonObject {
  const { known, unknown, hasUnknown } = fold(item, fields);
  if (hasUnknown) state.unmodelled ??= `${where}.${Object.keys(unknown)[0]}`;
  return known;
}

const EMPTY: JsonObject = {};

/** Go reads a null element as an empty one. */
function element(sink: FaultSink, item: Json, type: string): JsonObject {
  if (isObject(item)) return item;
  if (item !== null)
    refuse(
      sink,
      `json: cannot unmarshal a value that is no object into Go struct field ${sink.struct} of type ${type}`,
    );
  return EMPTY;
}

function readMessage(state: State, item: Json): Message {
  const known = folded(state, element(state.message, item, 'api.Message'), MESSAGE_FIELDS, 'messages');
  const sink = state.message;
  const message: { -readonly [Key in keyof Message]: Message[Key] } = {
    role: (stringField(sink, known, 'role') ?? '').toLowerCase(),
    content: stringField(sink, known, 'content') ?? '',
  };
  const thinking = stringField(sink, known, 'thinking');
  if (thinking) message.thinking = thinking;
  const images = stringsField(sink, known, 'images');
  if (images !== undefined && images.length > 0) message.images = images.map(plainBase64);
  const calls = arrayField(sink, known, 'tool_calls', 'api.ToolCall');
  if (calls !== undefined && calls.length > 0)
    message.toolCalls = calls.map((call, index) => readToolCall(state, call, index));
  const toolName = stringField(sink, known, 'tool_name');
  if (toolName) message.toolName = toolName;
  const toolCallId = stringField(sink, known, 'tool_call_id');
  if (toolCallId) message.toolCallId = toolCallId;
  return message;
}

/** Go's base64 skips line ends. */
export function plainBase64(image: string): string {
  return /[\r\n]/.test(image) ? image.replace(/[\r\n]+/g, '') : image;
}

function readToolCall(state: State, item: Json, position: number): ToolCall {
  const known = folded(state, element(state.call, item, 'api.ToolCall'), CALL_FIELDS, 'tool_calls');
  const target = folded(
    state,
    objectField(state.call, known, 'function') ?? EMPTY,
    FUNCTION_FIELDS,
    'tool_calls.function',
  );
  // A template may print the index; clients that leave it out, or send zeros, mean the position.
  const index = intField(state.target, target, 'index') ?? 0;
  if (index !== 0 && index !== position) state.unmodelled ??= 'tool_calls.function.index';
  return {
    id: stringField(state.call, known, 'id') ?? '',
    name: stringField(state.target, target, 'name') ?? '',
    arguments: objectField(state.target, target, 'arguments') ?? EMPTY,
  };
}

export function writeMessage(message: Message): JsonObject {
  const { role, content, thinking, images, toolCalls, toolName, toolCallId } = message;
  return {
    role,
    content,
    ...(thinking !== undefined && { thinking }),
    ...(images && { images }),
    ...(toolCalls && { tool_calls: toolCalls.map(writeToolCall) }),
    ...(toolName !== undefined && { tool_name: toolName }),
    ...(toolCallId !== undefined && { tool_call_id: toolCallId }),
  };
}

export function writeToolCall(call: ToolCall, index: number): JsonObject {
  const { id, name } = call;
  return { ...(id !== '' && { id }), function: { index, name, arguments: call.arguments } };
}

/** Tool calls in an origin's answer; what is none is skipped. */
export function answeredToolCalls(value: Json | undefined): readonly ToolCall[] {
  if (!Array.isArray(value)) return [];
  const calls: ToolCall[] = [];
  for (const item of value as readonly Json[]) {
    if (!isObject(item) || !isObject(item.function)) continue;
    const { name, arguments: given } = item.function;
    calls.push({
      id: typeof item.id === 'string' ? item.id : '',
      name: typeof name === 'string' ? name : '',
      arguments: isObject(given) ? given : EMPTY,
    });
  }
  return calls;
}

/** The messages of an opaque request: every key that Go would fold is folded, nothing is lost. */
export function refoldMessages(value: Json | undefined): Json {
  if (!Array.isArray(value)) return [];
  return (value as readonly Json[]).map((item) => {
    const message = refold(item, MESSAGE_FIELDS);
    if (!isObject(message) || !Array.isArray(message.tool_calls)) return message;
    return { ...message, tool_calls: (message.tool_calls as readonly Json[]).map(refoldToolCall) };
  });
}

function refoldToolCall(item: Json): Json {
  const call = refold(item, CALL_FIELDS);
  return isObject(call) && isObject(call.function)
    ? { ...call, function: refold(call.function, FUNCTION_FIELDS) }
    : call;
}

function refold(item: Json, fields: ReadonlySet<string>): Json {
  if (!isObject(item)) return item;
  const { known, unknown, hasUnknown } = fold(item, fields);
  return hasUnknown ? { ...known, ...unknown } : known;
}
