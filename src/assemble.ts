/** Assemble: from the settings and bindings to an edge. Which tiers there are is decided here. */
import type { Config } from './config.ts';
import type { Dialect, Reading } from './dialects/dialect.ts';
import { parseBody } from './dialects/fold.ts';
import type { Edge } from './edge.ts';
import { createExperiment } from './experiment/experiment.ts';
import type { ExperimentObject } from './experiment/experiment-object.ts';
import { objectLedger } from './experiment/object-ledger.ts';
import { createFlights } from './flight/flights.ts';
import type { LimitObject } from './limits/limit-object.ts';
import { createLimiter } from './limits/limiter.ts';
import { objectAuthority } from './limits/object-authority.ts';
import type { Event, Observe } from './observe.ts';
import { createCatalog } from './origin/catalog.ts';
import { originClient } from './origin/client.ts';
import { documents } from './origin/documents.ts';
import { coloCopy, kvLog, objectLog } from './purge/purge-log.ts';
import type { PurgeObject } from './purge/purge-object.ts';
import { createPurges, type PurgeLog } from './purge/purges.ts';
import { assembleSemantic, type SemanticBindings } from './semantic/assemble-semantic.ts';
import { type Recollections, recollections } from './semantic/recollections.ts';
import { createStatistics, type StatisticsBindings } from './statistics/statistics.ts';
import { coloTier } from './tiers/colo.ts';
import { kvTier } from './tiers/kv.ts';
import { memoryTier } from './tiers/memory.ts';
import { readThrough, type TimedTier } from './tiers/read-through.ts';
import { redisTier } from './tiers/redis.ts';
import { warn } from './warn.ts';

export interface Bindings extends SemanticBindings, StatisticsBindings {
  readonly CACHE_KV?: KVNamespace;
  /** Counts for each tenant, everywhere. */
  readonly LIMITS?: DurableObjectNamespace<LimitObject>;
  /** Counts for each client address, in one data centre. */
  readonly ADDRESS_LIMIT?: RateLimit;
  readonly PURGES?: DurableObjectNamespace<PurgeObject>;
  /** Adds up what an experiment's arms did. */
  readonly EXPERIMENTS?: DurableObjectNamespace<ExperimentObject>;
}

/**
 * @param tokenTable the file of the static embedder
 * @param arms the settings of each arm of the experiment, if there is one
 */
export function assemble(
  config: Config,
  bindings: Bindings,
  tokenTable: ArrayBuffer,
  arms: ReadonlyMap<string, Config> = new Map(),
): Edge {
  const statistics = createStatistics(config, bindings);
  const observe: Observe = (event: Event) => {
    if (event.kind === 'tier_failed') warn(`${event.tier} ${event.operation} failed: ${event.reason}`);
    statistics.observe(event);
  };
  const purges = createPurges({ logs: purgeLogsOf(bindings), colo: coloCopy() });
  const tiers = readThrough(tiersOf(config, bindings), observe, Date.now, purges);
  const origin = originClient(config);
  const document = documents(config, tiers, origin);
  const catalog = createCatalog({
    tags: async (later) => {
      const found = await document({ method: 'GET', path: '/api/tags' }, { renew: false, later });
      return found.kind === 'fault' ? undefined : found.body;
    },
    ttl: config.CATALOG_TTL * 1000,
    patience: 1_000,
  });
  const limits = createLimiter({
    config,
    observe,
    ...(bindings.LIMITS && { authority: objectAuthority(bindings.LIMITS) }),
    ...(bindings.ADDRESS_LIMIT && { platform: bindings.ADDRESS_LIMIT }),
  });
  const shared = {
    tiers,
    purges,
    origin,
    document,
    catalog,
    observe,
    limits,
    statistics,
    flights: createFlights(purges),
    read: rememberingReader(),
  };
  /** With these settings. Arms whose semantic settings are equal share what they need, and its memory. */
  const semantics = new Map<
    string,
    { readonly semantic: () => Edge['semantic']; readonly recollections: Recollections }
  >();
  function edgeWith(settings: Config, more: Pick<Edge, 'arm' | 'experiment'> = {}): Edge {
    const id = JSON.stringify(
      Object.entries(settings).filter(([name]) => /^(SEMANTIC(?!_THRESHOLD)|VECTOR)/.test(name)),
    );
    const own = semantics.get(id) ?? {
      semantic: once(() => semanticOrNone(() => assembleSemantic(settings, bindings, tokenTable, origin))),
      recollections: recollections(),
    };
    semantics.set(id, own);
    return {
      ...shared,
      ...more,
      config: settings,
      recollections: own.recollections,
      get semantic() {
        return own.semantic();
      },
    };
  }

  const { EXPERIMENT: setting } = config;
  if (setting === undefined) return edgeWith(config);
  const apart = setting.cache === 'apart';
  const edges = new Map([...arms].map(([arm, settings]) => [arm, edgeWith(settings, apart ? { arm } : {})]));
  const ledger = bindings.EXPERIMENTS && objectLedger(bindings.EXPERIMENTS, setting);
  return edgeWith(config, { experiment: createExperiment(setting, edges, ledger) });
}

/** What cannot be put together is done without. */
function semanticOrNone(make: () => Edge['semantic']): Edge['semantic'] {
  try {
    return make();
  } catch (error) {
    console.error('semantic hits are off', error);
    return undefined;
  }
}

/** Made when it is first needed. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The best first. */
function purgeLogsOf({ PURGES, CACHE_KV }: Bindings): readonly PurgeLog[] {
  const logs: PurgeLog[] = [];
  if (PURGES !== undefined) logs.push(objectLog(PURGES));
  if (CACHE_KV !== undefined) logs.push(kvLog(CACHE_KV));
  return logs;
}

/** Nearest first. */
function tiersOf(config: Config, { CACHE_KV }: Bindings): readonly TimedTier[] {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = config;
  const memory = memoryTier({ entries: config.MEMORY_ENTRIES, bytes: config.MEMORY_BYTES });
  const tiers: TimedTier[] = [
    { tier: memory, timeoutMs: 0 },
    { tier: coloTier(), timeoutMs: config.COLO_TIMEOUT_MS },
  ];
  if (url !== undefined && token !== undefined)
    tiers.push({ tier: redisTier({ url, token }), timeoutMs: config.REDIS_TIMEOUT_MS });
  else if (CACHE_KV !== undefined) tiers.push({ tier: kvTier(CACHE_KV), timeoutMs: config.KV_TIMEOUT_MS });
  const wanted: readonly string[] = config.CACHE_TIERS;
  return tiers.filter(({ tier }) => wanted.includes(tier.name));
}

const REMEMBERED = 256;
const REMEMBERED_LENGTH = 16_384;

/** Popular questions come in the same bytes again and again: their readings are kept, newest last. */
export function rememberingReader(): (dialect: Dialect, text: string) => Reading {
  const readings = new Map<string, Reading>();
  return (dialect, text) => {
    if (text.length > REMEMBERED_LENGTH) return read(dialect, text);
    const id = `${dialect.name} ${text}`;
    const remembered = readings.get(id);
    if (remembered !== undefined) return remembered;
    const reading = read(dialect, text);
    readings.set(id, reading);
    if (readings.size > REMEMBERED) readings.delete(readings.keys().next().value as string);
    return reading;
  };
}

function read(dialect: Dialect, text: string): Reading {
  const parsed = parseBody(text);
  return parsed.kind === 'fault' ? parsed : dialect.read(parsed.body);
}
