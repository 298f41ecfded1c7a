/**
 * Prompt: what is asked, freed of its dialect. It holds everything that changes the answer and nothing else, under Ollama's
 * own meanings: two requests whose Prompts are equal may share one Answer, whichever APIs they came through.
 *
 * A field that is absent stays absent: a model's own Modelfile may set another default than the server's, so an absent
 * temperature is not the same prompt as an explicit 0.8.
 */
import type { Json, JsonObject } from './json.ts';

/** Generation options that change the answer, by Ollama's names and ranges. Placement options are never part of a prompt. */
export interface Options {
  readonly num_keep?: number;
  readonly seed?: number;
  readonly num_predict?: number;
  readonly top_k?: number;
  readonly top_p?: number;
  readonly min_p?: number;
  readonly typical_p?: number;
  readonly repeat_last_n?: number;
  readonly temperature?: number;
  readonly repeat_penalty?: number;
  readonly presence_penalty?: number;
  readonly frequency_penalty?: number;
  readonly stop?: readonly string[];
  readonly num_ctx?: number;
}

export interface ToolCall {
  /** Empty where the dialect has none. */
  readonly id: string;
  readonly name: string;
  readonly arguments: JsonObject;
}

export interface Message {
  /** `system`, `user`, `assistant`, `tool`, or what a model's template knows beyond them. */
  readonly role: string;
  readonly content: string;
  readonly thinking?: string;
  /** Base64 without a data URL's prefix. */
  readonly images?: readonly string[];
  readonly toolCalls?: readonly ToolCall[];
  readonly toolName?: string;
  readonly toolCallId?: string;
}

interface Generation {
  /** The canonical name: lower case, with its tag (`llama3.2:latest`). See `canonicalModel`. */
  readonly model: string;
  readonly options: Options;
  /** `"json"` or a JSON schema. */
  readonly format?: Json;
  /** Thinking on, off, or a level (`"low"`, `"medium"`, `"high"`). */
  readonly think?: boolean | string;
  /** Only ever `false`: `true` is Ollama's default and is left out. */
  readonly truncate?: false;
  /** Only ever `false`: `true` is Ollama's default and is left out. */
  readonly shift?: false;
  readonly logprobs?: true;
  readonly topLogprobs?: number;
}

export interface ChatPrompt extends Generation {
  readonly kind: 'chat';
  readonly messages: readonly Message[];
  /** Tool definitions in Ollama's (and OpenAI's) form, in the client's order. */
  readonly tools?: readonly Json[];
}

export interface TextPrompt extends Generation {
  readonly kind: 'text';
  readonly prompt: string;
  readonly suffix?: string;
  readonly system?: string;
  readonly template?: string;
  readonly context?: readonly number[];
  readonly raw?: true;
  readonly images?: readonly string[];
}

export type Prompt = ChatPrompt | TextPrompt;

/** One input of an embedding request: each is keyed and cached by itself. */
export interface EmbedPrompt {
  readonly kind: 'embed';
  readonly model: string;
  readonly input: string;
  /** The legacy route's vectors are not normalised, so they are another answer. */
  readonly normalised: boolean;
  readonly truncate?: false;
  readonly dimensions?: number;
  readonly options: Options;
}

/**
 * Ollama's names are case-insensitive; `x`, `x:latest` and `library/x` are one model, and so is the default registry's
 * host in front and a `:local` behind.
 */
export function canonicalModel(name: string): string {
  let model = name.trim().toLowerCase();
  model = model.replace(/^(https?:\/\/)?registry\.ollama\.ai\//, '');
  model = model.replace(/^library\//, '').replace(/:local$/, '');
  const lastPart = model.slice(model.lastIndexOf('/') + 1);
  return lastPart.includes(':') ? model : `${model}:latest`;
}
