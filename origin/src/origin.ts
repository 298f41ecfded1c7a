/** What a request's way through the sidecar needs, made once at start. */
import type { Dialect } from '../../src/dialects/dialect.ts';
import type { Flights } from './coalesce/flights.ts';
import type { SharedFlights } from './coalesce/shared.ts';
import type { Config } from './config.ts';
import type { DiskTier } from './disk/disk-tier.ts';
import type { HistoryStore } from './history/history.ts';
import type { Dispatcher } from './lanes/dispatcher.ts';
import type { Lane } from './lanes/lane.ts';
import type { Observe } from './observe.ts';
import type { Digests } from './ollama/digests.ts';
import type { PredictReport } from './predict/prefetcher.ts';
import type { Purges } from './purge/purges.ts';

export interface Origin {
  readonly config: Config;
  /** By path. */
  readonly dialects: ReadonlyMap<string, Dialect>;
  readonly flights: Flights;
  /** Flights across sidecars; undefined without Redis. */
  readonly shared: SharedFlights | undefined;
  readonly dispatcher: Dispatcher;
  readonly digests: Digests;
  readonly disk: DiskTier | undefined;
  readonly purges: Purges;
  /** Undefined where it is turned off. */
  readonly history: HistoryStore | undefined;
  readonly observe: Observe;
  /** What became of prompts asked ahead; undefined where none are. */
  readonly predict: (() => PredictReport) | undefined;
  /** The lanes that work first. */
  lanesByHealth(): readonly Lane[];
}
