/** One generation over HTTP: from the text of its body to the last byte of its answer. */
import type { ServerResponse } from 'node:http';
import type { Backend } from '../backend.ts';
import type { Dialect, Writer } from '../dialect.ts';
import { GoTypeError } from '../go/decode.ts';
import { GoSyntaxError } from '../go/parse.ts';
import { parseModelName } from '../names.ts';
import { type Chunk, type NativeRequest, Refusal } from '../native/request.ts';
import { JSON_PLAIN, JSON_UTF8, reply } from './reply.ts';

const RUNNER_DIED = 'an error was encountered while running the model: unexpected EOF';
export const CLOUD_DISABLED = 'ollama cloud is disabled: remote model is unavailable';
const GARBAGE = '{"model": \u0000\uFFFD\uFFFD this is no JSON\n\n';

/** What was refused before anything ran. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof GoSyntaxError || error instanceof GoTypeError) return new Refusal(400, error.message, 'reader');
  return new Refusal(500, error instanceof Error ? error.message : String(error));
}

/** Whether the routes of other APIs stop before they look at a body: its `model`, in this spelling only, lives elsewhere. */
export function namesCloudModel(text: string): boolean {
  try {
    const { model } = JSON.parse(text) as { model?: unknown };
    return typeof model === 'string' && parseModelName(model).kind === 'cloud';
  } catch {
    return false;
  }
}

export async function answerGeneration(
  backend: Backend,
  dialect: Dialect,
  text: string,
  response: ServerResponse,
): Promise<void> {
  if (!dialect.native && namesCloudModel(text))
    return reply(response, 403, JSON_UTF8, JSON.stringify({ error: CLOUD_DISABLED }));
  let read: { readonly request: NativeRequest; readonly writer: Writer };
  try {
    read = dialect.read(text);
  } catch (error) {
    const { status, message } = refusalOf(error);
    return reply(response, status, JSON_UTF8, dialect.refusal(status, message));
  }
  const { request, writer } = read;
  const answer = request.stream ? streamed(dialect, writer, response) : whole(dialect, writer, response);
  const signal = departure(response, backend.departureMs());
  try {
    const outcome = await backend.generate(request, answer.emit, signal);
    if (outcome === 'close') response.destroy();
    else if (outcome === 'garbage') answer.raw(GARBAGE);
    else if (outcome !== 'error') answer.end();
    else if (!answer.broken()) throw new Refusal(500, RUNNER_DIED);
  } catch (error) {
    if (signal.aborted) return;
    const { status, message, stage } = refusalOf(error);
    const body = dialect.refusal(status, message);
    if (dialect.native)
      return reply(response, status, stage === 'stream' && request.stream ? JSON_PLAIN : JSON_UTF8, body);
    const headers = request.stream ? { ...dialect.streamHeaders, ...JSON_PLAIN } : JSON_PLAIN;
    reply(response, status, headers, `${body}\n`);
  }
}

interface Answer {
  emit(chunk: Chunk): void;
  /** Ends it as it stands. */
  end(): void;
  raw(bytes: string): void;
  /** Tells that the runner died; false when nothing was told yet, so that a status still can. */
  broken(): boolean;
}

function streamed({ streamHeaders, native }: Dialect, writer: Writer, response: ServerResponse): Answer {
  const begin = () => {
    if (!response.headersSent) response.writeHead(200, streamHeaders);
  };
  const send = (text: string) => {
    if (text === '' || response.destroyed) return;
    begin();
    response.write(text);
  };
  return {
    emit(chunk) {
      const loaded = chunk.ending?.reason === 'load' || chunk.ending?.reason === 'unload';
      if (native && loaded) reply(response, 200, JSON_UTF8, writer.whole(chunk));
      else send(writer.stream(chunk));
    },
    end() {
      begin();
      response.end();
    },
    raw(bytes) {
      send(bytes);
      response.end();
    },
    broken() {
      if (!response.headersSent) return false;
      send(writer.broken(RUNNER_DIED));
      response.end();
      return true;
    },
  };
}

function whole({ native }: Dialect, writer: Writer, response: ServerResponse): Answer {
  const headers = native ? JSON_UTF8 : JSON_PLAIN;
  const contents: string[] = [];
  const thoughts: string[] = [];
  const calls: Chunk['calls'][number][] = [];
  const logprobs: Chunk['logprobs'][number][] = [];
  let ending: Chunk['ending'];
  return {
    emit(chunk) {
      contents.push(chunk.content);
      thoughts.push(chunk.thinking);
      calls.push(...chunk.calls);
      logprobs.push(...chunk.logprobs);
      ending = chunk.ending;
    },
    end() {
      const answer = { content: contents.join(''), thinking: thoughts.join(''), calls, logprobs, ending };
      reply(response, 200, headers, writer.whole(answer));
    },
    raw: (bytes) => reply(response, 200, headers, bytes),
    broken: () => false,
  };
}

/** Aborts when the reader has gone, as soon as that is noticed. */
export function departure(response: ServerResponse, noticedAfterMs: number): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (response.writableFinished) return;
    if (noticedAfterMs === 0) controller.abort();
    else setTimeout(() => controller.abort(), noticedAfterMs).unref();
  });
  return controller.signal;
}
