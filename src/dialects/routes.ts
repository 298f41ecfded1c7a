/** Every dialect that the edge speaks. A new one is a new file and a line here. */
import type { Dialect } from './dialect.ts';
import { ollamaChat } from './ollama-chat.ts';
import { ollamaGenerate } from './ollama-generate.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiCompletions } from './openai-completions.ts';

export const dialects: readonly Dialect[] = [ollamaChat, ollamaGenerate, openaiChat, openaiCompletions];

/** Whose error shape a path's clients understand. */
export function errorShape(path: string): Pick<Dialect, 'errorBody'> {
  return path.startsWith('/v1/') || path === '/v1' ? openaiChat : ollamaChat;
}
