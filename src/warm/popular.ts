/** What the origin's history finds worth warming: popular, and gone or about to expire. */
import type { Edge } from '../edge.ts';
import { isObject } from '../exchange/json.ts';
import { type Numbered, runWarming, type Told } from './run.ts';
import { readWarmObject } from './warm-line.ts';

const PATIENCE_MS = 10_000;
const SCOPE = { tenant: 'public', namespace: '' };

export interface PopularOptions {
  readonly limit: number;
  /** Seconds in which an answer is about to expire. */
  readonly within: number;
}

/** Undefined where the origin cannot tell. Never rejects. */
export async function popularLines(edge: Edge, { limit, within }: PopularOptions): Promise<Numbered[] | undefined> {
  const request = {
    method: 'GET',
    path: `/api/history/popular?limit=${limit}&within=${within}`,
    priority: 'warm',
    tenant: '',
    namespace: '',
    ttl: 0,
    lookup: false,
  } as const;
  const response = await edge.origin(request, AbortSignal.timeout(PATIENCE_MS)).catch(() => undefined);
  const told: unknown = response?.ok ? await response.json().catch(() => undefined) : undefined;
  if (!isObject(told) || !Array.isArray(told.prompts)) return undefined;
  return told.prompts.map((prompt, index) => {
    const { visits: _visits, ...line } = isObject(prompt) ? prompt : {};
    return { line: index + 1, read: readWarmObject(line, SCOPE) };
  });
}

/** The cron trigger's work: renews what is popular before it expires. Never rejects. */
export async function renewPopular(edge: Edge): Promise<readonly Told[]> {
  const { WARM_POPULAR: limit, WARM_AHEAD: within } = edge.config;
  const told: Told[] = [];
  if (limit === 0) return told;
  const lines = await popularLines(edge, { limit, within });
  if (lines === undefined) {
    console.warn('warming: the origin did not tell what is popular');
    return told;
  }
  await runWarming(lines, edge, {
    concurrency: 2,
    minFresh: within,
    signal: new AbortController().signal,
    tell: (one) => told.push(one),
  });
  const count = (state: Told['state']) => told.filter((one) => one.state === state).length;
  console.log(`warming: ${told.length} popular prompts, ${count('stored')} renewed, ${count('failed')} failed`);
  return told;
}
