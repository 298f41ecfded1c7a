/** Experiment: puts each request's client into an arm, whose edge has its own settings, and counts how it went. */
import type { Edge, Visit } from '../edge.ts';
import { clientAddress } from '../limits/address.ts';
import type { Observe } from '../observe.ts';
import { assign, type Share } from './assign.ts';
import { type Collected, createRecorder, type Ledger } from './recorder.ts';
import type { ExperimentSetting } from './setting.ts';

export interface Experiment {
  /** @param later keeps work alive past the response (`waitUntil`) */
  begin(observe: Observe, later: Visit['later']): Trial;
  /** What all isolates have counted; undefined where nothing is bound that could. May reject. */
  collected(): Promise<Collected> | undefined;
}

/** One request in an experiment. */
export interface Trial {
  /** Serves it with the settings of its client's arm, and says which that was. */
  serve(visit: Visit, then: (visit: Visit, edge: Edge) => Promise<Response>): Promise<Response>;
  /** Passes on what is told of it, and counts it. */
  readonly observe: Observe;
}

/** @param edges of each arm */
export function createExperiment(
  setting: ExperimentSetting,
  edges: ReadonlyMap<string, Edge>,
  ledger: Ledger | undefined,
): Experiment {
  const shares: readonly Share[] = [...edges.keys()].map((arm) => ({ arm, weight: setting.weights[arm] ?? 1 }));
  const recorder = ledger && createRecorder(ledger);

  function clientOf({ tenant, request }: Visit): string {
    if (setting.by === 'tenant') return tenant;
    const session = setting.by === 'session' ? request.headers.get('x-session-id') : null;
    return `${tenant}\n${session ?? clientAddress(request.headers)}`;
  }

  return {
    begin(observe, later) {
      const tell: Observe = (event) => {
        observe(event);
        if (place !== undefined) recorder?.count(place.arm, place.bucket, event, later);
      };
      let place: { readonly arm: string; readonly bucket: number } | undefined;
      return {
        async serve(visit, then) {
          place = assign(setting.name, clientOf(visit), shares);
          visit.trail.tell({ arm: place.arm });
          // What this request sets off later, such as a shadow check, counts for its client too.
          const own = Object.create(edges.get(place.arm) ?? null, { observe: { value: tell } }) as Edge;
          const response = await then(visit, own);
          response.headers.set('x-cache-arm', place.arm);
          return response;
        },
        observe: tell,
      };
    },
    collected: () => ledger?.collected(),
  };
}
