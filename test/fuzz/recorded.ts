/** What a real Ollama streamed, by dialect: material for origins that break off, garble and stall. */
import type { Dialect } from '../../src/dialects/dialect.ts';
import { parseBody } from '../../src/dialects/fold.ts';
import { dialects } from '../../src/dialects/routes.ts';

interface Recording {
  readonly request: { readonly method: string; readonly body?: object; readonly text?: string };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly lines?: readonly string[];
    readonly events?: readonly string[];
  };
}

/** One whole answer as it came over the wire. */
export interface Recorded {
  readonly name: string;
  readonly dialect: Dialect;
  /** The request's body as it was sent. */
  readonly request: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
  /**
   * Where the event ends that says "this answer is complete"; before it nothing may be stored. Undefined where it never comes: the
   * recording is of a refusal, or of an answer that was cut off.
   */
  readonly completeAt: number | undefined;
}

const FOLDERS: Readonly<Record<string, string>> = {
  chat: '/api/chat',
  generate: '/api/generate',
  'v1-chat': '/v1/chat/completions',
  'v1-completions': '/v1/completions',
  'v1-responses': '/v1/responses',
  'v1-messages': '/v1/messages',
};

/** By the wire formats' own words, not by the decoders that are under test. */
const TERMINAL: Readonly<Record<string, RegExp>> = {
  '/api/chat': /"done":true,"done_reason":"(stop|length)".*?\}(?=\n)/,
  '/api/generate': /"done":true,"done_reason":"(stop|length)".*?\}(?=\n)/,
  '/v1/chat/completions': /data: \[DONE\]/,
  '/v1/completions': /data: \[DONE\]/,
  '/v1/responses': /event: response\.completed\ndata: \{.*\}(?=\n)/,
  '/v1/messages': /event: message_stop\ndata: \{.*?\}(?=\n)/,
};

const files = import.meta.glob<Recording>('../golden/ollama/*/*.json', { eager: true, import: 'default' });
const encoder = new TextEncoder();

export const recordings: readonly Recorded[] = Object.entries(files).flatMap(([file, { request, response }]) => {
  const [folder = '', name = ''] = file.split('/').slice(-2);
  const dialect = dialects.find(({ path }) => path === FOLDERS[folder]);
  if (dialect === undefined || request.method !== 'POST' || response.status !== 200) return [];
  const { lines, events, body } = response;
  const text = lines ? `${lines.join('\n')}\n` : events ? events.map((event) => `${event}\n\n`).join('') : (body ?? '');
  const terminal = lines || events ? TERMINAL[dialect.path]?.exec(text) : undefined;
  const end = terminal ? encoder.encode(text.slice(0, terminal.index + terminal[0].length)).length : undefined;
  return {
    name: `${folder}/${name}`,
    dialect,
    request: request.text ?? JSON.stringify(request.body),
    contentType: response.headers['content-type'] ?? 'application/json',
    bytes: encoder.encode(text),
    completeAt: end,
  };
});

/** What can be cached: not the calls that only load a model. */
function cacheable({ dialect, request }: Recorded): boolean {
  const parsed = parseBody(request);
  return parsed.kind !== 'fault' && ['prompt', 'opaque'].includes(dialect.read(parsed.body).kind);
}

export const streams = recordings.filter(
  (recorded) => !recorded.contentType.startsWith('application/json') && cacheable(recorded),
);
