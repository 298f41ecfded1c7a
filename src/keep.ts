/** Keep: what has landed becomes an exchange in every tier. Only a complete answer ever does. */
import type { Edge } from './edge.ts';
import type { Content, Exchange } from './exchange/exchange.ts';
import { type Asked, exchangeKey, type Scope } from './exchange/key.ts';
import type { Policy } from './exchange/policy.ts';
import type { EmbedPrompt, Prompt } from './exchange/prompt.ts';
import type { Flight, Landing } from './flight/flight.ts';
import { partitionOf } from './semantic/partition.ts';

export interface Keeping {
  readonly key: string;
  readonly scope: Scope;
  readonly asked: Asked;
  readonly policy: Policy;
  readonly question: string;
  readonly tags: readonly string[];
}

const QUESTION_LENGTH = 2_000;

/** What a person would say was asked: the last user turn, or the raw prompt. */
export function questionOf(prompt: Prompt | EmbedPrompt): string {
  if (prompt.kind === 'embed') return prompt.input.slice(0, QUESTION_LENGTH);
  if (prompt.kind === 'text') return prompt.prompt.slice(0, QUESTION_LENGTH);
  const turn = prompt.messages.findLast((message) => message.role === 'user');
  return (turn?.content ?? '').slice(0, QUESTION_LENGTH);
}

/** What of a landing may be stored; undefined for anything but a complete answer. */
export function contentOf(landing: Landing, flight: Flight, opaque: boolean): Content | undefined {
  if (landing.kind !== 'complete' || flight.takeoff?.kind !== 'answering') return undefined;
  if (!opaque) return { kind: 'answer', answer: landing.answer };
  const decoder = new TextDecoder();
  const body = flight.chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join('') + decoder.decode();
  return { kind: 'raw', contentType: flight.takeoff.contentType, body };
}

/**
 * An exchange with its lifetime, which begins now.
 * @param begunAt when its generation began, ms since the epoch
 */
export function exchangeOf(keeping: Keeping, content: Content, edge: Edge, begunAt: number): Exchange {
  const { key, scope, policy, question, tags } = keeping;
  const staleFor = Math.max(edge.config.STALE_WHILE_REVALIDATE, edge.config.STALE_IF_ERROR);
  const freshUntil = Date.now() + policy.ttl * 1000;
  return {
    key,
    ...scope,
    question,
    tags,
    content,
    storedAt: begunAt,
    freshUntil,
    keepUntil: freshUntil + staleFor * 1000,
  };
}

/** Stores what has landed, under the digest that really answered. Never rejects. */
export async function keep(keeping: Keeping, landing: Landing, flight: Flight, edge: Edge): Promise<void> {
  const { scope, policy, asked } = keeping;
  const told = { kind: 'landed', model: scope.model, tenant: scope.tenant } as const;
  if (landing.kind === 'found') {
    if (landing.exchange.key === keeping.key) await store(landing.exchange, keeping, edge);
    return;
  }
  const content = policy.store ? contentOf(landing, flight, asked.kind === 'opaque') : undefined;
  if (content === undefined) {
    edge.observe({ ...told, stored: false, why: landing.kind === 'complete' ? 'policy' : landing.kind });
    return;
  }
  const takeoff = flight.takeoff?.kind === 'answering' ? flight.takeoff : undefined;
  const renewed = await underDigest(keeping, takeoff?.headers.get('x-model-digest') ?? null, edge);
  await store(exchangeOf(renewed, content, edge, takeoff?.begunAt ?? Date.now()), renewed, edge);
  edge.observe({ ...told, stored: true });
}

/** Into the tiers, and where it can be found by its meaning. */
async function store(exchange: Exchange, { scope, asked }: Keeping, edge: Edge): Promise<void> {
  const stored = edge.tiers.put(exchange);
  await Promise.all([stored, remember(exchange, scope, asked, edge)]);
}

async function remember(exchange: Exchange, scope: Scope, asked: Asked, { semantic, purges }: Edge): Promise<void> {
  const { content, key, tenant, namespace, model, tags, storedAt, freshUntil } = exchange;
  if (semantic === undefined || asked.kind !== 'prompt' || asked.prompt.kind === 'embed') return;
  // Its generation began before the purge: what was asked is not to be found again either.
  if (purges.covers(exchange)) return;
  // What a tool is called with depends on every word.
  if (content.kind !== 'answer' || content.answer.toolCalls.length > 0) return;
  const place = await partitionOf(scope, asked.prompt, semantic.embedder);
  if (place === undefined) return;
  await semantic.remember(place, { key, tenant, namespace, model, tags, addedAt: storedAt, expiresAt: freshUntil });
}

/**
 * The digest that answered may be newer than the one that was keyed: a model was pulled meanwhile. What it said belongs to it.
 * @param answeredBy what the sidecar said, if it knows
 */
export async function underDigest(keeping: Keeping, answeredBy: string | null, edge: Edge): Promise<Keeping> {
  if (answeredBy === null || answeredBy === keeping.scope.digest) return keeping;
  edge.catalog.learn(keeping.scope.model, answeredBy);
  const scope = { ...keeping.scope, digest: answeredBy };
  return { ...keeping, scope, key: await exchangeKey(scope, keeping.asked) };
}
