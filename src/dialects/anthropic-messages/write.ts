/** A Prompt as the body of a `/v1/messages` request: it streams, and reads back as the same Prompt. */
import type { JsonObject } from '../../exchange/json.ts';
import type { ChatPrompt, Message } from '../../exchange/prompt.ts';
import { writeTool } from './tools.ts';

/** Ollama does not look at it, and Anthropic's API has a lower bound. */
const THINKING_BUDGET = 1024;

export function write(model: string, prompt: ChatPrompt): JsonObject {
  const { messages, options, think, tools } = prompt;
  const { num_predict, temperature, top_p, top_k, stop } = options;
  const [first, ...others] = messages;
  // A request must have a message, so that a system message alone stays one.
  const system = first?.role === 'system' && isPlain(first) && others.length > 0 ? first.content : undefined;
  return {
    model,
    max_tokens: num_predict,
    ...(system !== undefined && { system }),
    messages: (system === undefined ? messages : others).map(writeMessage),
    stream: true,
    ...(temperature !== undefined && { temperature }),
    ...(top_p !== undefined && { top_p }),
    ...(top_k !== undefined && { top_k }),
    ...(stop && { stop_sequences: stop }),
    ...(think === true && { thinking: { type: 'enabled', budget_tokens: THINKING_BUDGET } }),
    ...(think === false && { thinking: { type: 'disabled' } }),
    ...(typeof think === 'string' && { output_config: { effort: think } }),
    ...(tools && { tools: tools.map(writeTool) }),
  };
}

/** Has a text and nothing else. */
function isPlain({ content, thinking, images, toolCalls }: Message): boolean {
  return content !== '' && thinking === undefined && images === undefined && toolCalls === undefined;
}

function writeMessage(message: Message): JsonObject {
  const { role, content, thinking, images, toolCalls, toolCallId } = message;
  if (role === 'tool' && toolCalls === undefined && thinking === undefined) {
    const result = images === undefined ? content : [...writeText(content), ...images.map(writeImage)];
    const id = toolCallId !== undefined && { tool_use_id: toolCallId };
    return { role: 'user', content: [{ type: 'tool_result', ...id, content: result }] };
  }
  if (isPlain(message)) return { role, content };
  const blocks: JsonObject[] = [];
  if (thinking !== undefined) blocks.push({ type: 'thinking', thinking });
  blocks.push(...writeText(content), ...(images ?? []).map(writeImage));
  for (const { id, name, arguments: input } of toolCalls ?? []) blocks.push({ type: 'tool_use', id, name, input });
  return { role, content: blocks };
}

function writeText(text: string): JsonObject[] {
  return text === '' ? [] : [{ type: 'text', text }];
}

/** Ollama finds out the media type by itself. */
function writeImage(data: string): JsonObject {
  return { type: 'image', source: { type: 'base64', media_type: 'image/png', data } };
}
