/** Statistics of an edge: what its isolates count together. Without the STATS binding, what this one counts. */
import type { Config } from '../config.ts';
import type { Served } from '../observe.ts';
import { type Batch, type Collector, createCollector } from './collector.ts';
import { type Reading, readingOf } from './reading.ts';
import { createShard } from './shard.ts';
import { hubOf, readShards, type StatsBindings, shardFor } from './shards.ts';

export interface StatisticsBindings extends StatsBindings {
  /** Gets a data point for each request. */
  readonly ANALYTICS?: AnalyticsEngineDataset;
}

export interface Statistics extends Pick<Collector, 'observe' | 'handOn'> {
  /**
   * With everything that this isolate has counted, unless that takes too long. Never rejects.
   * @param since milliseconds since the epoch: points that end after it
   * @param colo tells the data centre that the request came to
   */
  read(since: number, colo: () => string): Promise<Reading>;
  /** The socket of someone who watches; undefined without the STATS binding. Who may, was decided before. */
  watch(request: Request): Promise<Response> | undefined;
}

export function createStatistics(config: Config, { STATS, ANALYTICS }: StatisticsBindings): Statistics {
  const { STATS_SHARDS: shards, STATS_PROMPTS: prompts } = config;
  const own = createShard({ since: Date.now(), recent: [], slots: [] });
  const send =
    STATS === undefined
      ? async (batch: Batch) => own.add(batch)
      : (batch: Batch, colo: string) => shardFor(STATS, colo, shards).add(JSON.stringify(batch));
  const collector = createCollector({
    send,
    prompts,
    ...(ANALYTICS !== undefined && { each: (served: Served) => ANALYTICS.writeDataPoint(dataPoint(served)) }),
  });
  return {
    observe: collector.observe,
    handOn: collector.handOn,
    async read(since, colo) {
      await collector.flush(colo);
      return STATS === undefined ? readingOf([own.read(since)], 'isolate', 0) : readShards(STATS, shards, since);
    },
    watch: (request) => hubOf(STATS)?.fetch(request),
  };
}

/** Columns as docs/statistics.md lists them: their order is their name. */
export function dataPoint(served: Served): AnalyticsEngineDataPoint {
  const { usage, saved } = served;
  return {
    indexes: [served.tenant],
    blobs: [
      served.route,
      served.outcome,
      served.tier ?? '',
      String(served.status),
      served.model,
      served.tenant,
      served.arm ?? '',
      served.fault ?? '',
    ],
    doubles: [
      served.firstByteMs,
      served.totalMs,
      served.bytes,
      usage.promptTokens,
      usage.completionTokens,
      saved.promptTokens,
      saved.completionTokens,
      saved.ms,
      served.semantic?.similarity ?? 0,
    ],
  };
}
