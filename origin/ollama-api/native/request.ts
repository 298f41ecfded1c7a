/** The native request that every API of Ollama is mapped to, what is generated for it, and how one is refused. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: unknown;
}

export interface Message {
  readonly role: string;
  readonly content: string;
  readonly thinking: string;
  /** Base64. */
  readonly images: readonly string[];
  readonly toolCalls: readonly ToolCall[];
  readonly toolName: string;
  readonly toolCallId: string;
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  /** Properties of its parameters by name: only the type and the values that are allowed. */
  readonly properties: Readonly<Record<string, { readonly type?: unknown; readonly enum?: unknown }>>;
  /** What of it reaches the prompt, as text. */
  readonly text: string;
}

export interface NativeRequest {
  readonly route: 'chat' | 'generate';
  /** As the client wrote it; answers repeat it. */
  readonly model: string;
  readonly stream: boolean;
  readonly messages: readonly Message[];
  /** Of /api/generate alone. */
  readonly extra: GenerateExtra | undefined;
  readonly tools: readonly Tool[];
  /** JSON as text: `"json"` or a schema. */
  readonly format: string | undefined;
  readonly think: boolean | string | undefined;
  /** A model that cannot think is asked all the same: /v1/messages does not refuse. */
  readonly thinkIfAble: boolean;
  readonly options: Readonly<Record<string, unknown>>;
  readonly truncate: boolean;
  readonly logprobs: boolean;
  readonly topLogprobs: number;
  /** Milliseconds; undefined is the server's default; below zero is for ever. */
  readonly keepAliveMs: number | undefined;
}

export interface GenerateExtra {
  readonly prompt: string;
  readonly suffix: string;
  readonly system: string;
  readonly template: string;
  readonly context: readonly number[];
  readonly raw: boolean;
}

export interface Logprob {
  readonly token: string;
  readonly logprob: number;
  readonly bytes: readonly number[];
  readonly top_logprobs?: readonly Omit<Logprob, 'top_logprobs'>[];
}

export interface Ending {
  readonly reason: 'stop' | 'length' | 'load' | 'unload';
  readonly promptTokens: number;
  readonly tokens: number;
  /** Nanoseconds; 0 is left out of answers, as Go leaves it out. */
  readonly totalNs: number;
  readonly loadNs: number;
  readonly promptNs: number;
  readonly evalNs: number;
  /** Tokens of prompt and answer, for a next /api/generate. */
  readonly context: readonly number[] | undefined;
}

/** A piece of an answer; a whole answer is one, too. */
export interface Chunk {
  readonly content: string;
  readonly thinking: string;
  readonly calls: readonly (ToolCall & { readonly index: number })[];
  readonly logprobs: readonly Logprob[];
  /** Undefined until the end, and for an answer that was broken off. */
  readonly ending: Ending | undefined;
}

export const NOTHING: Chunk = { content: '', thinking: '', calls: [], logprobs: [], ending: undefined };

/** Of an answer for which nothing was generated. */
export function emptyEnding(reason: Ending['reason']): Ending {
  return { reason, promptTokens: 0, tokens: 0, totalNs: 0, loadNs: 0, promptNs: 0, evalNs: 0, context: undefined };
}

/**
 * Where a request was refused, which decides on its headers: in the reader of its dialect, in the native handler, or in the stream that had
 * begun without a word.
 */
export type Stage = 'reader' | 'handler' | 'stream';

export class Refusal extends Error {
  readonly status: number;
  readonly stage: Stage;
  constructor(status: number, message: string, stage: Stage = 'handler') {
    super(message);
    this.status = status;
    this.stage = stage;
  }
}

export const EMPTY_MESSAGE: Omit<Message, 'role' | 'content'> = {
  thinking: '',
  images: [],
  toolCalls: [],
  toolName: '',
  toolCallId: '',
};
