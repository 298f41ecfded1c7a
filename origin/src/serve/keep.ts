/** Keeps what was generated on disk. Only a complete answer, only under the digest that it was asked under. */
import type { Content, Exchange } from '../../../src/exchange/exchange.ts';
import type { Flight } from '../coalesce/flight.ts';
import type { Origin } from '../origin.ts';
import type { Generated } from './generate.ts';
import type { Terms } from './terms.ts';

/** Past its freshness it is kept this long for an edge whose origin fails (ms): the edge's own bounds decide. */
const STALE_KEEP_MS = 691_200_000;

/** Never rejects: a disk that fails is a miss later. */
export async function keep(
  origin: Origin,
  terms: Terms,
  generated: Generated,
  flight: Flight,
  digest: string | undefined,
): Promise<void> {
  const content = contentOf(generated, flight);
  const { asked } = generated;
  if (origin.disk === undefined || terms.key === undefined || !terms.store || content === undefined) return;
  // The model was pulled again meanwhile: whose answer this is cannot be said.
  if (origin.digests.of(asked.model) !== digest) return;
  const freshUntil = Date.now() + terms.ttl * 1000;
  const exchange: Exchange = {
    key: terms.key,
    tenant: terms.tenant,
    namespace: terms.namespace,
    model: asked.model,
    digest: digest ?? '',
    question: asked.question,
    tags: terms.tags,
    content,
    storedAt: flight.begunAt,
    freshUntil,
    keepUntil: freshUntil + STALE_KEEP_MS,
  };
  // It was purged while it was being written.
  if (origin.purges.covers(exchange)) return;
  try {
    await origin.disk.put(exchange);
  } catch (error) {
    origin.observe({ kind: 'failed', what: 'disk', error });
  }
}

function contentOf({ asked, collected, contentType }: Generated, flight: Flight): Content | undefined {
  if (collected.kind !== 'complete') return undefined;
  if (asked.reading.kind === 'prompt') return { kind: 'answer', answer: collected.answer };
  if (asked.reading.kind === 'opaque') return { kind: 'raw', contentType, body: flight.body().toString('utf8') };
  return undefined;
}
