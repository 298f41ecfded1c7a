/** A generation request's way: read it, look on disk, join who is asking already, or wait for a lane. */
import type { OutgoingHttpHeaders } from 'node:http';
import type { Dialect } from '../../../src/dialects/dialect.ts';
import { cacheStatus } from '../../../src/exchange/cache-status.ts';
import type { Subject } from '../../../src/exchange/purge.ts';
import { ANSWER_AGE } from '../../../src/origin/client.ts';
import type { Flight } from '../coalesce/flight.ts';
import { readJson } from '../http/body.ts';
import type { Request, Response } from '../http/listener.ts';
import { sendFault } from '../http/reply.ts';
import type { Origin } from '../origin.ts';
import type { Priority } from '../scheduler/ticket.ts';
import { type Asked, askedOf } from './asked.ts';
import { generationWork } from './generate.ts';
import { keep } from './keep.ts';
import { readFlight, type Translation } from './read-flight.ts';
import { serveStored } from './stored.ts';
import { readTerms, type Terms } from './terms.ts';

export async function serveGeneration(
  origin: Origin,
  dialect: Dialect,
  request: Request,
  response: Response,
): Promise<void> {
  const { path } = dialect;
  const body = await readJson(request, origin.config.MAX_BODY_BYTES);
  if (!body.ok) return sendFault(response, path, body.fault);
  const reading = dialect.read(body.value);
  if (reading.kind === 'fault') return sendFault(response, path, reading.fault);
  const terms = readTerms(request);
  const asked = askedOf(dialect, body.value, reading, origin.config);
  if (await serveStored(origin, asked, terms, response)) return;

  const askedAt = Date.now();
  const { flight, joined, expectedWait } = launch(origin, asked, terms);
  origin.observe({ kind: 'asked', asked, terms, by: joined ? 'flight' : 'lane' });
  const digest = origin.digests.of(asked.model);
  const headers = (): OutgoingHttpHeaders => ({
    'cache-status': cacheStatus([{ cache: 'disk', fwd: terms.lookup ? 'uri-miss' : 'request', collapsed: joined }]),
    ...(digest !== undefined && { 'x-model-digest': digest }),
    ...(expectedWait !== undefined && { 'x-expected-wait': String(expectedWait) }),
    [ANSWER_AGE]: String(Math.max(0, askedAt - flight.begunAt)),
  });
  await readFlight(flight, flight.join(), response, path, headers, () => translationFor(flight, asked, origin));
}

/** How each flight of this sidecar's own is made more urgent while it waits. */
const promotions = new WeakMap<Flight, (priority: Priority) => void>();

interface Launched {
  readonly flight: Flight;
  readonly joined: boolean;
  /** Milliseconds; undefined for a flight that was in the air already. */
  readonly expectedWait: number | undefined;
}

/**
 * Boards the flight of this answer, or begins it. Whoever calls it joins the flight as a reader.
 * @param graceMs how long it goes on without a reader, where not the usual time
 */
export function launch(origin: Origin, asked: Asked, terms: Terms, graceMs?: number): Launched {
  const digest = origin.digests.of(asked.model);
  const key = flightKey(origin, asked, terms);
  let expectedWait: number | undefined;

  async function generate(flight: Flight, signal: AbortSignal): Promise<void> {
    const kept: Promise<void>[] = [];
    const work = generationWork(asked, flight, {
      tenant: terms.tenant,
      priority: terms.priority,
      listed: !origin.digests.known || digest !== undefined,
      headers: terms.traceparent === undefined ? {} : { traceparent: terms.traceparent },
      landed(generated) {
        origin.observe({ kind: 'generated', terms, generated });
        kept.push(keep(origin, terms, generated, flight, digest));
      },
    });
    const submitted = origin.dispatcher.submit(work, signal);
    expectedWait = submitted.expectedWait;
    promotions.set(flight, submitted.promote);
    await flight.landed();
    // In the air until it is on disk: who comes in between would find neither.
    await Promise.all(kept);
  }
  const subject = subjectOf(asked, terms);
  const boarding = origin.flights.board({
    key,
    wire: asked.wire,
    subject,
    ...(graceMs !== undefined && { graceMs }),
    fill(flight, signal) {
      const own = () => generate(flight, signal);
      if (key === undefined || origin.shared === undefined) return own();
      // After a purge another name: nobody follows what began before it.
      const purgedAt = origin.purges.since(subject);
      return origin.shared.fill(purgedAt > 0 ? `${key} ${purgedAt}` : key, flight, signal, own);
    },
  });
  // What was begun without haste has somebody waiting for it now.
  if (boarding.joined) promotions.get(boarding.flight)?.(terms.priority);
  return { ...boarding, expectedWait };
}

function subjectOf({ model }: Asked, { key = '', tenant, namespace, tags }: Terms): Subject {
  return { key, tenant, namespace, model, tags };
}

/** Undefined for what flies alone: nobody may share it, or those in the air cannot be read in this form. */
function flightKey(origin: Origin, asked: Asked, { key }: Terms): string | undefined {
  if (key === undefined || asked.reading.kind === 'control') return undefined;
  // A text prompt only within its own API: /api/generate shows a `context` that /v1/completions does not have.
  const text = asked.reading.kind === 'prompt' && asked.reading.prompt.kind === 'text';
  const name = text ? `${key} ${asked.dialect.name}` : key;
  const flight = origin.flights.find(name);
  return flight === undefined || asked.reading.kind === 'prompt' || asItComes(flight, asked) ? name : undefined;
}

/** Whether the flight's bytes are this request's answer as they are. */
function asItComes({ wire }: Flight, { dialect, reading, wire: own }: Asked): boolean {
  const streaming = reading.kind === 'prompt' ? reading.view.stream : own.streaming;
  return wire.path === dialect.path && wire.model === own.model && wire.streaming === streaming;
}

function translationFor(flight: Flight, asked: Asked, origin: Origin): Translation | undefined {
  if (asked.reading.kind !== 'prompt' || asItComes(flight, asked)) return undefined;
  const from = origin.dialects.get(flight.wire.path) ?? asked.dialect;
  return { from, to: asked.dialect, view: asked.reading.view };
}
