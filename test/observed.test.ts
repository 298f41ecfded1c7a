/** Each inference request is told of once, when it is over, with what became of it. */
import { describe, expect, it } from 'vitest';
import type { Event, Served } from '../src/observe.ts';
import { observed } from '../src/observed.ts';
import { startTrail, type Trail } from '../src/trail.ts';

const ROUTE = '/api/chat';

function watch() {
  const events: Served[] = [];
  return { events, observe: (event: Event) => void (event.kind === 'served' && events.push(event)) };
}

async function told(answer: (trail: Trail) => Promise<Response>, signal?: AbortSignal) {
  const { events, observe } = watch();
  const request = new Request('http://edge/', { ...(signal && { signal }) });
  const trail = startTrail(request.headers);
  const response = await observed(ROUTE, request, trail, observe, () => answer(trail)).catch((error: Error) => error);
  return { events, response, trail };
}

describe('a request', () => {
  it('that is answered at once is told of at once, with its facts', async () => {
    const { events } = await told(async (trail) => {
      trail.cache({ cache: 'memory', fwd: 'uri-miss' });
      trail.cache({ cache: 'kv', hit: true });
      trail.tell({ tenant: 'acme', model: 'm:latest', usage: { promptTokens: 3, completionTokens: 9 } });
      trail.sent(120);
      trail.headers('HIT');
      return new Response('x');
    });
    expect(events).toEqual([
      expect.objectContaining({ route: ROUTE, outcome: 'HIT', tier: 'kv', status: 200, tenant: 'acme', bytes: 120 }),
    ]);
    expect(events[0]).not.toHaveProperty('fault');
  });

  it('that streams is told of at its end, once', async () => {
    const { events, trail } = await told(async (trail) => {
      trail.streams();
      trail.headers('MISS');
      return new Response('x');
    });
    expect(events).toEqual([]);
    trail.sent(10);
    trail.sent(5);
    trail.ended();
    trail.ended('cancelled');
    expect(events).toEqual([expect.objectContaining({ outcome: 'MISS', bytes: 15 })]);
    expect(events[0]).not.toHaveProperty('fault');
  });

  it('whose client goes while it streams is told of as cancelled', async () => {
    const client = new AbortController();
    const { events } = await told(async (trail) => {
      trail.streams();
      return new Response('x');
    }, client.signal);
    client.abort();
    expect(events).toEqual([expect.objectContaining({ fault: 'cancelled' })]);
  });

  it('that is refused tells why', async () => {
    const { events } = await told(async () => new Response('x', { status: 429 }));
    expect(events).toEqual([expect.objectContaining({ outcome: 'BYPASS', status: 429, fault: 'rate_limited' })]);
  });

  it('whose client goes before it is answered is told of as cancelled, not as failed', async () => {
    const client = new AbortController();
    client.abort();
    const { events } = await told(async () => new Response('x', { status: 502 }), client.signal);
    expect(events).toEqual([expect.objectContaining({ status: 499, fault: 'cancelled' })]);
  });

  it('that fails here is told of too, and the failure goes on', async () => {
    const { events, response } = await told(() => Promise.reject(new Error('a bug')));
    expect(events).toEqual([expect.objectContaining({ status: 500, fault: 'internal' })]);
    expect(response).toEqual(new Error('a bug'));
  });
});
