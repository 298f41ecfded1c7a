/** What is worth generating before it is asked: popular prompts, those of this time of day first, that no disk has for long. */
import { isObject, type JsonObject } from '../../../src/exchange/json.ts';
import type { HistoryStore, Popular } from '../history/history.ts';
import type { Origin } from '../origin.ts';

export interface WarmQuery {
  /** Most prompts. */
  readonly limit: number;
  /** Those whose answer is on disk for longer than this (seconds) need nothing. */
  readonly within: number;
  readonly tenant?: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A prompt that can be asked again. */
export interface Warmable extends Popular {
  readonly request: JsonObject;
}

const DAY_MS = 86_400_000;
/** What was asked before that is not asked for any more. */
const LOOK_BACK_MS = 14 * DAY_MS;
/** From now on: what is made now is for the hours to come. */
const DAYTIME_MS = 2 * 3_600_000;
/** Asked once is not popular. */
const FEWEST_VISITS = 2;
/** So many more are looked at, since some are there already. */
const SPARE = 5;

/** Rejects when the history fails. */
export async function worthWarming(
  history: HistoryStore,
  disk: Origin['disk'],
  { limit, within, tenant, now }: WarmQuery,
): Promise<readonly Warmable[]> {
  const query = { since: now - LOOK_BACK_MS, limit: limit * SPARE, ...(tenant !== undefined && { tenant }) };
  const daily = { from: now % DAY_MS, length: DAYTIME_MS };
  const lists = [await history.popular({ ...query, daily }), await history.popular(query)];
  const chosen = new Map<string, Warmable>();
  for (const popular of lists.flat()) {
    if (chosen.size >= limit) break;
    const { key, visits, ttl } = popular;
    if (visits < FEWEST_VISITS || ttl <= 0 || chosen.has(key)) continue;
    const request = bodyOf(popular);
    if (request === undefined || isThere(disk, key, now + within * 1000)) continue;
    chosen.set(key, { ...popular, request });
  }
  return [...chosen.values()];
}

function isThere(disk: Origin['disk'], key: string, until: number): boolean {
  try {
    return (disk?.freshUntil(key) ?? 0) > until;
  } catch {
    return false;
  }
}

/** Undefined where texts are not kept, or the client made its own key. */
function bodyOf({ body }: Popular): JsonObject | undefined {
  if (body === '') return undefined;
  const value: unknown = JSON.parse(body);
  return isObject(value) ? value : undefined;
}
