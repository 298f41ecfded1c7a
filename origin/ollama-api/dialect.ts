/** What an API does: turn a body into a native request, and write what is generated for it. */
import type { Chunk, NativeRequest } from './native/request.ts';

export interface Writer {
  /** What a stream says of a chunk. */
  stream(chunk: Chunk): string;
  /** The one body of an answer that is not streamed; without an ending, of one that was broken off. */
  whole(answer: Chunk): string;
  /** What a stream says when the runner died: nothing in some. */
  broken(message: string): string;
}

export interface Dialect {
  readonly path: string;
  readonly streamHeaders: Readonly<Record<string, string>>;
  /** `/api` writes a load as one object even when asked for a stream. */
  readonly native: boolean;
  /** Throws GoSyntaxError, GoTypeError or a Refusal of the reader. */
  read(text: string): { readonly request: NativeRequest; readonly writer: Writer };
  refusal(status: number, message: string): string;
}

/** Types of errors of the OpenAI routes. */
export function openaiRefusal(status: number, message: string): object {
  const type = status === 400 ? 'invalid_request_error' : status === 404 ? 'not_found_error' : 'api_error';
  return { error: { message, type, param: null, code: null } };
}
