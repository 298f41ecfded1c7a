/** Every dialect that the edge speaks. A new one is a new file and a line here. */
import { anthropicMessages } from './anthropic-messages.ts';
import type { Dialect } from './dialect.ts';
import { ollamaChat } from './ollama-chat.ts';
import { ollamaGenerate } from './ollama-generate.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiCompletions } from './openai-completions.ts';
import { openaiResponses } from './openai-responses.ts';

export const dialects: readonly Dialect[] = [
  ollamaChat,
  ollamaGenerate,
  openaiChat,
  openaiCompletions,
  openaiResponses,
  anthropicMessages,
];

/** Whose error shape a path's clients understand. */
export function errorShape(path: string): Pick<Dialect, 'errorBody'> {
  if (path.startsWith('/v1/messages')) return anthropicMessages;
  return path.startsWith('/v1/') || path === '/v1' ? openaiChat : ollamaChat;
}
