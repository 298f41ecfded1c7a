/** An embedding request's way: it waits for a lane, and while it waits others for the same model join it in one call. */

import type { EmbedDialect } from '../../../src/dialects/embed-dialect.ts';
import { cacheStatus } from '../../../src/exchange/cache-status.ts';
import type { Fault } from '../../../src/exchange/fault.ts';
import type { JsonObject } from '../../../src/exchange/json.ts';
import { canonicalModel } from '../../../src/exchange/prompt.ts';
import { readJson } from '../http/body.ts';
import type { Request, Response } from '../http/listener.ts';
import { send, sendFault } from '../http/reply.ts';
import type { Origin } from '../origin.ts';
import { type Embedded, embeddingWork } from './embed.ts';
import { readTerms } from './terms.ts';

export async function serveEmbedding(
  origin: Origin,
  dialect: EmbedDialect,
  request: Request,
  response: Response,
): Promise<void> {
  const { path } = dialect;
  const body = await readJson(request, origin.config.MAX_BODY_BYTES);
  if (!body.ok) return sendFault(response, path, body.fault);
  const reading = dialect.read(body.value);
  if (reading.kind === 'fault') return sendFault(response, path, reading.fault);
  const terms = readTerms(request);
  const name = reading.kind === 'embed' ? reading.view.model : nameIn(body.value);
  const model = canonicalModel(name);
  const digest = origin.digests.of(model);
  const abort = new AbortController();
  response.once('close', () => abort.abort());

  const embedded = await new Promise<Embedded | { readonly kind: 'fault'; readonly fault: Fault }>((resolve) => {
    const work = embeddingWork({
      dialect,
      reading,
      name,
      model,
      body: body.value,
      config: origin.config,
      tenant: terms.tenant,
      priority: terms.priority,
      listed: !origin.digests.known || digest !== undefined,
      headers: terms.traceparent === undefined ? {} : { traceparent: terms.traceparent },
      deliver: resolve,
    });
    origin.dispatcher.submit(work, abort.signal);
  });
  const headers = {
    'cache-status': cacheStatus([{ cache: 'disk', fwd: 'bypass' }]),
    ...(digest !== undefined && { 'x-model-digest': digest }),
  };
  if (embedded.kind === 'fault') return sendFault(response, path, embedded.fault, headers);
  origin.observe({ kind: 'embedded', model, embedded });
  send(response, 200, 'application/json', embedded.body, {
    ...headers,
    'server-timing': `lane;dur=${embedded.laneMs.toFixed(1)}`,
  });
}

function nameIn({ model }: JsonObject): string {
  return typeof model === 'string' ? model : '';
}
