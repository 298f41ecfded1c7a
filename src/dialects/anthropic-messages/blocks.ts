/** The `messages` of `/v1/messages`: content blocks read into Messages as Ollama maps them. */
import { isObject, type Json, type JsonObject } from '../../exchange/json.ts';
import type { Message, ToolCall } from '../../exchange/prompt.ts';
import { type FaultSink, faultSink, objectField, refuse, stringField } from '../fields.ts';
import { fold } from '../fold.ts';
import { plainBase64 } from '../ollama-messages.ts';
import { textOf } from '../openai-common.ts';

const MESSAGE_FIELDS: ReadonlySet<string> = new Set(['role', 'content']);
const BLOCK_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'text',
  'source',
  'id',
  'name',
  'input',
  'tool_use_id',
  'content',
  'thinking',
]);
/** What Ollama does not look at: it changes no answer. */
const IGNORED: ReadonlySet<string> = new Set(['cache_control', 'citations', 'signature', 'is_error', 'caller']);
const SOURCE_FIELDS: ReadonlySet<string> = new Set(['type', 'media_type', 'data', 'url']);
/** Blocks whose meaning is not in Message: requests with these are opaque. */
const UNMODELLED = 'messages.content.';

export interface State {
  /** Wrong types: found while the body is parsed, before anything else is looked at. */
  readonly sink: FaultSink;
  /** What a block lacks: found once the body is parsed. */
  readonly refusals: FaultSink;
  /** What stands in them that Message does not model, for people; undefined where nothing does. */
  unmodelled: string | undefined;
}

export function blockState(struct: string): State {
  return { sink: faultSink(`${struct}.messages`), refusals: faultSink(struct), unmodelled: undefined };
}

/** One message may become several, or none at all. */
export function readMessage(state: State, item: Json): readonly Message[] {
  if (!isObject(item) && item !== null) refuse(state.sink, wrongType('messages', 'anthropic.MessageParam'));
  const { known, unknown, hasUnknown } = fold(isObject(item) ? item : {}, MESSAGE_FIELDS);
  if (hasUnknown) state.unmodelled ??= `messages.${Object.keys(unknown)[0]}`;
  const role = (stringField(state.sink, known, 'role') ?? '').toLowerCase();
  const { content } = known;
  if (typeof content === 'string') return content === '' ? [] : [{ role, content }];
  if (Array.isArray(content)) return readBlocks(state, role, content as readonly Json[]);
  if (content === undefined) refuse(state.sink, 'unexpected end of JSON input');
  else if (content !== null) refuse(state.sink, wrongType('messages.content', '[]anthropic.ContentBlock'));
  return [];
}

function wrongType(field: string, type: string): string {
  return `json: cannot unmarshal a value of another kind into Go struct field MessagesRequest.${field} of type ${type}`;
}

function readBlocks(state: State, role: string, blocks: readonly Json[]): readonly Message[] {
  let content = '';
  let thinking = '';
  const images: string[] = [];
  const toolCalls: ToolCall[] = [];
  const results: Message[] = [];
  for (const item of blocks) {
    if (!isObject(item)) {
      if (item !== null) refuse(state.sink, wrongType('messages.content', 'anthropic.ContentBlock'));
      continue;
    }
    const { known: block, unknown, hasUnknown } = fold(item, BLOCK_FIELDS);
    const type = stringField(state.sink, block, 'type') ?? '';
    if (hasUnknown)
      for (const key of Object.keys(unknown)) if (!IGNORED.has(key)) state.unmodelled ??= `${UNMODELLED}${type}.${key}`;
    if (type === 'text') content += stringField(state.sink, block, 'text') ?? '';
    else if (type === 'image') images.push(readImage(state, objectField(state.sink, block, 'source')));
    else if (type === 'tool_use') toolCalls.push(readToolUse(state, block));
    else if (type === 'tool_result') results.push(readToolResult(state, block));
    else if (type === 'thinking') thinking = stringField(state.sink, block, 'thinking') ?? thinking;
    else state.unmodelled ??= UNMODELLED + type;
  }
  const silent = content === '' && thinking === '' && images.length === 0 && toolCalls.length === 0;
  const said: Message = {
    role,
    content,
    ...(thinking !== '' && { thinking }),
    ...(images.length > 0 && { images }),
    ...(toolCalls.length > 0 && { toolCalls }),
  };
  const spoken = silent ? [] : [said];
  return role === 'user' ? [...results, ...spoken] : [...spoken, ...results];
}

function readToolUse(state: State, block: JsonObject): ToolCall {
  const id = stringField(state.sink, block, 'id') ?? '';
  const name = stringField(state.sink, block, 'name') ?? '';
  if (id === '') refuse(state.refusals, "tool_use block missing required 'id' field");
  if (name === '') refuse(state.refusals, "tool_use block missing required 'name' field");
  return { id, name, arguments: objectField(state.sink, block, 'input') ?? {} };
}

/** Here Ollama reads a map, not a struct: keys are exact. */
function readToolResult(state: State, block: JsonObject): Message {
  const toolCallId = stringField(state.sink, block, 'tool_use_id') ?? '';
  const { content } = block;
  let text = textOf(content);
  const images: string[] = [];
  for (const part of Array.isArray(content) ? (content as readonly Json[]) : []) {
    if (!isObject(part)) continue;
    if (part.type === 'text') text += textOf(part.text);
    else if (part.type !== 'image') state.unmodelled ??= `${UNMODELLED}tool_result.${textOf(part.type)}`;
    else if (isObject(part.source)) images.push(readImage(state, part.source));
    else refuse(state.refusals, 'invalid tool_result image source');
  }
  return {
    role: 'tool',
    content: text,
    ...(images.length > 0 && { images }),
    ...(toolCallId !== '' && { toolCallId }),
  };
}

function readImage(state: State, source: JsonObject | undefined): string {
  if (source === undefined) return refuse(state.refusals, 'invalid image source') ?? '';
  const { known } = fold(source, SOURCE_FIELDS);
  const type = textOf(known.type);
  if (type !== 'base64')
    refuse(state.refusals, `invalid image source type: ${type}. Only base64 images are supported.`);
  return plainBase64(textOf(known.data));
}
