/**
 * Traces that continue the edge's: a span for each generation request, with its wait and its time on the lane below. They
 * are made from events after the fact, so that nothing on a request's way waits for them, and exported by OTLP over HTTP.
 */
import { type Attributes, type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import type { Observe } from '../observe.ts';
import type { Asked } from '../serve/asked.ts';
import type { Terms } from '../serve/terms.ts';

export interface Traces {
  readonly observe: Observe;
  /** Exports what is left. */
  close(): Promise<void>;
}

const SERVICE = 'edge-cache-sidecar';
const EXPORT_MS = 5_000;

/** @param endpoint base URL of an OTLP/HTTP collector, as in `OTEL_EXPORTER_OTLP_ENDPOINT` */
export function exportTraces(endpoint: string): Traces {
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces`, timeoutMillis: EXPORT_MS });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: SERVICE }),
    spanProcessors: [new BatchSpanProcessor(exporter, { exportTimeoutMillis: EXPORT_MS, scheduledDelayMillis: 1_000 })],
  });
  const tracer = provider.getTracer(SERVICE);

  return {
    observe(event) {
      const now = Date.now();
      if (event.kind === 'asked' && event.by !== 'lane' && event.by !== 'edge') {
        const { asked, terms, by } = event;
        const attributes = { ...describe(asked, terms), 'cache.answered_by': by };
        tracer
          .startSpan(nameOf(asked), { kind: SpanKind.SERVER, attributes, startTime: now }, parentOf(terms))
          .end(now);
      }
      if (event.kind !== 'generated') return;
      const { asked, lane, collected, queueMs, firstMs, totalMs } = event.generated;
      const sentAt = now - totalMs;
      const queuedAt = sentAt - queueMs;
      const attributes = { ...describe(asked, event.terms), 'cache.answered_by': 'lane' };
      const parent = parentOf(event.terms);
      const request = tracer.startSpan(
        nameOf(asked),
        { kind: SpanKind.SERVER, attributes, startTime: queuedAt },
        parent,
      );
      const below = trace.setSpan(parent, request);
      tracer.startSpan('queue', { startTime: queuedAt }, below).end(sentAt);
      const usage: Attributes =
        'answer' in collected
          ? {
              'gen_ai.usage.input_tokens': collected.answer.usage.promptTokens,
              'gen_ai.usage.output_tokens': collected.answer.usage.completionTokens,
              'gen_ai.response.finish_reasons': [collected.answer.doneReason],
            }
          : {};
      const generation = tracer.startSpan(
        `generate ${asked.model}`,
        {
          kind: SpanKind.CLIENT,
          startTime: sentAt,
          attributes: { 'gen_ai.request.model': asked.model, 'server.address': lane.name, ...usage },
        },
        below,
      );
      generation.addEvent('first token', {}, sentAt + firstMs);
      if (collected.kind === 'truncated' || collected.kind === 'failed')
        for (const span of [generation, request])
          span.setStatus({ code: SpanStatusCode.ERROR, message: collected.kind });
      generation.end(now);
      request.end(now);
    },
    close: () => provider.shutdown(),
  };
}

function nameOf({ dialect }: Asked): string {
  return `POST ${dialect.path}`;
}

function describe({ model, dialect }: Asked, { tenant, priority }: Terms): Attributes {
  return {
    'gen_ai.request.model': model,
    'http.route': dialect.path,
    'cache.tenant': tenant,
    'cache.priority': priority,
  };
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** W3C trace context, version 00. */
function parentOf({ traceparent }: Terms): Context {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined) return ROOT_CONTEXT;
  const traceFlags = Number.parseInt(flags ?? '00', 16);
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}
