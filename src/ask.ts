/** Ask: one cacheable request, settled: whose it is, what it may use, and its key. */
import type { Dialect, Reading } from './dialects/dialect.ts';
import type { Edge, Visit } from './edge.ts';
import { type Asked, exchangeKey, MAX_NAME, type Scope } from './exchange/key.ts';
import { type Policy, readPolicy } from './exchange/policy.ts';
import { canonicalModel, type Prompt } from './exchange/prompt.ts';
import { questionOf } from './keep.ts';

export type Cacheable = Extract<Reading, { kind: 'prompt' | 'opaque' }>;

export interface Ask {
  readonly reading: Cacheable;
  readonly scope: Scope;
  readonly policy: Policy;
  readonly asked: Asked;
  readonly key: string;
  readonly question: string;
  readonly tags: readonly string[];
  readonly session: string | undefined;
  /** Whether the session's next prompts may be asked ahead. */
  readonly prefetch: boolean;
}

const MAX_TAGS = 16;

export async function settle(visit: Visit, dialect: Dialect, reading: Cacheable, edge: Edge): Promise<Ask> {
  const { headers } = visit.request;
  const prompt = reading.kind === 'prompt' ? reading.prompt : undefined;
  const model = reading.kind === 'prompt' ? reading.prompt.model : canonicalModel(reading.model);
  const question = prompt === undefined ? '' : questionOf(prompt);
  visit.trail.tell(edge.config.STATS_PROMPTS ? { model, question } : { model });
  const scope = await scopeOf(visit, model, edge);
  const asked = askedOf(reading, dialect, headers);
  const session = headers.get('x-session-id')?.slice(0, MAX_NAME);
  return {
    reading,
    scope,
    asked,
    policy: readPolicy(headers, scope.model, prompt?.options, edge.config),
    key: await keyOf(reading, scope, asked),
    question,
    tags: tagsOf(headers),
    session,
    prefetch: session !== undefined && mayPrefetch(visit.tenant, edge.config),
  };
}

function mayPrefetch(tenant: string, { PREFETCH_TENANTS: tenants }: Edge['config']): boolean {
  return tenants.includes('*') || tenants.includes(tenant);
}

interface Keyed {
  readonly scope: Scope;
  readonly key: string;
}

/** The last key of each remembered reading: popular questions are hashed once. */
const keyed = new WeakMap<Cacheable, Keyed>();

async function keyOf(reading: Cacheable, scope: Scope, asked: Asked): Promise<string> {
  if (asked.kind === 'own') return exchangeKey(scope, asked);
  const last = keyed.get(reading);
  if (last !== undefined && sameScope(last.scope, scope)) return last.key;
  const key = await exchangeKey(scope, asked);
  keyed.set(reading, { scope, key });
  return key;
}

function sameScope(one: Scope, other: Scope): boolean {
  return (
    one.tenant === other.tenant &&
    one.namespace === other.namespace &&
    one.model === other.model &&
    one.digest === other.digest &&
    one.arm === other.arm
  );
}

/** @param model canonical name */
export async function scopeOf(visit: Visit, model: string, edge: Edge): Promise<Scope> {
  edge.purges.tend(visit.later);
  return {
    tenant: visit.tenant,
    namespace: visit.request.headers.get('x-cache-namespace') ?? '',
    model,
    digest: await edge.catalog.digest(model, visit.later),
    ...(edge.arm !== undefined && { arm: edge.arm }),
  };
}

/** `X-Cache-Tags`: names by which the answer can be purged, separated by commas. */
export function tagsOf(headers: Headers): readonly string[] {
  const given = headers.get('x-cache-tags');
  if (given === null) return [];
  const names = given.split(',').map((name) => name.trim().slice(0, MAX_NAME));
  return [...new Set(names.filter((name) => name !== ''))].slice(0, MAX_TAGS);
}

function askedOf(reading: Cacheable, dialect: Dialect, headers: Headers): Asked {
  const own = headers.get('x-cache-key');
  if (own !== null && own !== '') {
    const answers = reading.kind === 'prompt' ? reading.prompt.kind : `${dialect.name} ${reading.stream}`;
    return { kind: 'own', answers, name: own };
  }
  if (reading.kind === 'prompt') return { kind: 'prompt', prompt: reading.prompt };
  return { kind: 'opaque', dialect: dialect.name, body: reading.forward };
}

/**
 * What a flight can be joined by. A text prompt only within its own dialect: `/api/generate` shows a `context` that an answer
 * through `/v1/completions` does not have.
 */
export function flightKey(ask: Ask, dialect: Dialect, prompt: Prompt | undefined): string | undefined {
  if (!ask.policy.lookup) return undefined;
  return prompt?.kind === 'text' ? `${ask.key} ${dialect.name}` : ask.key;
}
