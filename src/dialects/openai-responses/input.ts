/** The `input` of `/v1/responses`: items read into Messages as Ollama maps them, and written back. */
import { isObject, type Json, type JsonObject } from '../../exchange/json.ts';
import type { Message, ToolCall } from '../../exchange/prompt.ts';
import { type FaultSink, refuse, stringField } from '../fields.ts';
import { fold } from '../fold.ts';
import { readImage } from '../openai-chat/messages.ts';
import { parseObject } from '../openai-common.ts';

const ITEM_FIELDS = {
  message: new Set(['type', 'role', 'content']),
  function_call: new Set(['type', 'call_id', 'name', 'arguments']),
  function_call_output: new Set(['type', 'call_id', 'output']),
  reasoning: new Set(['type', 'encrypted_content']),
} as const;
const HEAD_FIELDS: ReadonlySet<string> = new Set(['type', 'role']);
const PART_FIELDS: ReadonlySet<string> = new Set(['type', 'text', 'image_url']);
/** What OpenAI's own answers carry, and clients send back: Ollama does not look at it. */
const IGNORED: ReadonlySet<string> = new Set(['id', 'status', 'summary', 'phase', 'annotations', 'logprobs', 'detail']);

type Draft = { -readonly [Key in keyof Message]: Message[Key] };

export interface InputReading {
  readonly messages: readonly Message[];
  /** What stands in it that Message does not model, for people; undefined where nothing does. */
  readonly unmodelled: string | undefined;
}

interface State {
  /** What is wrong with the body's form. */
  readonly sink: FaultSink;
  /** What is wrong with what it says: Ollama finds that later. */
  readonly refusals: FaultSink;
  readonly messages: Draft[];
  /** Reasoning goes to the assistant's next message or call. */
  thinking: string;
  unmodelled: string | undefined;
}

export function readInput(
  sink: FaultSink,
  refusals: FaultSink,
  instructions: string,
  input: Json | undefined,
): InputReading {
  const messages: Draft[] = instructions === '' ? [] : [{ role: 'system', content: instructions }];
  const state: State = { sink, refusals, messages, thinking: '', unmodelled: undefined };
  if (typeof input === 'string') {
    if (input !== '') messages.push({ role: 'user', content: input });
  } else if (Array.isArray(input)) {
    (input as readonly Json[]).forEach((item, index) => {
      readItem(state, item, `input[${index}]`);
    });
  } else if (input !== undefined && input !== null) refuse(sink, 'input must be a string or array');
  if (state.thinking !== '') messages.push({ role: 'assistant', content: '', thinking: state.thinking });
  return { messages, unmodelled: state.unmodelled };
}

type ItemType = keyof typeof ITEM_FIELDS;

function readItem(state: State, value: Json, where: string): void {
  const { sink, messages } = state;
  const object = isObject(value) ? value : {};
  const { known: head } = fold(object, HEAD_FIELDS);
  const role = stringField(sink, head, 'role') ?? '';
  const type = itemType(sink, stringField(sink, head, 'type') || (role === '' ? '' : 'message'), where);
  if (type === undefined) return;
  const { known: item, unknown } = fold(object, ITEM_FIELDS[type]);
  noteUnknown(state, unknown, where);

  switch (type) {
    case 'message': {
      // Ollama gives reasoning and calls to what is spelled exactly so; its own API lowers the case afterwards.
      if (role !== role.toLowerCase()) state.unmodelled ??= `${where}.role`;
      const message: Draft = { role: role.toLowerCase(), ...readContent(state, item.content, `${where}: content`) };
      messages.push(role === 'assistant' ? reasoned(state, message) : message);
      return;
    }
    case 'function_call':
      addCall(state, readCall(state, item));
      return;
    case 'function_call_output': {
      const toolCallId = stringField(sink, item, 'call_id') ?? '';
      const said = readContent(state, item.output, `${where}: output`);
      messages.push({ role: 'tool', ...said, ...(toolCallId !== '' && { toolCallId }) });
      return;
    }
    case 'reasoning':
      state.thinking = stringField(sink, item, 'encrypted_content') ?? '';
  }
}

function itemType(sink: FaultSink, type: string, where: string): ItemType | undefined {
  if (Object.hasOwn(ITEM_FIELDS, type)) return type as ItemType;
  const problem =
    type === '' ? "input item missing required 'type' field" : `unknown input item type: ${JSON.stringify(type)}`;
  return refuse(sink, `${where}: ${problem}`);
}

function noteUnknown(state: State, unknown: JsonObject, where: string): void {
  for (const key of Object.keys(unknown))
    if (!IGNORED.has(key) && unknown[key] !== null) state.unmodelled ??= `${where}.${key}`;
}

function reasoned(state: State, message: Draft): Draft {
  if (state.thinking !== '') message.thinking = state.thinking;
  state.thinking = '';
  return message;
}

function addCall(state: State, call: ToolCall): void {
  const last = state.messages.at(-1);
  const message: Draft = last?.role === 'assistant' ? last : { role: 'assistant', content: '' };
  message.toolCalls = [...(message.toolCalls ?? []), call];
  if (message !== last) state.messages.push(message);
  reasoned(state, message);
}

function readCall({ sink, refusals }: State, item: JsonObject): ToolCall {
  const text = stringField(sink, item, 'arguments') ?? '';
  const args = text === '' ? {} : parseObject(text);
  if (args === undefined) refuse(refusals, 'failed to parse function call arguments');
  const id = stringField(sink, item, 'call_id') ?? '';
  return { id, name: stringField(sink, item, 'name') ?? '', arguments: args ?? {} };
}

/** A text, or parts whose texts are joined. */
function readContent(state: State, value: Json | undefined, where: string): Pick<Draft, 'content' | 'images'> {
  if (typeof value === 'string') return { content: value };
  if (value === undefined || value === null) return { content: '' };
  if (!Array.isArray(value)) return refuse(state.sink, `${where} must be a string or array`) ?? { content: '' };
  let content = '';
  const images: string[] = [];
  (value as readonly Json[]).forEach((item, index) => {
    const { known: part, unknown } = fold(isObject(item) ? item : {}, PART_FIELDS);
    noteUnknown(state, unknown, `${where}[${index}]`);
    const type = stringField(state.sink, part, 'type') ?? '';
    if (type === 'input_text' || type === 'output_text') content += stringField(state.sink, part, 'text') ?? '';
    else if (type === 'input_image') {
      const url = stringField(state.sink, part, 'image_url') ?? '';
      if (url !== '') images.push(readImage(state.refusals, url));
    } else if (type === 'input_file') refuse(state.refusals, 'file inputs are not currently supported');
    else refuse(state.sink, `${where}[${index}]: unknown content type: ${type}`);
  });
  return { content, ...(images.length > 0 && { images }) };
}

/** Reads back as the same messages. */
export function writeInput(messages: readonly Message[]): JsonObject[] {
  return messages.flatMap((message): JsonObject[] => {
    const { role, thinking, toolCalls, toolCallId } = message;
    const said = writeContent(message);
    if (role === 'tool') return [{ type: 'function_call_output', call_id: toolCallId ?? '', output: said }];
    const items: JsonObject[] = [{ type: 'message', role, content: said }];
    if (thinking !== undefined) items.unshift({ type: 'reasoning', summary: [], encrypted_content: thinking });
    for (const { id, name, arguments: args } of toolCalls ?? [])
      items.push({ type: 'function_call', call_id: id, name, arguments: JSON.stringify(args) });
    return items;
  });
}

function writeContent({ content, images }: Message): Json {
  if (images === undefined) return content;
  const pictures = images.map((image) => ({ type: 'input_image', detail: 'auto', image_url: `data:;base64,${image}` }));
  return content === '' ? pictures : [{ type: 'input_text', text: content }, ...pictures];
}
