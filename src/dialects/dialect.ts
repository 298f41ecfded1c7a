/**
 * Dialect: one wire API. It reads a request into a Prompt, decodes what an origin answers in the same API into deltas, and
 * renders an Answer (or deltas as they come) as that API's JSON and stream. A new API is a new file that exports one of these,
 * and one line in `routes.ts`.
 */
import type { Answer, Delta } from '../exchange/answer.ts';
import type { Fault } from '../exchange/fault.ts';
import type { JsonObject } from '../exchange/json.ts';
import type { Prompt } from '../exchange/prompt.ts';

export type DialectName =
  | 'ollama-chat'
  | 'ollama-generate'
  | 'openai-chat'
  | 'openai-completions'
  | 'openai-responses'
  | 'anthropic-messages';

/** How the client wants its answer; it never changes what the answer is, and is never part of a key. */
export interface View {
  readonly stream: boolean;
  /** The model's name as the client wrote it: the answer echoes it. */
  readonly model: string;
  /** OpenAI's `stream_options.include_usage`. */
  readonly includeUsage: boolean;
  /** The request's own body, keys folded, for dialects whose answer echoes parts of it. */
  readonly request: JsonObject;
}

export type Reading =
  /** A request that Prompt models in full. `forward` reads as an equal Prompt, streams, and asks for usage. */
  | { readonly kind: 'prompt'; readonly prompt: Prompt; readonly view: View; readonly forward: JsonObject }
  /** A valid request with parts that Prompt does not model: keyed by dialect and canonical body, replayed raw. */
  | {
      readonly kind: 'opaque';
      readonly model: string;
      readonly stream: boolean;
      readonly forward: JsonObject;
      readonly why: string;
    }
  /** Asks for no answer (loads or unloads a model): forwarded, never looked up, never stored. */
  | { readonly kind: 'control'; readonly model: string; readonly forward: JsonObject }
  | { readonly kind: 'fault'; readonly fault: Fault };

/** Turns an origin's body, in pieces of text cut anywhere, into deltas. */
export interface Decoder {
  push(text: string): readonly Delta[];
  /** The body has ended. A decoder that saw no terminal event simply gives no `done`. */
  end(): readonly Delta[];
}

/** Passes an origin's stream on as it is, but for what the edge itself asked for (a usage chunk the client did not want). */
export interface Relay {
  push(text: string): string;
}

/** Writes one client's stream. Ids and creation times are minted once and stay the same over the stream. */
export interface StreamRenderer {
  /** The text to send for a delta; may be empty. `done` writes the terminal events, `fault` the dialect's mid-stream error. */
  write(delta: Delta): string;
}

export interface Dialect {
  readonly name: DialectName;
  /** The route, exactly. */
  readonly path: string;
  readonly streamType: 'application/x-ndjson' | 'text/event-stream; charset=utf-8' | 'text/event-stream';
  read(body: JsonObject): Reading;
  /** `streaming`: whether the origin's body is a stream of this dialect or one JSON document (by its content type). */
  decoder(streaming: boolean): Decoder;
  /** For a client that reads the origin's own stream in this dialect; undefined where the bytes can pass untouched. */
  relay(view: View): Relay | undefined;
  /**
   * Whether a stored answer has all that this view shows (a generate answer without `context` has not, for example).
   * What it lacks makes the lookup a miss.
   */
  suffices(answer: Answer, prompt: Prompt, view: View): boolean;
  renderJson(answer: Answer, view: View): string;
  /** A whole stored answer as a stream: few large chunks rather than many small ones. */
  renderStream(answer: Answer, view: View): string;
  streamRenderer(view: View): StreamRenderer;
  /** The body of an error; always `application/json`. */
  errorBody(fault: Fault): string;
}
