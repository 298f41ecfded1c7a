/** What an operator should read in the log: lanes that fail and come back, models that do not load, parts that fail. */
import type { Observe } from './observe.ts';

/** A part that fails for every request is reported once in this time (ms). */
const QUIET_MS = 10_000;

export function logEvents(write: (line: string) => void = console.error): Observe {
  const lastFailure = new Map<string, number>();
  return (event) => {
    switch (event.kind) {
      case 'lane':
        write(`sidecar: ${event.lane.name} is ${event.state}`);
        break;
      case 'loaded':
        write(
          event.ok
            ? `sidecar: ${event.model} loaded on ${event.lane.name} in ${(event.ms / 1000).toFixed(1)} s`
            : `sidecar: ${event.model} could not be loaded on ${event.lane.name}`,
        );
        break;
      case 'failed': {
        const last = lastFailure.get(event.what) ?? Number.NEGATIVE_INFINITY;
        if (Date.now() - last < QUIET_MS) break;
        lastFailure.set(event.what, Date.now());
        write(
          `sidecar: ${event.what} failed: ${event.error instanceof Error ? event.error.message : String(event.error)}`,
        );
        break;
      }
      default:
        break;
    }
  };
}
