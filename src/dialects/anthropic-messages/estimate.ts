/** How many tokens a `/v1/messages` request may have: its stream says so before anybody has counted them. */
import { isObject, type Json, type JsonObject } from '../../exchange/json.ts';
import { textOf } from '../openai-common.ts';

const CHARACTERS_PER_TOKEN = 4;

/** A quarter of the request's characters, as Ollama estimates. @param request keys of its top level folded */
export function estimatedTokens({ system, messages, tools }: JsonObject): number {
  let characters = lengthOf(system);
  for (const message of objectsIn(messages)) characters += textOf(message.role).length + lengthOf(message.content);
  for (const { name, description, input_schema: schema } of objectsIn(tools))
    characters += textOf(name).length + textOf(description).length + (schema ? JSON.stringify(schema).length : 0);
  return Math.max(1, Math.floor(characters / CHARACTERS_PER_TOKEN));
}

function objectsIn(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];
}

function lengthOf(content: Json | undefined): number {
  if (typeof content === 'string') return content.length;
  let characters = 0;
  for (const block of objectsIn(content)) {
    characters += textOf(block.text).length + textOf(block.thinking).length;
    if (block.type === 'tool_use' || block.type === 'tool_result') characters += JSON.stringify(block).length;
  }
  return characters;
}
