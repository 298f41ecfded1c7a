/** Reads /v1/messages. */
import { any, array, bool, type Decoded, decode, float64, int, str, struct, tree } from '../go/decode.ts';
import type { Node } from '../go/parse.ts';
import { plain, raw } from '../go/write.ts';
import { toolOf } from '../native/decoders.ts';
import { EMPTY_MESSAGE, type Message, type NativeRequest, Refusal } from '../native/request.ts';
import { present } from '../openai/common.ts';

const block = struct('anthropic.ContentBlock', {
  type: str,
  text: str,
  source: struct('anthropic.ImageSource', { type: str, media_type: str, data: str, url: str }),
  id: str,
  name: str,
  input: any,
  tool_use_id: str,
  content: tree,
  is_error: bool,
  thinking: str,
  signature: str,
});
const message = struct('anthropic.MessageParam', { role: str, content: tree });
const tool = struct('anthropic.Tool', { type: str, name: str, description: str, input_schema: tree, max_uses: int });
const body = struct('anthropic.MessagesRequest', {
  model: str,
  max_tokens: int,
  messages: array(message),
  system: any,
  stream: bool,
  temperature: float64,
  top_p: float64,
  top_k: int,
  stop_sequences: array(str),
  tools: array(tool),
  thinking: struct('anthropic.ThinkingConfig', { type: str, budget_tokens: int }),
  output_config: struct('anthropic.OutputConfig', { effort: str }),
});

type Given = Decoded<typeof body>;
type Block = Decoded<typeof block>;

export interface MessagesRead {
  readonly request: NativeRequest;
  /** Ollama's guess before the prompt was counted. */
  readonly estimate: number;
}

export function readMessages(text: string): MessagesRead {
  const given = decode(text, body);
  const refuse = (why: string) => new Refusal(400, why, 'reader');
  if (given === undefined) throw refuse('EOF');
  if (!given.model) throw refuse('model is required');
  if ((given.max_tokens ?? 0) <= 0) throw refuse('max_tokens is required and must be positive');
  if ((given.messages ?? []).length === 0) throw refuse('messages is required');
  const system = joined(given.system);
  const request: NativeRequest = {
    route: 'chat',
    model: given.model,
    stream: given.stream ?? false,
    messages: [
      ...(system === '' ? [] : [{ ...EMPTY_MESSAGE, role: 'system', content: system }]),
      ...(given.messages ?? []).flatMap(messagesOf),
    ],
    extra: undefined,
    tools: (given.tools ?? []).map(({ name, description, input_schema: schema }) =>
      toolOf(name ?? '', description ?? '', schema),
    ),
    format: undefined,
    think: thinkOf(given),
    thinkIfAble: true,
    options: present({
      num_predict: given.max_tokens,
      temperature: given.temperature,
      top_p: given.top_p,
      top_k: given.top_k,
      stop: given.stop_sequences?.length ? given.stop_sequences : undefined,
    }),
    truncate: true,
    logprobs: false,
    topLogprobs: 0,
    keepAliveMs: undefined,
  };
  return { request, estimate: estimateOf(given, system) };
}

function thinkOf({ thinking, output_config: output }: Given): boolean | string | undefined {
  if (thinking?.type === 'enabled') return true;
  if (thinking?.type === 'disabled') return false;
  const effort = (output?.effort ?? '').trim().toLowerCase();
  if (effort === 'xhigh') return 'high';
  return ['high', 'medium', 'low', 'max'].includes(effort) ? effort : undefined;
}

/** A string, or the texts of an array of blocks; the keys of these are matched exactly. */
function joined(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return '';
  return value.map((item: unknown) => String((item as { text?: unknown } | null)?.text ?? '')).join('');
}

function blocksOf(content: Node | undefined): readonly Block[] {
  const place = { root: 'MessagesRequest', path: 'messages.content' };
  return content?.kind === 'array' ? content.items.map((item) => block.read(item, place, undefined)) : [];
}

function messagesOf({ role: given, content }: Decoded<typeof message>): Message[] {
  const role = (given ?? '').toLowerCase();
  if (content?.kind === 'string') return [{ ...EMPTY_MESSAGE, role, content: content.value }];
  const blocks = blocksOf(content);
  const of = (type: string) => blocks.filter((item) => item.type === type);
  const own: Message = {
    ...EMPTY_MESSAGE,
    role,
    content: of('text')
      .map(({ text }) => text ?? '')
      .join(''),
    images: of('image').map(imageOf),
    thinking: of('thinking').at(-1)?.thinking ?? '',
    toolCalls: of('tool_use').map(({ id, name, input }) => {
      if (!id) throw new Refusal(400, "tool_use block missing required 'id' field", 'reader');
      if (!name) throw new Refusal(400, "tool_use block missing required 'name' field", 'reader');
      return { id, name, arguments: input ?? {} };
    }),
  };
  const results = of('tool_result').map((item) => ({
    ...EMPTY_MESSAGE,
    role: 'tool',
    content: joined(item.content === undefined ? '' : plain(item.content)),
    toolCallId: item.tool_use_id ?? '',
  }));
  const said =
    own.content !== '' || own.images.length > 0 || own.toolCalls.length > 0 || own.thinking !== '' ? [own] : [];
  return role === 'user' ? [...results, ...said] : [...said, ...results];
}

function imageOf({ source }: Block): string {
  if (source === undefined) throw new Refusal(400, 'invalid image source', 'reader');
  if (source.type === 'base64') return source.data ?? '';
  const message = `invalid image source type: ${source.type ?? ''}. Only base64 images are supported.`;
  throw new Refusal(400, message, 'reader');
}

/** A quarter of the bytes of all that was sent, at least one. */
function estimateOf({ messages = [], tools = [] }: Given, system: string): number {
  const texts = [system];
  for (const { role, content } of messages) {
    texts.push(role ?? '');
    if (content?.kind === 'string') texts.push(content.value);
    for (const [index, item] of blocksOf(content).entries()) {
      const node = content?.kind === 'array' ? content.items[index] : undefined;
      const whole = (item.type === 'tool_use' || item.type === 'tool_result') && node !== undefined ? raw(node) : '';
      texts.push(item.text ?? '', item.thinking ?? '', whole);
    }
  }
  for (const { name, description, input_schema: schema } of tools)
    texts.push(name ?? '', description ?? '', schema === undefined ? '' : raw(schema));
  const bytes = texts.reduce((sum, item) => sum + Buffer.byteLength(item), 0);
  return Math.max(1, Math.floor(bytes / 4));
}
