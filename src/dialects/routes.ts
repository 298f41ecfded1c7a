import type { Dialect } from './dialect.ts';
import { ollamaChat } from './ollama-chat.ts';
import { ollamaGenerate } from './ollama-generate.ts';
export const dialects: readonly Dialect[] = [ollamaChat, ollamaGenerate];
export function errorShape(_path: string): Pick<Dialect, 'errorBody'> {
  return ollamaChat;
}
