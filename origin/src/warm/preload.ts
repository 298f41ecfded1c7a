/** Preload: at the origin's start, what is popular (at this time of day) and not on disk is generated, when nothing else is to do. */
import type { Origin } from '../origin.ts';
import { askAhead } from '../serve/ahead.ts';
import { worthWarming } from './worth-warming.ts';

export interface Preloading {
  /** Resolves to how many answers were made. */
  readonly done: Promise<number>;
  stop(): void;
}

/** @param ready the models are in memory, or could not be brought there */
export function preload(origin: Origin, ready: Promise<void>): Preloading {
  const { config, history, disk, observe } = origin;
  let stopped = false;
  let cancel = () => {};

  async function run(): Promise<number> {
    await ready;
    if (history === undefined || config.PRELOAD_PROMPTS === 0) return 0;
    const prompts = await worthWarming(history, disk, { limit: config.PRELOAD_PROMPTS, within: 0, now: Date.now() });
    let made = 0;
    // One at a time: the slots are for those who come meanwhile.
    for (const { path, request, tenant, namespace, tags, ttl } of prompts) {
      const dialect = origin.dialects.get(path);
      if (stopped || dialect === undefined) continue;
      const ahead = { dialect, body: request, tenant, namespace, ttl, tags: JSON.parse(tags) as string[] };
      const flight = await askAhead(origin, { ...ahead, priority: 'warm' });
      if (flight === undefined) continue;
      cancel = flight.cancel;
      if (await flight.landed) made += 1;
    }
    return made;
  }
  const done = run().catch((error: unknown) => {
    observe({ kind: 'failed', what: 'preload', error });
    return 0;
  });
  return {
    done,
    stop() {
      stopped = true;
      cancel();
    },
  };
}
