/**
 * A request's way: read what is asked, look where it was answered before, recall what was asked in other words, join who is
 * asking already, ask the origin, render, store. Every generation comes through here; each step has a file of its own.
 */

import { type Ask, flightKey, settle } from './ask.ts';
import { checking, shadow } from './check.ts';
import type { Dialect } from './dialects/dialect.ts';
import type { Edge, Visit } from './edge.ts';
import type { Exchange } from './exchange/exchange.ts';
import { fault } from './exchange/fault.ts';
import type { Launch } from './flight/flights.ts';
import { foresee } from './foresee.ts';
import { keep } from './keep.ts';
import { clientAddress } from './limits/address.ts';
import { clear, spend } from './limits/clear.ts';
import { CLEAR } from './limits/limiter.ts';
import { tokensOf } from './limits/tokens.ts';
import { look } from './look.ts';
import type { Priority } from './origin/client.ts';
import { passThrough } from './pass-through.ts';
import { recall, recalledResponse } from './recall.ts';
import { faultResponse, flightResponse, type Manner, storedResponse } from './respond.ts';
import type { Trail } from './trail.ts';

export async function serve(visit: Visit, dialect: Dialect, edge: Edge): Promise<Response> {
  const { trail } = visit;
  const reading = edge.read(dialect, visit.text);
  trail.step('read');
  if (reading.kind === 'fault') return faultResponse(dialect, reading.fault, trail.headers('BYPASS'));
  if (reading.kind === 'control') return passThrough(visit, dialect, reading, edge);

  const ask = await settle(visit, dialect, reading, edge);
  trail.step('key');
  const manner: Manner = { dialect, view: reading.kind === 'prompt' ? reading.view : undefined, trail };
  const launch = (priority: Priority) => launchOf(ask, dialect, priority, visit, trail, edge);

  const found = await look(ask, dialect, trail, edge, visit.later);
  if (found.kind !== 'none') foresee(ask, dialect, visit, edge);
  if (found.kind === 'fresh') return storedResponse(found.exchange, 'HIT', manner);
  if (found.kind === 'stale') {
    if (found.revalidate && ask.policy.store) edge.flights.board(launch('revalidate'));
    return storedResponse(found.exchange, 'STALE', manner);
  }
  const recalled = await recall(ask, visit, dialect, edge);
  if (recalled.kind === 'found') {
    foresee(ask, dialect, visit, edge);
    const check = Math.random() < edge.config.SEMANTIC_CHECK_SHARE && shadow(launch('warm'), recalled.alike, edge);
    if (check) edge.flights.board(check);
    return recalledResponse(recalled, manner, visit, edge);
  }
  if (ask.policy.onlyIfCached)
    return faultResponse(dialect, fault('timeout', 'nothing is cached for this request'), trail.headers('MISS'));

  return fly(
    checking(launch(visit.priority ?? 'interactive'), recalled.withheld, edge),
    visit,
    ask,
    manner,
    found.spare,
    edge,
  );
}

/** Joins the generation that is in the air, or begins it. `spare`: a stale answer for when the origin fails. */
async function fly(
  launch: Launch,
  visit: Visit,
  ask: Ask,
  manner: Manner,
  spare: Exchange | undefined,
  edge: Edge,
): Promise<Response> {
  const { trail, dialect } = manner;
  const cleared = edge.flights.has(launch.key) ? CLEAR : await clear(visit, edge);
  if (!cleared.ok) {
    if (spare !== undefined) return storedResponse(spare, 'STALE', manner);
    return faultResponse(dialect, cleared.fault, trail.headers(ask.policy.lookup ? 'MISS' : 'BYPASS'));
  }
  const { flight, joined } = edge.flights.board(launch);
  if (joined) {
    cleared.giveBack();
    foresee(ask, dialect, visit, edge);
  }
  const reader = flight.join(() => edge.flights.adopt(flight, launch));
  visit.request.signal.addEventListener('abort', () => reader.leave(), { once: true });
  const takeoff = await reader.takeoff();
  trail.step('origin');

  if (takeoff.kind === 'answering') {
    const outcome = joined ? 'JOINED' : ask.policy.lookup ? 'MISS' : 'BYPASS';
    trail.forwarded(joined, ask.policy.store);
    return flightResponse(flight, reader, takeoff, outcome, manner);
  }
  reader.leave();
  if (takeoff.kind === 'found') cleared.giveBack();
  if (takeoff.kind === 'found' && takeoff.exchange.key === ask.key)
    return storedResponse(takeoff.exchange, 'HIT', manner, takeoff.headers);
  const reason =
    takeoff.kind === 'fault' ? takeoff.fault : fault('bad_gateway', 'the origin answered another question');
  if (spare !== undefined && reason.status >= 500) return storedResponse(spare, 'STALE', manner);
  return faultResponse(dialect, reason, trail.headers(ask.policy.lookup ? 'MISS' : 'BYPASS'));
}

function launchOf(ask: Ask, dialect: Dialect, priority: Priority, visit: Visit, trail: Trail, edge: Edge): Launch {
  const { reading, scope, policy, key, session, tags } = ask;
  const { config } = edge;
  const shared = flightKey(ask, dialect, reading.kind === 'prompt' ? reading.prompt : undefined);
  return {
    // Nobody who waits joins what is asked without haste; the sidecar joins them, and hurries.
    key: priority === 'warm' && !edge.flights.has(shared) ? undefined : shared,
    subject: { key, ...scope, tags },
    dialect,
    model: reading.kind === 'prompt' ? reading.view.model : reading.model,
    later: visit.later,
    landed: async (landing, flight) => {
      const kept = keep(ask, landing, flight, edge);
      await spend(priority, scope.tenant, tokensOf(landing, flight), edge);
      await kept;
    },
    pump: {
      decoder: (streaming) => dialect.decoder(streaming),
      openTimeoutMs: config.ORIGIN_TIMEOUT_MS,
      idleTimeoutMs: config.ORIGIN_IDLE_TIMEOUT_MS,
      usable: (exchange) => !edge.purges.covers(exchange),
      open: (signal, past) =>
        edge.origin(
          {
            method: 'POST',
            path: dialect.path,
            body: reading.forward,
            priority,
            tenant: scope.tenant,
            namespace: scope.namespace,
            ttl: policy.store ? policy.ttl : 0,
            // What is on its disk is dated by its own clock: a request that wants it younger asks past it.
            lookup: !past && priority !== 'revalidate' && policy.lookup && policy.maxAge === Number.POSITIVE_INFINITY,
            minFresh: policy.minFresh,
            ownKey: ask.asked.kind === 'own',
            prefetch: ask.prefetch,
            tags,
            traceparent: trail.traceparent,
            client: clientAddress(visit.request.headers),
            ...(policy.lookup && { key }),
            ...(session !== undefined && { session }),
          },
          signal,
        ),
    },
  };
}
