/** Edge: what one isolate keeps between requests, put together once from the environment. */
import type { Config } from './config.ts';
import type { Dialect, Reading } from './dialects/dialect.ts';
import type { Experiment } from './experiment/experiment.ts';
import type { Flights } from './flight/flights.ts';
import type { Limiter } from './limits/limiter.ts';
import type { Observe } from './observe.ts';
import type { Catalog } from './origin/catalog.ts';
import type { AskOrigin, Priority } from './origin/client.ts';
import type { FetchDocument } from './origin/documents.ts';
import type { Purges } from './purge/purges.ts';
import type { Recollections } from './semantic/recollections.ts';
import type { SemanticCache } from './semantic/semantic-cache.ts';
import type { Statistics } from './statistics/statistics.ts';
import type { ReadThrough } from './tiers/read-through.ts';
import type { Trail } from './trail.ts';

export interface Edge {
  readonly config: Config;
  readonly tiers: ReadThrough;
  readonly purges: Purges;
  readonly flights: Flights;
  readonly origin: AskOrigin;
  readonly catalog: Catalog;
  readonly document: FetchDocument;
  /** Undefined where it is switched off, or nothing is bound that could hold an index. */
  readonly semantic: SemanticCache | undefined;
  /** What was recalled a moment ago. */
  readonly recollections: Recollections;
  /** Reads a request's body in a dialect; the same text is not read twice. */
  readonly read: (dialect: Dialect, text: string) => Reading;
  readonly observe: Observe;
  /** Undefined where limits are off. */
  readonly limits: Limiter | undefined;
  readonly statistics: Statistics;
  readonly experiment?: Experiment | undefined;
  /** The arm of an experiment that this edge's answers are kept apart for. */
  readonly arm?: string;
}

/** One request, as every module of its way needs it. */
export interface Visit {
  readonly request: Request;
  /** The body, decoded. */
  readonly text: string;
  readonly tenant: string;
  readonly trail: Trail;
  /** How urgent it is at the origin; `interactive` unless said. */
  readonly priority?: Priority;
  /** Keeps work alive past the response (`waitUntil`). */
  readonly later: (work: Promise<unknown>) => void;
}
