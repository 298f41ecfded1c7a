/** Answers from disk, when the answer is there. */
import type { OutgoingHttpHeaders } from 'node:http';
import { cacheStatus } from '../../../src/exchange/cache-status.ts';
import type { Exchange } from '../../../src/exchange/exchange.ts';
import { ANSWER_AGE, EXCHANGE_TYPE } from '../../../src/origin/client.ts';
import { readStored, type StoredExchange } from '../disk/disk-tier.ts';
import type { Response } from '../http/listener.ts';
import { isStream, send, write } from '../http/reply.ts';
import type { Origin } from '../origin.ts';
import type { Asked } from './asked.ts';
import type { Terms } from './terms.ts';

/** @returns whether the request has been answered */
export async function serveStored(origin: Origin, asked: Asked, terms: Terms, response: Response): Promise<boolean> {
  const stored = find(origin, asked, terms);
  if (stored === undefined) return false;
  const exchange = await readStored(stored);
  const answer = exchange === undefined ? undefined : renderStored(exchange, asked);
  if (exchange === undefined || answer === undefined) return false;

  const { content } = exchange;
  origin.observe({
    kind: 'asked',
    asked,
    terms,
    by: 'disk',
    ...(content.kind === 'answer' && { answer: content.answer }),
  });
  const now = Date.now();
  const headers: OutgoingHttpHeaders = {
    'cache-status': cacheStatus([{ cache: 'disk', hit: true, ttl: (stored.freshUntil - now) / 1000 }]),
    age: String(Math.max(0, Math.floor((now - stored.storedAt) / 1000))),
    [ANSWER_AGE]: String(Math.max(0, now - stored.storedAt)),
    ...(stored.digest !== '' && { 'x-model-digest': stored.digest }),
  };
  if (terms.takesExchange) send(response, 200, EXCHANGE_TYPE, stored.bytes, headers);
  else if (!isStream(answer.contentType)) send(response, 200, answer.contentType, answer.body, headers);
  else {
    response.statusCode = 200;
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
    response.setHeader('content-type', answer.contentType);
    await write(response, answer.body);
    response.end();
  }
  return true;
}

function find({ disk, digests, observe }: Origin, asked: Asked, terms: Terms): StoredExchange | undefined {
  if (disk === undefined || terms.key === undefined || !terms.lookup) return undefined;
  try {
    const stored = disk.get(terms.key);
    if (stored === undefined || stored.freshUntil <= Date.now() + terms.minFresh * 1000) return undefined;
    const digest = digests.of(asked.model);
    if (digest === undefined || stored.digest === digest) return stored;
    disk.delete(terms.key);
  } catch (error) {
    observe({ kind: 'failed', what: 'disk', error });
  }
  return undefined;
}

/** Undefined where this request wants something that the stored answer does not have. */
function renderStored({ content }: Exchange, { dialect, reading }: Asked) {
  if (content.kind === 'raw')
    return reading.kind === 'opaque' ? { contentType: content.contentType, body: content.body } : undefined;
  if (content.kind !== 'answer' || reading.kind !== 'prompt') return undefined;
  const { answer } = content;
  const { view } = reading;
  if (!dialect.suffices(answer, reading.prompt, view)) return undefined;
  return view.stream
    ? { contentType: dialect.streamType, body: dialect.renderStream(answer, view) }
    : { contentType: 'application/json', body: dialect.renderJson(answer, view) };
}
