/** Recall: whether the same was asked before in other words. Asked only when no tier has the exact answer. */
import { type Ask, flightKey } from './ask.ts';
import type { Alike } from './check.ts';
import type { Dialect } from './dialects/dialect.ts';
import type { Edge, Visit } from './edge.ts';
import type { Exchange } from './exchange/exchange.ts';
import { freshness } from './exchange/policy.ts';
import { suffices } from './look.ts';
import { pacedResponse } from './paced.ts';
import { type Manner, storedResponse } from './respond.ts';
import type { BoundClass, Gate } from './semantic/gate.ts';
import { partitionOf, type Semantic } from './semantic/partition.ts';
import { pairOf } from './semantic/receipt.ts';
import type { Match, Refusal, Search, SemanticCache } from './semantic/semantic-cache.ts';
import type { Lookup } from './tiers/read-through.ts';
import type { Trail } from './trail.ts';
import { within } from './within.ts';

export type Recalled =
  | { readonly kind: 'found'; readonly alike: Alike & { readonly exchange: Exchange }; readonly receipt: string }
  /** `withheld`: a match that the error bound, or the request, keeps from being served. */
  | { readonly kind: 'none'; readonly withheld: Alike | undefined };

/** Matches whose answers are fetched, one after another, until one is there. */
const MOST_FETCHED = 3;
/** An entry whose answer was not found this long after it was stored has lost it: KV shows a write within a minute. */
const SETTLED_MS = 120_000;
/** Characters of the matched question that are shown. */
const SHOWN = 120;
const NONE: Recalled = { kind: 'none', withheld: undefined };

/** Never rejects: whatever goes wrong, nothing is recalled. */
export async function recall(ask: Ask, visit: Visit, dialect: Dialect, edge: Edge): Promise<Recalled> {
  try {
    return await alikeOf(ask, visit, dialect, edge);
  } catch (error) {
    console.error('recalling failed', error);
    return NONE;
  }
}

async function alikeOf(ask: Ask, visit: Visit, dialect: Dialect, edge: Edge): Promise<Recalled> {
  const { semantic, config } = edge;
  const { reading, asked, scope, policy } = ask;
  if (semantic === undefined || !policy.lookup || reading.kind !== 'prompt' || asked.kind !== 'prompt') return NONE;
  const thresholds = thresholdsOf(visit.request.headers, config, scope.model);
  if (thresholds === undefined) return NONE;
  const recollected = edge.recollections.get(ask.key, thresholds.operator);
  // Who is answering it already has the exact answer, and has looked here before.
  if (recollected === undefined && edge.flights.has(flightKey(ask, dialect, reading.prompt))) return NONE;
  const place = await partitionOf(scope, reading.prompt, semantic.embedder);
  if (place === undefined) return NONE;

  const { trail } = visit;
  const { tenant } = scope;
  const of: BoundClass = { tenant, embedder: semantic.judgedBy, kind: place.kind, base: thresholds.operator };
  const [search, gate] = await Promise.all([
    recollected ?? semantic.search(place, thresholds.operator),
    gateOf(of, semantic, visit, config.SEMANTIC_TIMEOUT_MS),
  ]);
  trail.step('semantic');
  if (search.kind === 'failed' || gate === undefined) {
    trail.cache({ cache: 'semantic', fwd: 'miss', detail: search.kind === 'failed' ? search.reason : 'no bound' });
    return NONE;
  }
  const candidates = await candidatesOf(search, gate, place.partition);
  const needed = Math.max(gate.threshold, thresholds.request);
  for (const { match, pair } of candidates) {
    const alike = { match, of, question: place.question };
    if (!gate.serving || match.similarity < needed) {
      noteRefusal({ by: gate.serving ? 'threshold' : 'bound', similarity: match.similarity }, trail, edge);
      return { kind: 'none', withheld: { ...alike, exchange: undefined } };
    }
    const exchange = await fetchAnswer(match, place, ask, dialect, visit, edge);
    // Tiers that fail for one fail for the next: nobody waits for them again.
    if (exchange === 'unknown') break;
    if (exchange === undefined) continue;
    noteHit(match, exchange, trail);
    edge.recollections.keep(ask.key, thresholds.operator, search);
    const { key, similarity } = match;
    const receipt = await semantic.receipts.issue({ of, similarity, partition: place.partition, key, pair });
    return { kind: 'found', alike: { ...alike, exchange }, receipt };
  }
  edge.recollections.forget(ask.key);
  const [nearest] = search.matches;
  const reported = nearest && candidates.length === 0 ? { by: 'reported', similarity: nearest.similarity } : undefined;
  noteRefusal(reported ?? search.refused, trail, edge);
  return NONE;
}

interface Candidate {
  readonly match: Match;
  readonly pair: string;
}

/** Those of the best matches that nobody has reported. */
async function candidatesOf(
  { matches, questionKey }: Extract<Search, { kind: 'searched' }>,
  { parted }: Gate,
  partition: string,
): Promise<readonly Candidate[]> {
  const candidates = await Promise.all(
    matches
      .slice(0, MOST_FETCHED)
      .map(async (match) => ({ match, pair: await pairOf(partition, match.key, questionKey) })),
  );
  return candidates.filter(({ pair }) => !parted.has(pair));
}

function noteHit({ key, question, similarity }: Match, { freshUntil }: Exchange, trail: Trail): void {
  trail.step('recalled');
  const detail = `sim=${similarity.toFixed(3)} ${question.slice(0, SHOWN)}`;
  trail.cache({ cache: 'semantic', hit: true, ttl: (freshUntil - Date.now()) / 1000, key, detail });
}

/** Undefined: nothing was near. */
function noteRefusal(refusal: Refusal | undefined, trail: Trail, edge: Edge): void {
  if (refusal === undefined) {
    trail.cache({ cache: 'semantic', fwd: 'uri-miss' });
    return;
  }
  const detail = `refused=${refusal.by} sim=${refusal.similarity.toFixed(3)}`;
  trail.cache({ cache: 'semantic', fwd: 'miss', detail });
  edge.observe({ kind: 'guard_refused', by: refusal.by });
}

export async function recalledResponse(
  { alike: { exchange, match }, receipt }: Extract<Recalled, { kind: 'found' }>,
  manner: Manner,
  visit: Visit,
  edge: Edge,
): Promise<Response> {
  const { similarity, key, question } = match;
  manner.trail.tell({ semantic: { similarity, key, question, receipt } });
  const response = edge.config.SEMANTIC_PAD_LATENCY
    ? await pacedResponse(exchange, manner, visit.request.signal)
    : storedResponse(exchange, 'SEMANTIC', manner);
  response.headers.set('x-cache-similarity', similarity.toFixed(3));
  response.headers.set('x-cache-receipt', receipt);
  return response;
}

interface Thresholds {
  /** For the model. */
  readonly operator: number;
  /** What the request asks for; 0 where it does not. */
  readonly request: number;
}

/**
 * Undefined where nothing is to be matched. A header that is no threshold turns matching off: who asks for care must not get less of
 * it by a slip.
 */
export function thresholdsOf(headers: Headers, config: Edge['config'], model: string): Thresholds | undefined {
  const operator = config.SEMANTIC_THRESHOLD_BY_MODEL[model] ?? config.SEMANTIC_THRESHOLD;
  const wanted = headers.get('x-cache-threshold')?.trim() || '0';
  if (operator === 'off' || wanted === 'off') return undefined;
  const request = Number(wanted);
  return request >= 0 && request <= 1 ? { operator, request } : undefined;
}

/** Undefined where it is not known whether hits may be served. */
async function gateOf(of: BoundClass, semantic: SemanticCache, visit: Visit, ms: number): Promise<Gate | undefined> {
  const gate = semantic.gates.of(of, visit.later);
  return gate instanceof Promise ? within(ms, gate).catch(() => undefined) : gate;
}

/** `unknown`: a tier failed, so that it may be there. */
async function fetchAnswer(
  match: Match,
  place: Semantic,
  ask: Ask,
  dialect: Dialect,
  visit: Visit,
  edge: Edge,
): Promise<Exchange | undefined | 'unknown'> {
  const found = await edge.tiers.lookup(match.key);
  const { exchange } = found;
  if (exchange === undefined) {
    if (found.failed.length > 0) return 'unknown';
    if (isGone(found, match) && edge.semantic) visit.later(edge.semantic.forget([match.key], place.partition));
    return undefined;
  }
  if (!mayServe(exchange, ask, dialect, edge)) return undefined;
  if (found.above) visit.later(found.fill());
  if (found.tier !== undefined) visit.trail.tell({ tier: found.tier });
  return exchange;
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
function isGone({ passed }: Lookup, { addedAt }: Match): boolean {
  const shared = passed.includes('kv') || passed.includes('redis');
  return shared && Date.now() - addedAt > SETTLED_MS;
}
