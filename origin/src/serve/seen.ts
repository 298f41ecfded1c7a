/** `POST /api/predict/seen`: an edge had the answer itself; the predictor is to know that its session asked it. */
import { fault } from '../../../src/exchange/fault.ts';
import { isObject } from '../../../src/exchange/json.ts';
import { SEEN_PATH } from '../../../src/origin/client.ts';
import { readStored } from '../disk/disk-tier.ts';
import { readJson } from '../http/body.ts';
import type { Request, Response } from '../http/listener.ts';
import { send, sendFault } from '../http/reply.ts';
import type { Origin } from '../origin.ts';
import { askedOf } from './asked.ts';
import { readTerms, type Terms } from './terms.ts';

export async function serveSeen(origin: Origin, request: Request, response: Response): Promise<void> {
  const read = await readJson(request, origin.config.MAX_BODY_BYTES);
  if (!read.ok) return sendFault(response, SEEN_PATH, read.fault);
  const { path, body } = read.value;
  const dialect = typeof path === 'string' ? origin.dialects.get(path) : undefined;
  const reading = dialect !== undefined && isObject(body) ? dialect.read(body) : undefined;
  if (dialect === undefined || !isObject(body) || reading === undefined || reading.kind === 'fault')
    return sendFault(response, SEEN_PATH, fault('invalid_request', 'a path and the body that it was sent are needed'));
  const terms = readTerms(request);
  const asked = askedOf(dialect, body, reading, origin.config);
  const answer = await answerTo(origin, terms);
  origin.observe({ kind: 'asked', asked, terms, by: 'edge', ...(answer && { answer }) });
  send(response, 200, 'application/json', '{}');
}

/** What the session was answered, if the disk has it too. */
async function answerTo({ disk }: Origin, { key }: Terms) {
  try {
    const stored = key === undefined ? undefined : disk?.get(key);
    const content = stored && (await readStored(stored))?.content;
    return content?.kind === 'answer' ? content.answer : undefined;
  } catch {
    return undefined;
  }
}
