/** One request and its answer, timed from when it was due. */
import { createHash } from 'node:crypto';
import { collectAnswer } from '../../../src/exchange/collect.ts';
import { outcomeOf, type Sample } from '../measure/sample.ts';
import type { Ask } from '../workload/ask.ts';
import type { Connections } from './connections.ts';
import type { Speech } from './speak.ts';

export interface Asker {
  readonly connections: Connections;
  readonly speech: Speech;
  /** Path before the dialect's own. */
  readonly base: string;
  /** One for each tenant; none where the server wants none. */
  readonly apiKeys: readonly string[];
  /** Milliseconds since the run began. */
  now(): number;
}

export interface Exchanged {
  readonly sample: Sample;
  /** The words of the answer; undefined where there is none. */
  readonly reply: string | undefined;
}

/** Never rejects. @param due ms since the run began */
export function exchange(ask: Ask, due: number, asker: Asker): Promise<Exchanged> {
  const { connections, speech, base, apiKeys, now } = asker;
  const body = JSON.stringify(speech.body(ask));
  const client = connections.take();
  const key = apiKeys[ask.tenant];
  const sent = now();
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let status = 0;
    let xCache: string | undefined;
    let type = '';
    let first: number | undefined;

    const finish = (failure: string | undefined) => {
      const last = now() - due;
      connections.giveBack(client);
      const read =
        failure === undefined ? readAnswer(Buffer.concat(chunks).toString(), status, type, speech) : undefined;
      const error = failure ?? read?.error;
      const sample: Sample = {
        due,
        late: sent - due,
        first,
        last,
        outcome: outcomeOf(xCache),
        status,
        error,
        truth: ask.truth,
        text: error === undefined ? nameOf(read?.text ?? '') : '',
        tokens: read?.tokens ?? 0,
        bytes: chunks.reduce((sum, { byteLength }) => sum + byteLength, 0),
        streamed: ask.stream,
      };
      resolve({ sample, reply: error === undefined ? read?.text : undefined });
    };

    client.dispatch(
      {
        method: 'POST',
        path: base + speech.dialect.path,
        headers: {
          'content-type': 'application/json',
          ...(key !== undefined && { authorization: `Bearer ${key}` }),
          ...(ask.session !== undefined && { 'x-session-id': ask.session }),
        },
        body,
      },
      {
        onRequestStart() {},
        onResponseStart(_controller, code, headers) {
          status = code;
          xCache = text(headers['x-cache'] ?? headers['x-cache-status']);
          type = text(headers['content-type']) ?? '';
        },
        onResponseData(_controller, chunk) {
          first ??= now() - due;
          chunks.push(chunk);
        },
        onResponseEnd: () => finish(undefined),
        onResponseError: (_controller, error) => finish(reasonOf(error)),
      },
    );
  });
}

const text = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);

interface ReadAnswer {
  readonly text: string;
  readonly tokens: number;
  readonly error?: string;
}

/** Whether the answer is whole, and its words. */
function readAnswer(body: string, status: number, type: string, { dialect }: Speech): ReadAnswer {
  if (status !== 200) return { text: '', tokens: 0, error: `status ${status}` };
  const decoder = dialect.decoder(/^(application\/x-ndjson|text\/event-stream)\b/.test(type));
  const collector = collectAnswer();
  for (const delta of [...decoder.push(body), ...decoder.end()]) collector.add(delta);
  const collected = collector.finish();
  if (collected.kind === 'truncated') return { text: '', tokens: 0, error: 'answer cut off' };
  if (collected.kind === 'failed')
    return { text: '', tokens: 0, error: `error in the answer: ${collected.fault.message}` };
  if (collected.kind === 'uncacheable') return { text: '', tokens: 0, error: collected.reason };
  return { text: collected.answer.content, tokens: collected.answer.usage.completionTokens };
}

const nameOf = (words: string) => createHash('sha1').update(words).digest('base64').slice(0, 12);

/** A few words, the same for equal failures: they are counted. */
function reasonOf(error: Error): string {
  const code = (error as { code?: unknown }).code;
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') return 'timeout';
  return typeof code === 'string' ? code : error.message;
}
