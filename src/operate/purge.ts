/**
 * `POST /api/cache/purge`: forgets by key, tenant, namespace, model, tag, time, any of them together, or all. It has taken effect
 * here when it is answered; the answer says how far it has come elsewhere.
 */
import { parseBody } from '../dialects/fold.ts';
import { ollamaChat } from '../dialects/ollama-chat.ts';
import type { Edge } from '../edge.ts';
import type { Purge } from '../exchange/purge.ts';
import { readPurge } from '../exchange/purge-request.ts';
import { readBody } from '../intake.ts';
import { BLIND_MS, COLO_MS, LOG_MS, type Recorded } from '../purge/purges.ts';
import { faultResponse } from '../respond.ts';
import { coloOf } from '../statistics/colo.ts';
import type { OperatorVisit } from './routes.ts';

const MAX_BYTES = 16_384;
const PATIENCE_MS = 5_000;

interface Place {
  readonly state: 'done' | 'follows' | 'failed' | 'none';
  /** Longest time until it holds there, where it does not yet. */
  readonly within_seconds?: number;
  readonly detail?: string;
  /** Answers that were removed. */
  readonly removed?: number;
}

export async function purge({ request, later }: OperatorVisit, edge: Edge): Promise<Response> {
  const body = await readBody(request, MAX_BYTES, false);
  if (!body.ok) return faultResponse(ollamaChat, body.fault);
  const parsed = parseBody(body.text);
  if (parsed.kind === 'fault') return faultResponse(ollamaChat, parsed.fault);
  const asked = readPurge(parsed.body, Date.now());
  if (!asked.ok) return faultResponse(ollamaChat, asked.fault);

  // Here first: what the disk would still give meanwhile is not believed any more.
  const [recorded, disk, semantic] = await Promise.all([
    edge.purges.add(asked.purge),
    purgeDisk(asked.purge, edge),
    purgeIndex(asked.purge, edge),
  ]);
  edge.observe({ kind: 'purged', by: Object.keys(asked.purge.selector).sort().join('+') || 'all' });
  edge.statistics.handOn(later, () => coloOf(request));
  const { selector, before } = asked.purge;
  return Response.json({
    purged: Object.keys(selector).length > 0 ? selector : 'all',
    before: new Date(before).toISOString(),
    reached: { isolate: { state: 'done' }, ...placesOf(recorded, edge), semantic, disk },
  });
}

function placesOf({ colo, object, kv }: Recorded, edge: Edge): Record<string, Place> {
  const colos: Place = colo
    ? { state: 'follows', within_seconds: COLO_MS / 1000, detail: 'other isolates of this data centre' }
    : { state: 'failed', detail: 'the Cache API did not take it; as everywhere else' };
  // By the tiers' own copies nothing is deleted: they are not served any more, and are overwritten or expire.
  const stores: Place = { state: 'done', detail: 'what lies there is not served by who knows of the purge' };
  return {
    colo: colos,
    everywhere: everywhere(object, kv),
    ...Object.fromEntries(
      edge.tiers.names.filter((name) => name === 'kv' || name === 'redis').map((name) => [name, stores]),
    ),
  };
}

function everywhere(object: boolean | undefined, kv: boolean | undefined): Place {
  const spread = { state: 'follows', within_seconds: BLIND_MS / 1000 } as const;
  if (object)
    return {
      ...spread,
      detail: `data centres with traffic within ${(LOG_MS + COLO_MS) / 1000} s, idle isolates at their next request`,
    };
  if (kv)
    return {
      ...spread,
      within_seconds: 2 * (BLIND_MS / 1000),
      detail: 'through KV only: the purges object was not reached',
    };
  if (object === undefined && kv === undefined)
    return { state: 'none', detail: 'neither PURGES nor CACHE_KV is bound: only this data centre knows' };
  return { state: 'failed', detail: 'neither the purges object nor KV was reached: purge again' };
}

async function purgeIndex(purge: Purge, { semantic }: Edge): Promise<Place> {
  if (semantic === undefined) return { state: 'none' };
  const removed = await semantic.purge(purge);
  return removed === undefined
    ? { state: 'failed', detail: 'a match leads to nothing where its answer was purged' }
    : { state: 'done', removed };
}

async function purgeDisk({ selector, before }: Purge, edge: Edge): Promise<Place> {
  const named = Object.keys(selector).length > 0 ? selector : { all: true };
  // Its own clock may go otherwise than ours: told as an age.
  const age = Math.max(0, (Date.now() - before) / 1000);
  const response = await edge
    .origin(
      {
        method: 'POST',
        path: '/api/cache/purge',
        body: { ...named, older_than_seconds: age },
        priority: 'interactive',
        tenant: '',
        namespace: '',
        ttl: 0,
        lookup: false,
      },
      AbortSignal.timeout(PATIENCE_MS),
    )
    .catch(() => undefined);
  const told = await response?.json<{ purged?: number; others_told?: boolean }>().catch(() => undefined);
  if (response?.ok && typeof told?.purged === 'number')
    return {
      state: 'done',
      removed: told.purged,
      ...(told.others_told !== undefined && {
        detail: `other sidecars ${told.others_told ? 'were' : 'could not be'} told`,
      }),
    };
  const why = response === undefined ? 'cannot be reached' : `answered ${response.status}`;
  return { state: 'failed', detail: `the origin ${why}; edges that know of the purge do not believe its disk` };
}
