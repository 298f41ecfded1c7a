/** An embedding request's way: each input is looked up by itself, and only those that nobody has yet go to the origin. */

import { scopeOf, tagsOf } from './ask.ts';
import type { EmbedDialect, EmbedReading } from './dialects/embed-dialect.ts';
import { parseBody } from './dialects/fold.ts';
import type { Edge, Visit } from './edge.ts';
import type { Content } from './exchange/exchange.ts';
import { fault } from './exchange/fault.ts';
import { type Asked, exchangeKey, type Scope } from './exchange/key.ts';
import { freshness, type Policy, readPolicy } from './exchange/policy.ts';
import { canonicalModel, type EmbedPrompt } from './exchange/prompt.ts';
import { exchangeOf, questionOf, underDigest } from './keep.ts';
import { clientAddress } from './limits/address.ts';
import { clear, spend } from './limits/clear.ts';
import type { Outcome } from './observe.ts';
import { refusalOf } from './origin/refusal.ts';
import { passThrough } from './pass-through.ts';
import { faultResponse, JSON_TYPE } from './respond.ts';
import type { TierName } from './tiers/tier.ts';
import { startTrail, type Trail } from './trail.ts';

type Vector = Extract<Content, { kind: 'vector' }>;

/** One input with what is known of it. */
interface Input {
  readonly prompt: EmbedPrompt;
  readonly asked: Asked;
  readonly key: string;
  found: Vector | undefined;
  /** Milliseconds since the epoch; undefined for what the origin just made. */
  readonly storedAt?: number | undefined;
  /** Where it was found. */
  readonly tier?: TierName | undefined;
  /** It is served past its time. */
  readonly stale?: 'as asked' | 'while renewed';
  /** For when the origin fails. */
  readonly spare?: Vector;
}

export async function serveEmbeddings(visit: Visit, dialect: EmbedDialect, edge: Edge): Promise<Response> {
  const { trail } = visit;
  const parsed = parseBody(visit.text);
  const reading = parsed.kind === 'fault' ? parsed : dialect.read(parsed.body);
  trail.step('read');
  if (reading.kind === 'fault') return faultResponse(dialect, reading.fault, trail.headers('BYPASS'));
  if (reading.kind !== 'embed') return passThrough(visit, dialect, reading, edge);

  const { headers } = visit.request;
  const model = canonicalModel(reading.view.model);
  trail.tell({ model });
  const scope = await scopeOf(visit, model, edge);
  const policy = readPolicy(headers, scope.model, undefined, edge.config);
  const inputs = await lookUp(reading.inputs, scope, policy, visit, edge);
  trail.step('tiers');

  const missing = inputs.filter((input) => input.found === undefined);
  noteCaches(inputs, policy, edge.tiers.names, trail);
  const past = inputs.filter(({ stale }) => stale !== undefined);
  let outcome: Outcome = past.length > 0 ? 'STALE' : 'HIT';
  if (missing.length > 0) {
    outcome = policy.lookup ? 'MISS' : 'BYPASS';
    if (policy.onlyIfCached)
      return faultResponse(dialect, fault('timeout', 'not every input is cached'), trail.headers('MISS'));
    const cleared = await clear(visit, edge);
    if (!cleared.ok) return faultResponse(dialect, cleared.fault, trail.headers(outcome));
    const failed = await ask(missing, reading, scope, policy, visit, trail, dialect, edge);
    trail.step('origin');
    if (failed !== undefined) {
      if (failed.status < 500 || missing.some(({ spare }) => spare === undefined)) return failed;
      for (const input of missing) input.found = input.spare;
      outcome = 'STALE';
    } else {
      trail.forwarded(false, policy.store);
      const tokens = tokensOf(missing.map((input) => input.found));
      visit.later(spend(visit.priority ?? 'interactive', visit.tenant, tokens, edge));
    }
  }
  const old = past.filter(({ stale }) => stale === 'while renewed');
  if (old.length > 0 && policy.store) visit.later(renew(old, reading, scope, policy, visit, dialect, edge));

  const vectors = reading.order.map((place) => inputs[place]?.found as Vector);
  const tokens = tokensOf(vectors);
  const elapsed = Math.max(1, Math.round((Date.now() - trail.startedAt) * 1e6));
  const timing = { total: elapsed, load: 1 };
  const text = dialect.render(
    vectors.map((vector) => vector.vector),
    tokens,
    reading.view,
    timing,
  );
  const answer = trail.headers(outcome);
  answer['content-type'] = JSON_TYPE;
  const oldest = Math.min(...inputs.map((input) => input.storedAt ?? Number.POSITIVE_INFINITY));
  if (Number.isFinite(oldest) && (outcome === 'HIT' || outcome === 'STALE'))
    answer.age = String(Math.max(0, Math.floor((Date.now() - oldest) / 1000)));
  trail.tell({
    usage: { promptTokens: tokens, completionTokens: 0 },
    saved: { promptTokens: tokens - tokensOf(missing.map((input) => input.found)), completionTokens: 0, ms: 0 },
  });
  const body = encoder.encode(text);
  trail.sent(body.byteLength);
  return new Response(body, { headers: answer });
}

const encoder = new TextEncoder();

function tokensOf(vectors: readonly (Vector | undefined)[]): number {
  return vectors.reduce((sum, vector) => sum + (vector?.promptTokens ?? 0), 0);
}

function lookUp(
  prompts: readonly EmbedPrompt[],
  scope: Scope,
  policy: Policy,
  visit: Visit,
  edge: Edge,
): Promise<readonly Input[]> {
  return Promise.all(
    prompts.map(async (prompt): Promise<Input> => {
      const asked: Asked = { kind: 'prompt', prompt };
      const key = await exchangeKey(scope, asked);
      if (!policy.lookup) return { prompt, asked, key, found: undefined };
      const { exchange, fill, above, tier } = await edge.tiers.lookup(key);
      if (exchange?.content.kind !== 'vector') return { prompt, asked, key, found: undefined };
      const { content: vector, storedAt, freshUntil } = exchange;
      const now = Date.now();
      const fresh = freshness(exchange, policy, now, edge.config.STALE_WHILE_REVALIDATE);
      if (fresh.kind === 'refused') {
        const usable = now < freshUntil + edge.config.STALE_IF_ERROR * 1000;
        return { prompt, asked, key, found: undefined, storedAt, ...(usable && { spare: vector }) };
      }
      if (above) visit.later(fill());
      const stale = fresh.kind === 'stale' && (fresh.revalidate ? 'while renewed' : 'as asked');
      return { prompt, asked, key, found: vector, storedAt, tier, ...(stale && { stale }) };
    }),
  );
}

/** Asks the origin for what is missing, and keeps it; a response only where that failed. */
async function ask(
  missing: readonly Input[],
  reading: Extract<EmbedReading, { kind: 'embed' }>,
  scope: Scope,
  policy: Policy,
  visit: Visit,
  trail: Trail,
  dialect: EmbedDialect,
  edge: Edge,
): Promise<Response | undefined> {
  const prompts = missing.map((input) => input.prompt);
  const begunAt = Date.now();
  const patience = AbortSignal.timeout(edge.config.ORIGIN_TIMEOUT_MS);
  const response = await edge
    .origin(
      {
        method: 'POST',
        path: dialect.path,
        body: reading.forwardFor(prompts),
        priority: visit.priority ?? 'interactive',
        tenant: scope.tenant,
        namespace: scope.namespace,
        ttl: 0,
        lookup: false,
        traceparent: trail.traceparent,
        client: clientAddress(visit.request.headers),
      },
      AbortSignal.any([visit.request.signal, patience]),
    )
    .catch(() => undefined);
  const text = await response?.text().catch(() => undefined);
  if (response === undefined || text === undefined) {
    const reason = patience.aborted
      ? fault('timeout', 'the origin did not answer in time')
      : fault('bad_gateway', 'the origin cannot be reached');
    return faultResponse(dialect, reason, trail.headers('MISS'));
  }
  if (!response.ok) {
    const reason = refusalOf(response, text);
    return faultResponse(dialect, reason, trail.headers('MISS', response.headers));
  }
  const decoded = dialect.decode(text, prompts);
  if (decoded.kind === 'fault') return faultResponse(dialect, decoded.fault, trail.headers('MISS'));

  for (const [at, input] of missing.entries()) {
    const vector = decoded.vectors[at] as Float32Array;
    input.found = { kind: 'vector', vector, promptTokens: decoded.promptTokens[at] ?? 0 };
    if (!policy.store) continue;
    const { key, asked, prompt, found } = input;
    const keeping = { key, scope, asked, policy, question: questionOf(prompt), tags: tagsOf(visit.request.headers) };
    const stored = underDigest(keeping, response.headers.get('x-model-digest'), edge).then((renewed) =>
      edge.tiers.put(exchangeOf(renewed, found, edge, begunAt)),
    );
    visit.later(stored);
  }
  return undefined;
}

/** What is served past its time is asked anew, without haste, for whoever comes next. */
async function renew(
  old: readonly Input[],
  reading: Extract<EmbedReading, { kind: 'embed' }>,
  scope: Scope,
  policy: Policy,
  visit: Visit,
  dialect: EmbedDialect,
  edge: Edge,
): Promise<void> {
  const { url, headers } = visit.request;
  // The client's own signal ends with its answer.
  const alone: Visit = { ...visit, request: new Request(url, { headers }), priority: 'revalidate' };
  const inputs = old.map(({ prompt, asked, key }): Input => ({ prompt, asked, key, found: undefined }));
  await ask(inputs, reading, scope, policy, alone, startTrail(headers), dialect, edge);
}

/** Each tier was asked for what those nearer had not got. */
function noteCaches(inputs: readonly Input[], policy: Policy, caches: readonly TierName[], trail: Trail): void {
  let asked = inputs.length;
  for (const cache of caches) {
    if (policy.bypass !== undefined) {
      trail.cache({ cache, fwd: policy.bypass });
      continue;
    }
    const found = inputs.filter(({ tier }) => tier === cache).length;
    if (found === asked) {
      trail.cache({ cache, hit: true });
      return;
    }
    trail.cache(
      found === 0 ? { cache, fwd: 'uri-miss' } : { cache, fwd: 'partial', detail: `${found} of ${asked} inputs` },
    );
    asked -= found;
  }
}
