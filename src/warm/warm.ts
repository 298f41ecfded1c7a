/**
 * Warm: a request that nobody waits for goes the way of every other, at the origin's low priority. What is cached for long enough
 * is a hit and costs nothing, so warming the same again does nothing.
 */
import type { Dialect } from '../dialects/dialect.ts';
import type { EmbedDialect } from '../dialects/embed-dialect.ts';
import type { Edge, Visit } from '../edge.ts';
import { readPolicy } from '../exchange/policy.ts';
import { canonicalModel } from '../exchange/prompt.ts';
import type { Event } from '../observe.ts';
import { refusalOf } from '../origin/refusal.ts';
import { serve } from '../serve.ts';
import { serveEmbeddings } from '../serve-embeddings.ts';
import { startTrail } from '../trail.ts';
import type { WarmRequest } from './warm-line.ts';

export type Warmed =
  /** It was there, in the edge's tiers or on the origin's disk; `joined`: somebody is asking it right now. */
  | { readonly state: 'cached' | 'stored' | 'joined' }
  /** Cannot be warmed as it is: trying again changes nothing. */
  | { readonly state: 'bad'; readonly error: string }
  /** @property retryAfter seconds, where the origin said it */
  | { readonly state: 'failed'; readonly error: string; readonly retryAfter?: number };

/** @param minFresh seconds that an answer must still be fresh to be left alone, at least 1 */
export async function warm(request: WarmRequest, minFresh: number, edge: Edge, signal: AbortSignal): Promise<Warmed> {
  const { dialect, body, tenant, namespace, tags, ttl } = request;
  const headers = new Headers({ 'cache-control': `min-fresh=${minFresh}`, 'x-cache-threshold': 'off' });
  if (namespace !== '') headers.set('x-cache-namespace', namespace);
  if (tags.length > 0) headers.set('x-cache-tags', tags.join(','));
  if (ttl !== undefined) headers.set('x-cache-ttl', String(ttl));
  const problem = problemOf(dialect, request, headers, edge);
  if (problem !== undefined) return { state: 'bad', error: problem };

  const works: Promise<unknown>[] = [];
  const visit: Visit = {
    request: new Request(`https://warm.invalid${dialect.path}`, { method: 'POST', headers, signal }),
    text: JSON.stringify(body),
    tenant,
    trail: startTrail(headers),
    priority: 'warm',
    later: (work) => works.push(work),
  };
  let unstored: string | undefined;
  const watched = watching(edge, (event) => {
    if (event.kind === 'landed' && !event.stored) unstored = event.why ?? 'not stored';
  });
  const response = await ('decoder' in dialect
    ? serve(visit, dialect, watched)
    : serveEmbeddings(visit, dialect, watched));
  const text = await response.text();
  // What is written after the answer may begin more of it.
  for (let done = 0; done < works.length; ) {
    const batch = works.slice(done);
    done = works.length;
    await Promise.allSettled(batch);
  }
  return outcomeOf(response, text, unstored);
}

function outcomeOf(response: Response, text: string, unstored: string | undefined): Warmed {
  if (!response.ok) {
    const { status, message: error, retryAfter } = refusalOf(response, text);
    // What the origin says is wrong with the request stays wrong.
    if (status < 500 && status !== 429 && status !== 499) return { state: 'bad', error };
    return { state: 'failed', error, ...(retryAfter !== undefined && { retryAfter }) };
  }
  switch (response.headers.get('x-cache')) {
    case 'HIT':
      return { state: 'cached' };
    case 'JOINED':
      return { state: 'joined' };
    case 'STALE':
      return { state: 'failed', error: 'the origin failed; the old answer is kept' };
    default:
      return unstored === undefined ? { state: 'stored' } : { state: 'failed', error: `not stored: ${unstored}` };
  }
}

/** Found out before anything is generated for nothing. */
function problemOf(
  dialect: Dialect | EmbedDialect,
  { body }: WarmRequest,
  headers: Headers,
  edge: Edge,
): string | undefined {
  const reading = dialect.read(body);
  if (reading.kind === 'fault') return reading.fault.message;
  if (reading.kind === 'control') return 'asks for no answer';
  if (reading.kind === 'opaque' && !('decoder' in dialect)) return `is not cached: ${reading.why}`;
  const prompt = reading.kind === 'prompt' ? reading.prompt : undefined;
  const name = reading.kind === 'prompt' || reading.kind === 'embed' ? reading.view.model : reading.model;
  const { store, lookup } = readPolicy(headers, canonicalModel(name), prompt?.options, edge.config);
  return store && lookup ? undefined : 'the settings keep such requests out of the cache';
}

/** The same edge without limits, and with an ear of one's own. */
function watching(edge: Edge, heard: (event: Event) => void): Edge {
  return {
    ...edge,
    limits: undefined,
    observe(event) {
      heard(event);
      edge.observe(event);
    },
  };
}
