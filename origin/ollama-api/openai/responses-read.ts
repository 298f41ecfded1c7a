/** Reads /v1/responses. */
import { array, bool, type Decoded, decode, float64, int, rawMessage, str, struct, tree } from '../go/decode.ts';
import { type Node, parseFirst } from '../go/parse.ts';
import { plain, sorted } from '../go/write.ts';
import { toolOf } from '../native/decoders.ts';
import {
  EMPTY_MESSAGE,
  type Message,
  type NativeRequest,
  Refusal,
  type Tool,
  type ToolCall,
} from '../native/request.ts';
import { imageOf, present, thinkOf } from './common.ts';

const tool = struct('openai.ResponsesTool', { type: str, name: str, description: str, strict: bool, parameters: tree });
const body = struct('openai.ResponsesRequest', {
  model: str,
  background: bool,
  input: tree,
  instructions: str,
  max_output_tokens: int,
  reasoning: struct('openai.ResponsesReasoning', { effort: str, generate_summary: str, summary: str }),
  temperature: float64,
  text: struct('openai.ResponsesText', {
    format: struct('openai.ResponsesTextFormat', { type: str, name: str, schema: rawMessage, strict: bool }),
  }),
  top_p: float64,
  truncation: str,
  tools: array(tool),
  stream: bool,
});
const item = struct('openai.ResponsesInputItem', {
  type: str,
  role: str,
  content: tree,
  call_id: str,
  name: str,
  arguments: str,
  output: tree,
  encrypted_content: str,
});
const part = struct('openai.ResponsesContent', { type: str, text: str, image_url: str });

export type ResponsesBody = Decoded<typeof body>;
type Item = Decoded<typeof item>;

const NOWHERE = { root: 'ResponsesRequest', path: 'input' } as const;

export function readResponses(text: string): { readonly request: NativeRequest; readonly body: ResponsesBody } {
  const given = decode(text, body);
  if (given === undefined) throw new Refusal(400, 'EOF', 'reader');
  const format = given.text?.format;
  const request: NativeRequest = {
    route: 'chat',
    model: given.model ?? '',
    stream: given.stream ?? false,
    messages: [
      ...(given.instructions ? [{ ...EMPTY_MESSAGE, role: 'system', content: given.instructions }] : []),
      ...readInput(given.input),
    ],
    extra: undefined,
    tools: (given.tools ?? []).map(nativeToolOf),
    // json_object asks for nothing here.
    format: format?.type === 'json_schema' ? format.schema : undefined,
    think: thinkOf(given.reasoning?.effort ?? '', JSON.stringify),
    thinkIfAble: false,
    // Unlike the chat route's, an absent top_p stays the model's own in v0.24; newer versions force 1.
    options: present({
      temperature: given.temperature ?? 1,
      top_p: given.top_p ?? 1,
      num_predict: given.max_output_tokens,
    }),
    truncate: true,
    logprobs: false,
    topLogprobs: 0,
    keepAliveMs: undefined,
  };
  return { request, body: given };
}

/** Parameters pass through a Go map on their way: their names arrive in alphabetical order. */
function nativeToolOf({ name, description, parameters }: Decoded<typeof tool>): Tool {
  const ordered = parameters === undefined ? undefined : parseFirst(JSON.stringify(sorted(plain(parameters))));
  return toolOf(name ?? '', description ?? '', ordered);
}

function readInput(input: Node | undefined): Message[] {
  if (input === undefined) return [];
  if (input.kind === 'string')
    return input.value === '' ? [] : [{ ...EMPTY_MESSAGE, role: 'user', content: input.value }];
  if (input.kind !== 'array') {
    const cause = `json: cannot unmarshal ${input.kind} into Go value of type []json.RawMessage`;
    throw new Refusal(400, `input must be a string or array: ${cause}`, 'reader');
  }
  const messages: Message[] = [];
  let thought = '';
  const add = (message: Partial<Message> & { readonly role: string }) => {
    const thinking = message.role === 'assistant' ? thought : '';
    if (message.role === 'assistant') thought = '';
    messages.push({ ...EMPTY_MESSAGE, content: '', thinking, ...message });
  };
  for (const [index, node] of input.items.entries()) {
    const given = item.read(node, NOWHERE, undefined);
    const type = given.type || (given.role === undefined ? '' : 'message');
    if (type === 'message') add(readMessage(given, index));
    else if (type === 'function_call') {
      const before = messages.at(-1);
      const call = readCall(given);
      if (before?.role !== 'assistant') add({ role: 'assistant', toolCalls: [call] });
      else messages[messages.length - 1] = { ...before, toolCalls: [...before.toolCalls, call] };
    } else if (type === 'function_call_output') {
      const { text, images } = readParts(given.output, index, true);
      add({ role: 'tool', content: text, images, toolCallId: given.call_id ?? '' });
    } else if (type === 'reasoning') thought = given.encrypted_content ?? '';
    else if (type === '') throw new Refusal(400, `input[${index}]: input item missing required 'type' field`, 'reader');
    else throw new Refusal(400, `input[${index}]: unknown input item type: ${JSON.stringify(type)}`, 'reader');
  }
  if (thought !== '') add({ role: 'assistant' });
  return messages;
}

function readMessage({ role, content }: Item, index: number): { role: string; content: string; images: string[] } {
  const { text, images } = readParts(content, index, false);
  return { role: (role ?? '').toLowerCase(), content: text, images };
}

/** Texts are joined without anything between them. */
function readParts(content: Node | undefined, index: number, output: boolean): { text: string; images: string[] } {
  if (content?.kind === 'string') return { text: content.value, images: [] };
  const images: string[] = [];
  let text = '';
  for (const [at, node] of (content?.kind === 'array' ? content.items : []).entries()) {
    const given = part.read(node, NOWHERE, undefined);
    if (given.type === 'input_text' || given.type === 'output_text') text += given.text ?? '';
    else if (given.type === 'input_image') images.push(...(given.image_url ? [imageOf(given.image_url)] : []));
    else if (given.type === 'input_file') throw new Refusal(400, 'file inputs are not currently supported', 'reader');
    else if (!output)
      throw new Refusal(400, `input[${index}]: content[${at}]: unknown content type: ${given.type ?? ''}`, 'reader');
  }
  return { text, images };
}

function readCall({ call_id: id, name, arguments: given }: Item): ToolCall {
  try {
    return { id: id ?? '', name: name ?? '', arguments: given ? (JSON.parse(given) as unknown) : {} };
  } catch {
    const cause = 'unexpected end of JSON input';
    throw new Refusal(400, `failed to parse function call arguments: ${cause}`, 'reader');
  }
}
