/** Prometheus metrics of the sidecar, fed by its events and read from its parts when they are asked for. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry, Summary } from 'prom-client';
import type { Observe } from '../observe.ts';
import type { Origin } from '../origin.ts';
import type { PoolStats } from '../pools/pool-stats.ts';

export interface Metrics {
  readonly observe: Observe;
  /** Exposition format. */
  render(origin: Origin, pools: readonly PoolStats[]): Promise<string>;
  readonly contentType: string;
}

const WAITS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120];
const RATES = [1, 2, 5, 10, 20, 50, 100, 200, 500];
const PERCENTILES = [0.5, 0.95, 0.99];
const LANE_STATES = ['up', 'hung', 'unreachable'] as const;
/** Percentiles are those of the last ten minutes. */
const WINDOW = { maxAgeSeconds: 600, ageBuckets: 5, percentiles: PERCENTILES };

/** @param known whether a model is listed: a made-up name must not become a series */
export function createMetrics(known: (model: string) => boolean): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const make = {
    requests: new Counter({
      name: 'origin_requests_total',
      help: 'Generation requests by what answered them',
      labelNames: ['by', 'model'],
      registers,
    }),
    coalesced: new Counter({
      name: 'origin_coalesced_total',
      help: 'Requests that joined a generation in the air',
      labelNames: ['model'],
      registers,
    }),
    generations: new Counter({
      name: 'origin_generations_total',
      help: 'Generations by how they ended',
      labelNames: ['model', 'end'],
      registers,
    }),
    embedCalls: new Counter({
      name: 'origin_embedded_total',
      help: 'Embedding requests',
      labelNames: ['model'],
      registers,
    }),
    merged: new Histogram({
      name: 'origin_embedding_batch',
      help: 'Requests done by one embedding call',
      buckets: [1, 2, 4, 8, 16, 32],
      registers,
    }),
    refused: new Counter({
      name: 'origin_refused_total',
      help: 'Requests refused with 503',
      labelNames: ['why'],
      registers,
    }),
    timeouts: new Counter({
      name: 'origin_timeouts_total',
      help: 'Runs given up for silence',
      labelNames: ['lane', 'begun'],
      registers,
    }),
    prefetched: new Counter({
      name: 'origin_prefetched_total',
      help: 'Prompts asked ahead of demand by how they ended',
      labelNames: ['end'],
      registers,
    }),
    prefetchedTokens: new Counter({
      name: 'origin_prefetched_tokens_total',
      help: 'Tokens written ahead of demand',
      labelNames: ['end'],
      registers,
    }),
    failures: new Counter({
      name: 'origin_failures_total',
      help: 'Failures that no request waited for',
      labelNames: ['what'],
      registers,
    }),
    wait: new Histogram({
      name: 'origin_queue_wait_seconds',
      help: 'Time from submission to a slot',
      buckets: WAITS,
      registers,
    }),
    firstToken: new Histogram({
      name: 'origin_first_token_seconds',
      help: 'Time from a slot to the first byte',
      labelNames: ['model'],
      buckets: WAITS,
      registers,
    }),
    rate: new Histogram({
      name: 'origin_tokens_per_second',
      help: 'Tokens written per second of a generation',
      labelNames: ['model'],
      buckets: RATES,
      registers,
    }),
    duration: new Summary({
      name: 'origin_generation_seconds',
      help: 'Time from a slot to the end',
      labelNames: ['model'],
      ...WINDOW,
      registers,
    }),
    loads: new Summary({
      name: 'origin_model_load_seconds',
      help: 'Time to bring a model into memory',
      labelNames: ['model'],
      ...WINDOW,
      registers,
    }),
  };
  const read = {
    waiting: new Gauge({ name: 'origin_queue_depth', help: 'Requests that wait', registers }),
    expected: new Gauge({ name: 'origin_expected_wait_seconds', help: 'Wait of a request that came now', registers }),
    flights: new Gauge({ name: 'origin_flights', help: 'Generations in the air', registers }),
    lanes: new Gauge({
      name: 'origin_lane_state',
      help: '1 for the state that a lane is in',
      labelNames: ['lane', 'state'],
      registers,
    }),
    slots: new Gauge({ name: 'origin_lane_running', help: 'Runs on a lane', labelNames: ['lane'], registers }),
    limit: new Gauge({
      name: 'origin_lane_slots',
      help: 'Slots of a lane that this sidecar may use now',
      labelNames: ['lane'],
      registers,
    }),
    resident: new Gauge({
      name: 'origin_model_resident_bytes',
      help: 'Memory of a model on a lane',
      labelNames: ['lane', 'model', 'memory'],
      registers,
    }),
    predicted: new Gauge({
      name: 'origin_predict',
      help: 'What became of prompts asked ahead of demand: precision, recall, used, unused, missed, wasted_tokens, …',
      labelNames: ['what'],
      registers,
    }),
    disk: new Gauge({ name: 'origin_disk_bytes', help: 'Bytes on the disk tier', registers }),
    diskEntries: new Gauge({ name: 'origin_disk_entries', help: 'Answers on the disk tier', registers }),
    pool: new Gauge({
      name: 'origin_pool_connections',
      help: 'Connections of a pool',
      labelNames: ['pool', 'state'],
      registers,
    }),
    poolHits: new Gauge({
      name: 'origin_pool_hits',
      help: 'Requests that found a ready connection',
      labelNames: ['pool'],
      registers,
    }),
    poolRequests: new Gauge({
      name: 'origin_pool_requests',
      help: 'Requests to a pool',
      labelNames: ['pool'],
      registers,
    }),
  };
  const label = (model: string) => (known(model) ? model : 'other');

  return {
    contentType: registry.contentType,
    observe(event) {
      switch (event.kind) {
        case 'asked': {
          if (event.by === 'edge') break;
          const model = label(event.asked.model);
          make.requests.inc({ by: event.by, model });
          if (event.by === 'flight') make.coalesced.inc({ model });
          break;
        }
        case 'generated': {
          const { asked, collected, firstMs, totalMs } = event.generated;
          const model = label(asked.model);
          make.generations.inc({ model, end: collected.kind });
          make.firstToken.observe({ model }, firstMs / 1000);
          make.duration.observe({ model }, totalMs / 1000);
          const tokens = 'answer' in collected ? collected.answer.usage.completionTokens : 0;
          if (tokens > 1 && totalMs > firstMs)
            make.rate.observe({ model }, (1000 * (tokens - 1)) / (totalMs - firstMs));
          break;
        }
        case 'embedded':
          make.embedCalls.inc({ model: label(event.model) });
          make.merged.observe(event.embedded.merged);
          break;
        case 'started':
          make.wait.observe(event.waitMs / 1000);
          break;
        case 'refused':
          make.refused.inc({ why: event.why });
          break;
        case 'timed-out':
          make.timeouts.inc({ lane: event.lane.name, begun: String(event.begun) });
          break;
        case 'loaded':
          if (event.ok) make.loads.observe({ model: label(event.model) }, event.ms / 1000);
          break;
        case 'prefetched':
          make.prefetched.inc({ end: event.end });
          make.prefetchedTokens.inc({ end: event.end }, event.tokens);
          break;
        case 'failed':
          make.failures.inc({ what: event.what });
          break;
        case 'lane':
          break;
      }
    },
    async render({ dispatcher, flights, disk, predict }, pools) {
      const { scheduler, lanes } = dispatcher;
      read.waiting.set(scheduler.waiting);
      read.expected.set(scheduler.expectedWait('interactive') / 1000);
      read.flights.set(flights.size);
      for (const { name, state, limit } of scheduler.lanes) {
        read.limit.set({ lane: name }, limit);
        for (const each of LANE_STATES) read.lanes.set({ lane: name, state: each }, state.kind === each ? 1 : 0);
      }
      read.resident.reset();
      for (const lane of lanes) {
        read.slots.set({ lane: lane.name }, lane.running);
        for (const { model, size, sizeVram } of lane.resident) {
          read.resident.set({ lane: lane.name, model, memory: 'gpu' }, sizeVram);
          read.resident.set({ lane: lane.name, model, memory: 'cpu' }, size - sizeVram);
        }
      }
      if (disk !== undefined) {
        const stats = disk.stats();
        read.disk.set(stats.bytes);
        read.diskEntries.set(stats.entries);
      }
      for (const [what, value] of Object.entries(predict?.() ?? {})) read.predicted.set({ what }, value);
      for (const pool of pools) {
        for (const state of ['connected', 'idle', 'busy', 'waiting', 'target'] as const)
          read.pool.set({ pool: pool.name, state }, pool[state]);
        read.poolHits.set({ pool: pool.name }, pool.hits);
        read.poolRequests.set({ pool: pool.name }, pool.requests);
      }
      return registry.metrics();
    },
  };
}
