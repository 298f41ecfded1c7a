/** The sidecar: what stands between the edges and a small Ollama. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { fault } from '../../src/exchange/fault.ts';
import { createFlights } from './coalesce/flights.ts';
import type { Config } from './config.ts';
import { openDiskTier } from './disk/disk-tier.ts';
import { recordHistory } from './history/history.ts';
import { openHistory } from './history/open.ts';
import { listen, type Request, type Response } from './http/listener.ts';
import { send, sendFault } from './http/reply.ts';
import { generationByPath, REDIS_MOUNT, routeOf } from './http/routes.ts';
import { createDispatcher } from './lanes/dispatcher.ts';
import { startKeeper, useOfModel } from './lanes/keeper.ts';
import { createLane } from './lanes/lane.ts';
import { logEvents } from './log.ts';
import { type Observe, observers } from './observe.ts';
import { watchDigests } from './ollama/digests.ts';
import { CLOSING } from './ollama/fault.ts';
import { createMetrics } from './operate/metrics.ts';
import { health, type Pages, serveOperator } from './operate/pages.ts';
import type { Traces } from './operate/traces.ts';
import type { Origin } from './origin.ts';
import type { RedisParts } from './pools/redis-parts.ts';
import { learnFromHistory } from './predict/from-history.ts';
import { createPredictor } from './predict/predictor.ts';
import { createPrefetcher } from './predict/prefetcher.ts';
import { createPurges } from './purge/purges.ts';
import { serveCatalog } from './serve/catalog.ts';
import { serveEmbedding } from './serve/embeddings.ts';
import { serveGeneration } from './serve/generation.ts';
import { serveSeen } from './serve/seen.ts';
import { preload } from './warm/preload.ts';

export interface Sidecar {
  readonly url: string;
  /** Resolves when the configured models are in memory. */
  readonly warmed: Promise<void>;
  /** Asks the lanes now which models they have; it happens by itself every half minute. */
  refreshDigests(): Promise<void>;
  /** Takes nothing new, lets what runs finish (for DRAIN_MS at most), then closes. */
  drain(): Promise<void>;
  /** Ends everything at once. */
  close(): Promise<void>;
}

/** How long the start waits for Ollama to say what it has, and for Redis to divide its slots. */
const FIRST_LOOK_MS = 1_000;

export async function startSidecar(config: Config): Promise<Sidecar> {
  const lanes = config.OLLAMA_URL.map((url) => createLane(url, config));
  const digests = watchDigests(lanes.map(({ ollama }) => ollama));
  const metrics = createMetrics((model) => digests.of(model) !== undefined);
  const log = logEvents();
  const store = await openHistory(config);
  const history =
    store &&
    recordHistory(store.history, {
      mode: config.HISTORY === 'hashes' ? 'hashes' : 'text',
      days: config.HISTORY_DAYS,
      failed: (error) => log({ kind: 'failed', what: 'history', error }),
    });
  const traces = await openTraces(config.OTEL_EXPORTER_OTLP_ENDPOINT);
  const predictor = config.PREFETCH_SLOTS > 0 ? createPredictor() : undefined;
  const prefetcher = predictor && createPrefetcher(predictor, () => origin);
  const listeners = [metrics.observe, log, history?.observe, traces?.observe, prefetcher?.observe].filter(
    (each) => each !== undefined,
  );
  const observe: Observe = observers(...listeners);
  const redis = await openRedis(
    config,
    lanes.map(({ name }) => name),
  );
  const dispatcher = createDispatcher(lanes, schedulerOptions(config), observe, () => performance.now(), redis?.shares);
  const disk = config.DISK_BYTES > 0 ? openDiskTier(config.STATE_DIR, config.DISK_BYTES) : undefined;
  const purges = createPurges(disk);
  const sharedPurges = redis?.purges((purge) => {
    try {
      purges.apply(purge);
    } catch (error) {
      observe({ kind: 'failed', what: 'disk', error });
    }
  });
  const origin: Origin = {
    config,
    purges,
    history: store?.history,
    shared: redis?.shared,
    dialects: generationByPath,
    flights: createFlights(config.ABANDON_GRACE_MS, purges),
    dispatcher,
    digests,
    disk,
    observe,
    predict: prefetcher?.stats,
    lanesByHealth: () => {
      const up = (name: string) =>
        dispatcher.scheduler.lanes.some((lane) => lane.name === name && lane.state.kind === 'up');
      return [...lanes].sort((a, b) => Number(up(b.name)) - Number(up(a.name)));
    },
  };
  // Answers belong to a digest: the first requests should know theirs, and how many slots are this sidecar's.
  const known = Promise.all([digests.refresh(), redis?.shares.ready]);
  await Promise.race([known, new Promise((resolve) => setTimeout(resolve, FIRST_LOOK_MS))]);
  const keeper = startKeeper(dispatcher, config.WARM_MODELS, useOfModel);
  if (predictor && store)
    void learnFromHistory(predictor, store.history, origin).catch((error: unknown) =>
      observe({ kind: 'failed', what: 'history', error }),
    );
  const preloading = preload(origin, keeper.warmed);
  const mayEnter = secretCheck(config.ORIGIN_SECRET);
  const open = new Set<Response>();
  let draining = false;
  const pages: Pages = {
    metrics,
    pools: () => [...lanes.map(({ ollama }) => ollama.stats()), ...(redis?.stats() ?? []), ...(store?.pools() ?? [])],
    draining: () => draining,
    tellPurge: async (purge) => sharedPurges?.tell(purge),
  };

  const listener = await listen(config.ORIGIN_HOST, config.ORIGIN_PORT, (request, response) => {
    const path = pathOf(request);
    open.add(response);
    response.once('close', () => open.delete(response));
    answer(path, request, response).catch((error: unknown) => {
      if (request.destroyed && !response.writable) return;
      observe({ kind: 'failed', what: 'request', error });
      if (response.headersSent) response.destroy();
      else sendFault(response, path, fault('internal', 'the sidecar failed'));
    });
  }).catch(async (error: unknown) => {
    await release();
    throw error;
  });

  async function answer(path: string, request: Request, response: Response): Promise<void> {
    const route = routeOf(request.method ?? '', path);
    if (route.kind === 'operator' && route.page === 'health') {
      const report = health(origin, draining);
      return send(response, draining ? 503 : 200, 'application/json', JSON.stringify(report));
    }
    if (route.kind === 'redis') {
      // Upstash's client knows only its own token, so this route has its own check.
      if (redis !== undefined)
        return redis.rest.handle(request, response, (request.url ?? '').slice(REDIS_MOUNT.length));
      return sendFault(response, path, fault('not_found', 'no Redis is configured (REDIS_URL)'));
    }
    if (!mayEnter(request))
      return sendFault(response, path, fault('unauthorized', 'only the edge may ask the sidecar'));
    if (route.kind === 'closed')
      return sendFault(response, path, fault('forbidden', `${request.method} ${path} is not open through this cache`));
    if (route.kind === 'operator') {
      if (route.page !== 'health') await serveOperator(route.page, origin, pages, path, request, response);
      return;
    }
    if (draining) return sendFault(response, path, CLOSING);
    if (route.kind === 'seen') return serveSeen(origin, request, response);
    if (route.kind === 'generation') return serveGeneration(origin, route.dialect, request, response);
    if (route.kind === 'embedding') return serveEmbedding(origin, route.dialect, request, response);
    return serveCatalog(origin, path, request, response);
  }

  async function release(): Promise<void> {
    preloading.stop();
    prefetcher?.close();
    keeper.close();
    digests.close();
    dispatcher.close();
    await Promise.all(lanes.map(({ ollama }) => ollama.close()));
    sharedPurges?.close();
    await Promise.allSettled([redis?.close(), history?.close(), traces?.close()]);
    disk?.close();
  }

  return {
    url: `http://${config.ORIGIN_HOST}:${listener.port}`,
    warmed: keeper.warmed,
    refreshDigests: digests.refresh,
    async drain() {
      draining = true;
      // What nobody waits for is not waited for.
      preloading.stop();
      prefetcher?.close();
      const until = Date.now() + config.DRAIN_MS;
      while ((open.size > 0 || origin.flights.size > 0) && Date.now() < until)
        await new Promise((resolve) => setTimeout(resolve, 25));
      await listener.close();
      await release();
    },
    async close() {
      draining = true;
      await listener.close();
      await release();
    },
  };
}

async function openRedis(config: Config, lanes: readonly string[]): Promise<RedisParts | undefined> {
  if (config.REDIS_URL === undefined) return undefined;
  const { openRedisParts } = await import('./pools/redis-parts.ts');
  return openRedisParts(config.REDIS_URL, lanes, config);
}

/** The libraries are loaded only where traces are wanted: memory is short here. */
async function openTraces(endpoint: string | undefined): Promise<Traces | undefined> {
  if (endpoint === undefined) return undefined;
  const { exportTraces } = await import('./operate/traces.ts');
  return exportTraces(endpoint);
}

function schedulerOptions(config: Config) {
  return {
    slots: config.OLLAMA_NUM_PARALLEL,
    capacity: config.OLLAMA_MAX_LOADED_MODELS,
    limit: config.QUEUE_LIMIT,
    waitMs: config.QUEUE_WAIT_MS,
    outageMs: config.OUTAGE_WAIT_MS,
    windowMs: config.BATCH_WINDOW_MS,
    batchesAhead: config.BATCHES_AHEAD,
    mergeLimit: config.BATCH_INPUTS,
    turnMs: config.MODEL_TURN_MS,
    keepMs: milliseconds(config.KEEP_ALIVE),
    ceilingMs: config.TOKEN_CEILING_MS,
  };
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

function milliseconds(duration: string): number {
  const [, count, unit] = /^(\d+)(ms|s|m|h)$/.exec(duration) ?? [];
  return count === undefined ? Number.POSITIVE_INFINITY : Number(count) * (UNITS[unit ?? ''] ?? 1);
}

function pathOf(request: Request): string {
  const target = request.url ?? '/';
  const query = target.indexOf('?');
  return query < 0 ? target : target.slice(0, query);
}

/** The edge's own header, or a bearer token for tools that know only that. Hashes are compared, so that time tells nothing. */
function secretCheck(secret: string): (request: Request) => boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  const expected = hash(secret);
  return ({ headers }) => {
    const given = headers['x-edge-secret'] ?? headers.authorization?.replace(/^Bearer /i, '');
    return typeof given === 'string' && timingSafeEqual(hash(given), expected);
  };
}
