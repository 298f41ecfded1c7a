/** Documents: what the origin says of itself (its models, its version), kept in the tiers for minutes. */
import type { Config } from '../config.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { type Fault, fault } from '../exchange/fault.ts';
import type { JsonObject } from '../exchange/json.ts';
import { exchangeKey } from '../exchange/key.ts';
import type { ReadThrough } from '../tiers/read-through.ts';
import type { AskOrigin, OriginRequest } from './client.ts';
import { refusalOf } from './refusal.ts';

export interface Wanted {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: JsonObject;
}

export type Document =
  | {
      readonly kind: 'fresh' | 'stale' | 'fetched';
      readonly body: string;
      readonly contentType: string;
      /** Milliseconds since the epoch. */
      readonly storedAt: number;
    }
  | { readonly kind: 'fault'; readonly fault: Fault };

/** Never rejects. An origin's refusal (404, 400) is its answer; only its absence makes an old copy do. */
export type FetchDocument = (
  wanted: Wanted,
  options: { readonly renew: boolean; readonly later: (work: Promise<unknown>) => void },
) => Promise<Document>;

/** The catalog belongs to everyone who may ask at all. */
const EVERYONE = { tenant: '', namespace: '', model: '', digest: '' };
const PATIENCE_MS = 10_000;

export function documents(
  config: Pick<Config, 'CATALOG_TTL' | 'STALE_IF_ERROR'>,
  tiers: ReadThrough,
  origin: AskOrigin,
): FetchDocument {
  return async (wanted, { renew, later }) => {
    const body: JsonObject = { path: wanted.path, ...(wanted.body && { body: wanted.body }) };
    const key = await exchangeKey(EVERYONE, { kind: 'opaque', dialect: 'catalog', body });
    const found = await tiers.lookup(key);
    later(found.fill());
    const kept = found.exchange?.content.kind === 'raw' ? found.exchange : undefined;
    if (kept !== undefined && !renew && Date.now() < kept.freshUntil) return documentOf(kept, 'fresh');

    const request: OriginRequest = {
      ...wanted,
      priority: 'interactive',
      tenant: '',
      namespace: '',
      ttl: 0,
      lookup: false,
    };
    const response = await origin(request, AbortSignal.timeout(PATIENCE_MS)).catch(() => undefined);
    const text = await response?.text().catch(() => undefined);
    if (response?.ok && text !== undefined) {
      const contentType = response.headers.get('content-type') ?? 'application/json; charset=utf-8';
      const exchange = exchangeOf(key, wanted.path, contentType, text, config);
      later(tiers.put(exchange));
      return documentOf(exchange, 'fetched');
    }
    const reason =
      response === undefined || text === undefined
        ? fault('bad_gateway', 'the origin cannot be reached')
        : refusalOf(response, text);
    if (kept !== undefined && reason.status >= 500) return documentOf(kept, 'stale');
    return { kind: 'fault', fault: reason };
  };
}

function documentOf(exchange: Exchange, kind: 'fresh' | 'stale' | 'fetched'): Document {
  const { content, storedAt } = exchange;
  return content.kind === 'raw'
    ? { kind, body: content.body, contentType: content.contentType, storedAt }
    : { kind: 'fault', fault: fault('internal', 'kept document is of another kind') };
}

function exchangeOf(
  key: string,
  path: string,
  contentType: string,
  body: string,
  config: Pick<Config, 'CATALOG_TTL' | 'STALE_IF_ERROR'>,
): Exchange {
  const now = Date.now();
  const freshUntil = now + config.CATALOG_TTL * 1000;
  return {
    key,
    ...EVERYONE,
    question: path,
    tags: [],
    content: { kind: 'raw', contentType, body },
    storedAt: now,
    freshUntil,
    keepUntil: freshUntil + config.STALE_IF_ERROR * 1000,
  };
}
