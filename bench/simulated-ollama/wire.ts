/** What a wire API of the simulated Ollama does: turn a body into a native request, and write what is generated. */
import type { NativePrompt } from './words.ts';

export type Body = Record<string, unknown>;

export interface NativeRequest {
  /** As the client wrote it. */
  readonly model: string;
  readonly stream: boolean;
  readonly prompt: NativePrompt;
  readonly numPredict: number;
  readonly stop: readonly string[];
  readonly numCtx: number;
  readonly logprobs: boolean;
  /** No prompt: loads, or with keep_alive 0 unloads. */
  readonly loadOnly: 'load' | 'unload' | undefined;
}

export interface Usage {
  readonly promptTokens: number;
  readonly tokens: number;
}

export interface Ending extends Usage {
  readonly reason: 'stop' | 'length' | 'load' | 'unload';
  readonly totalNs: number;
  readonly loadNs: number;
  readonly promptNs: number;
  readonly evalNs: number;
}

export interface Logprob {
  readonly token: string;
  readonly logprob: number;
  readonly bytes: readonly number[];
}

export interface Call {
  readonly id: string;
  readonly name: string;
  readonly arguments: object;
}

/** Pieces of an answer in order. */
export type Piece =
  | { readonly kind: 'thinking' | 'content'; readonly text: string; readonly logprobs?: readonly Logprob[] }
  | { readonly kind: 'call'; readonly call: Call; readonly index: number }
  | ({ readonly kind: 'end' } & Ending);

export interface Whole {
  readonly thinking: string;
  readonly content: string;
  readonly calls: readonly Call[];
  readonly logprobs: readonly Logprob[];
  readonly ending: Ending;
}

export interface Wire {
  readonly path: string;
  readonly streamType: string;
  /** Throws a Refusal. */
  read(body: Body): NativeRequest;
  /** A writer for one stream. */
  stream(request: NativeRequest, body: Body): (piece: Piece) => string;
  whole(request: NativeRequest, body: Body, answer: Whole): object;
  error(status: number, message: string): object;
  /** What a stream says when the runner dies in its midst; undefined says nothing. */
  broken(message: string): string | undefined;
}

export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Go matches keys without regard to case; the last one wins. */
export function folded(body: unknown): Body {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new Refusal(400, 'json: cannot unmarshal');
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key.toLowerCase(), value]));
}

export const text = (value: unknown): string => (typeof value === 'string' ? value : '');
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const object = (value: unknown): Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : {};
export const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

let ids = 0;
export const callId = (): string => `call_${(++ids).toString(36).padStart(8, '0')}`;
/** Ollama's own ids repeat: 0 to 998. */
export const smallId = (prefix: string): string => `${prefix}${ids++ % 999}`;

const IGNORED_OPTIONS = new Set(['num_batch', 'num_gpu', 'main_gpu', 'use_mmap', 'num_thread']);

/** Options as part of the prompt: in a fixed order, without what changes no words. */
export function optionsText(options: Body, more: Body = {}): string {
  const kept = Object.entries({ ...options, ...more }).filter(
    ([name, value]) =>
      !IGNORED_OPTIONS.has(name) && name !== 'num_predict' && name !== 'stop' && value !== undefined && value !== null,
  );
  return JSON.stringify(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}
