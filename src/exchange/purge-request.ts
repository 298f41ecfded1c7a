/** What an operator asks to be purged, read from JSON. The edge and the sidecar take the same words. */
import { type Fault, fault } from './fault.ts';
import type { JsonObject } from './json.ts';
import { canonicalModel } from './prompt.ts';
import type { Purge, Selector } from './purge.ts';

export type PurgeRequest = { readonly ok: true; readonly purge: Purge } | { readonly ok: false; readonly fault: Fault };

const NAMES = ['key', 'tenant', 'namespace', 'model', 'tag'] as const;
const OTHERS = ['before', 'older_than_seconds', 'all'];

/**
 * Everything goes only when it is asked for in so many words, by `all` or a time.
 * @param now milliseconds since the epoch
 */
export function readPurge(body: JsonObject, now: number): PurgeRequest {
  const unknown = Object.keys(body).find((name) => !OTHERS.includes(name) && !NAMES.some((known) => known === name));
  if (unknown !== undefined) return refused(`${unknown} is not known: ${[...NAMES, ...OTHERS].join(', ')} are`);
  const selector: Record<string, string> = {};
  for (const name of NAMES) {
    const value = body[name];
    if (value === undefined) continue;
    if (typeof value !== 'string' || (value === '' && name !== 'namespace'))
      return refused(`${name} must be a string that is not empty`);
    selector[name] = value;
  }
  if (body.all !== undefined && body.all !== true) return refused('all can only be true');
  const named = Object.keys(selector).length > 0;
  if (named && body.all === true) return refused('either all, or what exactly');
  const before = timeOf(body, now);
  if (typeof before === 'string') return refused(before);
  if (!named && body.all !== true && before === undefined)
    return refused('name a key, tenant, namespace, model, tag or time, or {"all":true}');
  // A millisecond more: what was stored in this very one is older than the purge.
  return { ok: true, purge: { selector: normal(selector), before: before ?? now + 1 } };
}

function normal(selector: Selector): Selector {
  const { key, model } = selector;
  return {
    ...selector,
    ...(key !== undefined && { key: key.toLowerCase() }),
    ...(model !== undefined && { model: canonicalModel(model) }),
  };
}

/** Milliseconds since the epoch; undefined where none is given; a sentence where it makes no sense. */
function timeOf({ before, older_than_seconds: age }: JsonObject, now: number): number | undefined | string {
  if (before !== undefined && age !== undefined) return 'either before or older_than_seconds';
  if (age !== undefined) {
    if (typeof age !== 'number' || !(age >= 0)) return 'older_than_seconds must be a number from 0';
    return Math.ceil(now - age * 1000) + (age === 0 ? 1 : 0);
  }
  if (before === undefined) return undefined;
  const time = typeof before === 'string' ? Date.parse(before) : before;
  if (typeof time !== 'number' || !Number.isFinite(time) || time <= 0)
    return 'before must be a time: ISO 8601, or milliseconds since the epoch';
  return time > now ? 'before lies in the future: only what is stored already can be purged' : time;
}

function refused(message: string): PurgeRequest {
  return { ok: false, fault: fault('invalid_request', message) };
}
