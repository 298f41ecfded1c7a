/**
 * `POST /api/cache/report`: a client says that an answer to a question in other words was wrong. Open to whoever may ask, with the
 * receipt that came with the answer (`X-Cache-Receipt`), for the tenant that it was served to.
 */
import { parseBody } from './dialects/fold.ts';
import { ollamaChat } from './dialects/ollama-chat.ts';
import type { Edge, Visit } from './edge.ts';
import { fault } from './exchange/fault.ts';
import { faultResponse } from './respond.ts';

export function serveReport({ text, tenant }: Visit, edge: Edge): Promise<Response> {
  return reportWrong(text, tenant, edge);
}

/** @param tenant who reports; undefined for the operator, who may speak for all */
export async function reportWrong(body: string, tenant: string | undefined, edge: Edge): Promise<Response> {
  const { semantic } = edge;
  if (semantic === undefined) return faultResponse(ollamaChat, fault('not_found', 'semantic hits are switched off'));
  const parsed = parseBody(body);
  if (parsed.kind === 'fault') return faultResponse(ollamaChat, parsed.fault);
  const { receipt: text } = parsed.body;
  const receipt = typeof text === 'string' ? await semantic.receipts.read(text.trim()) : undefined;
  if (receipt === undefined) {
    const message = 'send {"receipt": "…"} with the X-Cache-Receipt of the answer that was wrong';
    return faultResponse(ollamaChat, fault('invalid_request', message));
  }
  const { of, pair, similarity, key, partition } = receipt;
  if (tenant !== undefined && of.tenant !== tenant)
    return faultResponse(ollamaChat, fault('forbidden', 'this answer was served to another tenant'));
  try {
    // Out of the index first: isolates that do not know of the parted pair yet no longer find it either.
    const [, first] = await Promise.all([semantic.forget([key], partition), semantic.gates.part(of, pair, similarity)]);
    if (first) edge.observe({ kind: 'shadow_checked', by: 'reported' });
    return Response.json({ removed: true, counted: first });
  } catch {
    return faultResponse(ollamaChat, fault('overloaded', 'the report could not be written; try again', 1));
  }
}
