/** Look: whether some tier has an answer that this request may have, and what was passed on the way. */
import { type Ask, flightKey } from './ask.ts';
import type { Dialect } from './dialects/dialect.ts';
import type { Edge } from './edge.ts';
import type { Exchange } from './exchange/exchange.ts';
import { freshness } from './exchange/policy.ts';
import type { Trail } from './trail.ts';

export type Found =
  | { readonly kind: 'fresh'; readonly exchange: Exchange }
  | { readonly kind: 'stale'; readonly exchange: Exchange; readonly revalidate: boolean }
  /** `spare`: a stale answer to fall back on when the origin fails. */
  | { readonly kind: 'none'; readonly spare: Exchange | undefined };

const NONE: Found = { kind: 'none', spare: undefined };

export async function look(
  ask: Ask,
  dialect: Dialect,
  trail: Trail,
  edge: Edge,
  later: (work: Promise<unknown>) => void,
): Promise<Found> {
  const { policy, key } = ask;
  if (policy.bypass !== undefined) {
    for (const cache of edge.tiers.names) trail.cache({ cache, fwd: policy.bypass });
    return NONE;
  }
  const found = await (lookedUp(ask, dialect, edge) ? edge.tiers.nearest(key) : edge.tiers.lookup(key));
  for (const cache of found.passed) trail.cache({ cache, fwd: 'uri-miss' });
  trail.step('tiers');
  const { exchange, tier } = found;
  if (exchange === undefined || tier === undefined) return NONE;

  if (!suffices(exchange, ask, dialect)) {
    trail.cache({ cache: tier, fwd: 'partial' });
    return NONE;
  }
  const now = Date.now();
  const fresh = freshness(exchange, policy, now, edge.config.STALE_WHILE_REVALIDATE);
  const ttl = (exchange.freshUntil - now) / 1000;
  if (fresh.kind === 'refused') {
    trail.cache({ cache: tier, fwd: fresh.why, ttl });
    const usable = now < exchange.freshUntil + edge.config.STALE_IF_ERROR * 1000;
    return { kind: 'none', spare: usable ? exchange : undefined };
  }
  trail.cache({ cache: tier, hit: true, ttl, key });
  if (found.above) later(found.fill());
  return fresh.kind === 'fresh'
    ? { kind: 'fresh', exchange }
    : { kind: 'stale', exchange, revalidate: fresh.revalidate };
}

/**
 * Whether somebody has looked everywhere a moment ago, and in vain: who is generating it now, or was given the answer to the same in
 * other words. Only what has landed here since can be there.
 */
function lookedUp(ask: Ask, dialect: Dialect, edge: Edge): boolean {
  const prompt = ask.reading.kind === 'prompt' ? ask.reading.prompt : undefined;
  return edge.recollections.has(ask.key) || edge.flights.has(flightKey(ask, dialect, prompt));
}

/** Whether a stored answer shows all that this client's dialect shows. */
export function suffices({ content }: Exchange, { reading }: Ask, dialect: Dialect): boolean {
  if (reading.kind === 'opaque') return content.kind === 'raw';
  return content.kind === 'answer' && dialect.suffices(content.answer, reading.prompt, reading.view);
}
