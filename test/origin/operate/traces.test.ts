import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ScriptedOllama, startScriptedOllama } from '../support/scripted-ollama.ts';
import { chat, freshKey, startTestSidecar } from '../support/sidecar.ts';

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
}

let ollama: ScriptedOllama;
let collector: http.Server;
const spans: Span[] = [];
beforeAll(async () => {
  ollama = await startScriptedOllama();
  collector = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { resourceSpans } = JSON.parse(Buffer.concat(chunks).toString());
    for (const { scopeSpans } of resourceSpans) for (const scope of scopeSpans) spans.push(...scope.spans);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
});
afterAll(async () => {
  collector.closeAllConnections();
  collector.close();
  await ollama.close();
});

it('continues the edge’s trace, and exports it by OTLP', async () => {
  ollama.script = { firstMs: 50, gapMs: 10 };
  const { port } = collector.address() as AddressInfo;
  const sidecar = await startTestSidecar([ollama.url], { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}/` });
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const headers = { 'x-edge-key': freshKey(), 'x-edge-store': '1', traceparent: `00-${traceId}-b7ad6b7169203331-01` };
  await sidecar.ask('/api/chat', chat('traced'), headers);
  await sidecar.ask('/api/chat', chat('traced'), headers);
  await sidecar.drain();

  const request = spans.find(({ name }) => name === 'POST /api/chat') as Span;
  expect(request).toMatchObject({ traceId, parentSpanId: 'b7ad6b7169203331' });
  const below = spans.filter(({ parentSpanId }) => parentSpanId === request.spanId);
  expect(below.map(({ name }) => name).sort()).toEqual(['generate m:latest', 'queue']);
  const generate = below.find(({ name }) => name.startsWith('generate')) as Span;
  const ms = Number(BigInt(generate.endTimeUnixNano) - BigInt(generate.startTimeUnixNano)) / 1e6;
  expect(ms).toBeGreaterThan(70);
  expect(ms).toBeLessThan(500);
  // The second was a hit: a span of its own, nothing below it.
  expect(spans.filter(({ name }) => name === 'POST /api/chat')).toHaveLength(2);
  expect(spans).toHaveLength(4);
});
