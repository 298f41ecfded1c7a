/** `GET /api/history/popular`: what an edge should warm: popular, and not on disk for long. */
import type { Origin } from '../origin.ts';
import { worthWarming } from './worth-warming.ts';

const MOST = 500;

/** As the edge reads it; see `src/warm/popular.ts`. */
export interface PopularPrompt {
  readonly path: string;
  readonly body: object;
  readonly tenant: string;
  readonly namespace: string;
  readonly tags: readonly string[];
  /** Seconds. */
  readonly ttl: number;
  readonly visits: number;
}

/** @param query `limit`, `within` (seconds), `tenant` */
export async function popularPage(
  { history, disk }: Origin,
  query: URLSearchParams,
): Promise<readonly PopularPrompt[]> {
  if (history === undefined) return [];
  const number = (name: string, otherwise: number) => {
    const value = Number(query.get(name) ?? otherwise);
    return Number.isFinite(value) && value >= 0 ? value : otherwise;
  };
  const tenant = query.get('tenant');
  const prompts = await worthWarming(history, disk, {
    limit: Math.min(MOST, number('limit', 20)),
    within: number('within', 3_600),
    now: Date.now(),
    ...(tenant !== null && { tenant }),
  });
  return prompts.map(({ path, request, tenant: of, namespace, tags, ttl, visits }) => ({
    path,
    body: request,
    tenant: of,
    namespace,
    tags: JSON.parse(tags) as string[],
    ttl,
    visits,
  }));
}
