/** Recall: whether the same was asked before in other words. Asked only when no tier has the exact answer. */
import type { Ask } from './ask.ts';
import type { Dialect } from './dialects/dialect.ts';
import type { Edge, Visit } from './edge.ts';
import type { Exchange } from './exchange/exchange.ts';
import { freshness } from './exchange/policy.ts';
import { suffices } from './look.ts';
import { type Manner, storedResponse } from './respond.ts';
import { partitionOf } from './semantic/partition.ts';
import type { Match } from './semantic/semantic-cache.ts';
import type { Lookup } from './tiers/read-through.ts';

/** The answer to a question that asks the same. */
export interface Recalled {
  readonly exchange: Exchange;
  readonly match: Match;
}

/** Matches whose answers are fetched, one after another, until one is there. */
const MOST_FETCHED = 3;
/** An entry whose answer was not found this long after it was stored has lost it: KV shows a write within a minute. */
const SETTLED_MS = 120_000;

export async function recall(ask: Ask, visit: Visit, dialect: Dialect, edge: Edge): Promise<Recalled | undefined> {
  const { semantic, config } = edge;
  const { reading, asked, scope, policy } = ask;
  if (semantic === undefined || !policy.lookup || reading.kind !== 'prompt' || asked.kind !== 'prompt')
    return undefined;
  const threshold = thresholdOf(visit.request.headers, config, scope.model);
  if (threshold === undefined) return undefined;
  const place = await partitionOf(scope, reading.prompt);
  if (place === undefined) return undefined;

  const { trail } = visit;
  const search = await semantic.search(place, threshold);
  trail.step('semantic');
  if (search.kind === 'failed') {
    trail.cache({ cache: 'semantic', fwd: 'miss', detail: search.reason });
    return undefined;
  }
  for (const match of search.matches.slice(0, MOST_FETCHED)) {
    const found = await edge.tiers.lookup(match.key);
    const { exchange } = found;
    if (exchange === undefined) {
      if (isGone(found, match)) visit.later(semantic.forget([match.key], place.partition));
      continue;
    }
    if (!mayServe(exchange, ask, dialect, edge)) continue;
    if (found.above) visit.later(found.fill());
    trail.step('recalled');
    trail.cache({
      cache: 'semantic',
      hit: true,
      ttl: (exchange.freshUntil - Date.now()) / 1000,
      key: match.key,
      detail: `sim=${match.similarity.toFixed(3)} ${match.question.slice(0, 120)}`,
    });
    return { exchange, match };
  }
  const { refused } = search;
  if (refused === undefined) trail.cache({ cache: 'semantic', fwd: 'uri-miss' });
  else {
    trail.cache({
      cache: 'semantic',
      fwd: 'miss',
      detail: `refused=${refused.by} sim=${refused.similarity.toFixed(3)}`,
    });
    edge.observe({ kind: 'guard_refused', by: refused.by });
  }
  return undefined;
}

export function recalledResponse({ exchange, match }: Recalled, manner: Manner): Response {
  const similarity = match.similarity.toFixed(3);
  manner.trail.tell({ semantic: { similarity: match.similarity, key: match.key } });
  const response = storedResponse(exchange, 'SEMANTIC', manner);
  response.headers.set('x-cache-similarity', similarity);
  return response;
}

/**
 * The operator's threshold for the model, or the higher one of `X-Cache-Threshold`; undefined where nothing is to be matched. A
 * header that is no threshold turns matching off: who asks for care must not get less of it by a slip.
 */
export function thresholdOf(headers: Headers, config: Edge['config'], model: string): number | undefined {
  const own = config.SEMANTIC_THRESHOLD_BY_MODEL[model] ?? config.SEMANTIC_THRESHOLD;
  const wanted = headers.get('x-cache-threshold')?.trim();
  if (own === 'off' || wanted === 'off') return undefined;
  if (wanted === undefined || wanted === '') return own;
  const raised = Number(wanted);
  return raised >= 0 && raised <= 1 ? Math.max(own, raised) : undefined;
}

/** The partition holds all this already; an index that is wrong must not be enough to cross a tenant. */
function mayServe(exchange: Exchange, ask: Ask, dialect: Dialect, edge: Edge): boolean {
  const { tenant, namespace, model, digest } = ask.scope;
  if (exchange.tenant !== tenant || exchange.namespace !== namespace) return false;
  if (exchange.model !== model || exchange.digest !== digest) return false;
  if (!suffices(exchange, ask, dialect)) return false;
  const { STALE_WHILE_REVALIDATE } = edge.config;
  return freshness(exchange, ask.policy, Date.now(), STALE_WHILE_REVALIDATE).kind === 'fresh';
}

/** A tier that everybody shares was asked, and has not got it any more. */
function isGone({ passed, failed }: Lookup, { addedAt }: Match): boolean {
  const shared = passed.includes('kv') || passed.includes('redis');
  return shared && failed.length === 0 && Date.now() - addedAt > SETTLED_MS;
}
