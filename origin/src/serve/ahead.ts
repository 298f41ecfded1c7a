/** Ahead of demand: an answer generated for the disk, with nobody waiting for it. */
import type { Dialect } from '../../../src/dialects/dialect.ts';
import type { JsonObject } from '../../../src/exchange/json.ts';
import { exchangeKey } from '../../../src/exchange/key.ts';
import type { Flight } from '../coalesce/flight.ts';
import type { Origin } from '../origin.ts';
import type { Priority } from '../scheduler/ticket.ts';
import { askedOf } from './asked.ts';
import { launch } from './generation.ts';
import type { Terms } from './terms.ts';

/** Whose answer it will be. */
export interface Ahead {
  readonly dialect: Dialect;
  readonly body: JsonObject;
  readonly tenant: string;
  readonly namespace: string;
  readonly tags: readonly string[];
  /** Seconds. */
  readonly ttl: number;
  readonly priority: Priority;
}

export interface AheadFlight {
  readonly key: string;
  readonly flight: Flight;
  /** Resolves to whether it has landed well. */
  readonly landed: Promise<boolean>;
  /** Cancels it at once, unless somebody else reads it by now. */
  cancel(): void;
  cancelled(): boolean;
}

/**
 * Under the key that the edge will ask for: it makes its keys of the same things.
 * @returns undefined for what needs nothing (it is on disk, or in the air), or cannot be asked
 */
export async function askAhead(origin: Origin, ahead: Ahead): Promise<AheadFlight | undefined> {
  const { dialect, body, tenant, namespace, tags, ttl, priority } = ahead;
  const reading = dialect.read(body);
  if (reading.kind !== 'prompt' || origin.disk === undefined) return undefined;
  const asked = askedOf(dialect, body, reading, origin.config);
  const { model } = asked;
  const digest = origin.digests.of(model);
  if (digest === undefined) return undefined;
  const key = await exchangeKey({ tenant, namespace, model, digest }, { kind: 'prompt', prompt: reading.prompt });
  if (origin.disk.freshUntil(key) > Date.now()) return undefined;

  const terms: Terms = {
    key,
    tenant,
    namespace,
    priority,
    tags,
    ttl,
    session: undefined,
    ownKey: false,
    prefetch: false,
    minFresh: 0,
    store: true,
    lookup: true,
    takesExchange: false,
    traceparent: undefined,
  };
  const { flight, joined } = launch(origin, asked, terms, 0);
  if (joined) return undefined;
  const reader = flight.join();
  let cancelled = false;
  return {
    key,
    flight,
    landed: readToEnd(),
    cancel() {
      cancelled = true;
      reader.leave();
    },
    cancelled: () => cancelled,
  };

  async function readToEnd(): Promise<boolean> {
    await reader.takeoff();
    while ((await reader.next()) !== undefined);
    // Cancelled, and yet somebody may read it to its end.
    const landing = await flight.landed();
    reader.leave();
    return landing.kind === 'landed';
  }
}
