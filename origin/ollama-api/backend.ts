/** What stands behind the API: the real embedded engine, or a simulation. */
import type { RunOptions } from './native/options.ts';
import type { Chunk, NativeRequest } from './native/request.ts';

export type Capability = 'completion' | 'tools' | 'thinking' | 'insert' | 'embedding';

export interface Model {
  /** With its tag. */
  readonly name: string;
  /** 64 hexadecimal digits. */
  readonly digest: string;
  readonly capabilities: readonly Capability[];
  readonly family: string;
  /** As Ollama prints it: `1.1B`. */
  readonly parameters: string;
  readonly quantization: string;
  readonly bytes: number;
  /** RFC 3339. */
  readonly modifiedAt: string;
}

export interface LoadedModel {
  readonly name: string;
  readonly numCtx: number;
  /** Milliseconds since 1970; Infinity is for ever. */
  readonly expiresAt: number;
}

/** What /api/show says of a model beyond the list. */
export interface ModelPage {
  readonly template: string;
  readonly license?: string;
  readonly modelInfo: Readonly<Record<string, unknown>>;
}

/**
 * How a generation ended: on its own, at num_predict, by Ollama's way out of a repetition (no `done` is told), or broken off: by an error of
 * the runner, in silence, with bytes that are no JSON, or with the connection.
 */
export type Outcome = 'stop' | 'length' | 'trap' | 'error' | 'silent' | 'garbage' | 'close' | 'repeat';

/** Inputs of an embedding, checked and with their defaults. */
export interface EmbeddingInputs {
  readonly texts: readonly string[];
  readonly dimensions: number | undefined;
  readonly options: RunOptions;
  /** Whether too long an input is cut; else it is refused. */
  readonly truncate: boolean;
  readonly keepAliveMs: number | undefined;
}

export interface Vectors {
  readonly vectors: readonly (readonly number[])[];
  readonly tokens: number;
  readonly loadMs: number;
}

export interface Backend {
  /** Of /api/version. */
  readonly version: string;
  /** Tokens of a context that no request named. */
  contextLength(): number;
  /** How long the end of a connection goes unnoticed. */
  departureMs(): number;
  models(): readonly Model[];
  /** By any spelling. */
  find(name: string): Model | undefined;
  page(model: Model): ModelPage;
  loaded(): readonly LoadedModel[];
  /** Emits the chunks of an answer, the last of a complete one with its ending; throws a Refusal, or the signal's reason. */
  generate(request: NativeRequest, emit: (chunk: Chunk) => void, signal: AbortSignal): Promise<Outcome | 'load'>;
  /** One vector an input; throws a Refusal, or the signal's reason. */
  embed(model: Model, inputs: EmbeddingInputs, signal: AbortSignal): Promise<Vectors>;
}
