import { describe, expect, it } from 'vitest';
import { ollamaChat } from '../../src/dialects/ollama-chat.ts';
import { createFlight, type Flight } from '../../src/flight/flight.ts';
import { type PumpOptions, pumpFlight } from '../../src/flight/pump.ts';
import { encodeExchange } from '../../src/tiers/stored.ts';
import { answerOf, exchangeWith } from '../tiers/suite.ts';

const word = (content: string) =>
  `${JSON.stringify({ model: 'm', created_at: '', message: { role: 'assistant', content }, done: false })}\n`;
const end = `${JSON.stringify({ model: 'm', created_at: '', message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop', eval_count: 2, prompt_eval_count: 1 })}\n`;

/** An origin that sends these pieces, and then closes or stays open. */
function origin(
  pieces: readonly string[],
  after: 'close' | 'open' | 'break' = 'close',
  headers: Record<string, string> = {},
): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      if (after === 'close') controller.close();
      if (after === 'break') setTimeout(() => controller.error(new Error('reset')), 20);
    },
  });
  return new Response(body, { headers: { 'content-type': 'application/x-ndjson', ...headers } });
}

function pump(
  open: PumpOptions['open'],
  over: Partial<PumpOptions> = {},
  flight: Flight = createFlight({ dialect: ollamaChat, model: 'm' }),
) {
  const options = {
    open,
    usable: () => true,
    decoder: ollamaChat.decoder,
    openTimeoutMs: 5_000,
    idleTimeoutMs: 5_000,
    abandoned: () => {},
    ...over,
  };
  return { flight, landing: pumpFlight(flight, options) };
}

describe('the pump', () => {
  it('lands with the terminal event, though the connection stays open', async () => {
    const { landing } = pump(async () => origin([word('a'), word('b'), end], 'open'));
    expect(await landing).toMatchObject({
      kind: 'complete',
      answer: { content: 'ab', usage: { completionTokens: 2 } },
    });
  });

  it('takes a stream that ends, or breaks, before it for truncated', async () => {
    expect(await pump(async () => origin([word('a')])).landing).toEqual({ kind: 'truncated' });
    expect(await pump(async () => origin([word('a')], 'break')).landing).toEqual({ kind: 'truncated' });
  });

  it('tells an origin’s refusal with its status, words and time to retry', async () => {
    const refusal = new Response('{"error":"server busy"}', { status: 503, headers: { 'retry-after': '7' } });
    const { flight, landing } = pump(async () => refusal);
    const fault = { kind: 'overloaded', status: 503, message: 'server busy', retryAfter: 7 };
    expect(await landing).toEqual({ kind: 'failed', fault });
    expect(flight.takeoff).toEqual({ kind: 'fault', fault });
  });

  it('tells an origin that cannot be reached, and one that says nothing in time', async () => {
    const gone = pump(() => Promise.reject(new Error('ECONNREFUSED 10.0.0.7:8081')));
    expect(await gone.landing).toMatchObject({ kind: 'failed', fault: { status: 502 } });
    expect(JSON.stringify(gone.flight.takeoff)).not.toContain('10.0.0.7');
    const silent = pump(
      (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
      { openTimeoutMs: 300 },
    );
    expect(await silent.landing).toMatchObject({ kind: 'failed', fault: { status: 504 } });
  });

  it('stops the origin when the last reader has left, and says so before it does', async () => {
    let stopped = false;
    let told = false;
    const flight = createFlight({ dialect: ollamaChat, model: 'm' });
    const { landing } = pump(
      async (signal) => {
        signal.addEventListener('abort', () => {
          stopped = true;
          expect(told).toBe(true);
        });
        return new Promise<Response>((_, reject) =>
          signal.addEventListener('abort', () => reject(new Error('aborted'))),
        );
      },
      { abandoned: () => (told = true) },
      flight,
    );
    flight.join().leave();
    expect(await landing).toEqual({ kind: 'truncated' });
    expect(stopped).toBe(true);
  });

  it('asks past the disk for what may not be used, and dates an answer by when it was begun', async () => {
    const stored = exchangeWith(answerOf('purged'));
    const asked: boolean[] = [];
    const { flight, landing } = pump(
      async (_signal, past) => {
        asked.push(past);
        if (past) return origin([word('new'), end], 'close', { 'x-answer-age': '5000' });
        return new Response(await encodeExchange(stored), {
          headers: { 'content-type': 'application/x-edge-exchange', 'x-answer-age': '60000' },
        });
      },
      // By this clock, whatever the sidecar's says.
      { usable: ({ storedAt }) => storedAt > Date.now() - 59_000 },
    );
    expect(await landing).toMatchObject({ kind: 'complete', answer: { content: 'new' } });
    expect(asked).toEqual([false, true]);
    const begunAt = flight.takeoff?.kind === 'answering' ? flight.takeoff.begunAt : 0;
    expect(Date.now() - begunAt).toBeGreaterThanOrEqual(5_000);
    expect(Date.now() - begunAt).toBeLessThan(15_000);
  });

  it('goes on where a dead pump stopped: what was written before is not written twice', async () => {
    const flight = createFlight({ dialect: ollamaChat, model: 'm' });
    const first = flight.pump();
    first.takeOff({
      kind: 'answering',
      contentType: 'application/x-ndjson',
      streaming: true,
      headers: new Headers(),
      begunAt: 0,
    });
    const whole = word('a') + word('b') + end;
    first.push(new TextEncoder().encode(whole.slice(0, 100)));
    const { landing } = pump(
      async () => origin([whole.slice(0, 60), whole.slice(60, 130), whole.slice(130)]),
      {},
      flight,
    );
    expect(await landing).toMatchObject({ kind: 'complete', answer: { content: 'ab' } });
    const written = flight.chunks.map((chunk) => new TextDecoder().decode(chunk)).join('');
    expect(written).toBe(whole);
  });
});
