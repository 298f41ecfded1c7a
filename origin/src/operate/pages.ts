/** The operator's pages: health, metrics, pools, purge. */
import type { Purge } from '../../../src/exchange/purge.ts';
import { readPurge } from '../../../src/exchange/purge-request.ts';
import { readJson } from '../http/body.ts';
import type { Request, Response } from '../http/listener.ts';
import { send, sendFault } from '../http/reply.ts';
import { processorOf } from '../lanes/lane.ts';
import type { Origin } from '../origin.ts';
import { type PoolStats, poolReport } from '../pools/pool-stats.ts';
import { popularPage } from '../warm/popular-page.ts';
import type { Metrics } from './metrics.ts';

export interface Pages {
  readonly metrics: Metrics;
  pools(): readonly PoolStats[];
  draining(): boolean;
  /** Tells the other sidecars; whether they will hear, undefined where there are none to tell. */
  tellPurge(purge: Purge): Promise<boolean | undefined>;
}

const JSON_TYPE = 'application/json';

/** Says nothing that a stranger may not know: it is the one page without a secret. */
export function health(origin: Origin, draining: boolean): { readonly status: string; readonly lanes: object } {
  const states = origin.dispatcher.scheduler.lanes.map(({ state }) => state.kind);
  const up = states.filter((state) => state === 'up').length;
  const status = draining ? 'draining' : up === 0 ? 'down' : up < states.length ? 'degraded' : 'ok';
  return { status, lanes: { up, all: states.length } };
}

export async function serveOperator(
  page: 'metrics' | 'pools' | 'purge' | 'popular' | 'predict',
  origin: Origin,
  pages: Pages,
  path: string,
  request: Request,
  response: Response,
): Promise<void> {
  if (page === 'metrics') {
    const text = await pages.metrics.render(origin, pages.pools());
    return send(response, 200, pages.metrics.contentType, text);
  }
  if (page === 'pools') {
    const { scheduler, lanes } = origin.dispatcher;
    const report = {
      ...poolReport(pages.pools()),
      queue: { waiting: scheduler.waiting, expected_wait_ms: scheduler.expectedWait('interactive') },
      lanes: lanes.map((lane, index) => ({
        url: lane.name,
        state: scheduler.lanes[index]?.state.kind,
        slots: scheduler.lanes[index]?.limit,
        running: lane.running,
        first_token_ms: {
          p50: lane.first.percentile(0.5),
          p99: lane.first.percentile(0.99),
          limit: lane.first.limit(),
        },
        next_token_ms: { p50: lane.gap.percentile(0.5), p99: lane.gap.percentile(0.99), limit: lane.gap.limit() },
        models: lane.resident.map((model) => ({
          model: model.model,
          bytes: model.size,
          processor: processorOf(model),
          context: model.contextLength,
        })),
      })),
      ...(origin.disk && { disk: origin.disk.stats() }),
      ...(origin.predict && { predict: origin.predict() }),
    };
    return send(response, 200, JSON_TYPE, JSON.stringify(report));
  }
  if (page === 'predict') return send(response, 200, JSON_TYPE, JSON.stringify(origin.predict?.() ?? {}));
  if (page === 'popular') {
    const query = new URL(request.url ?? '/', 'http://sidecar').searchParams;
    return send(response, 200, JSON_TYPE, JSON.stringify({ prompts: await popularPage(origin, query) }));
  }
  const body = await readJson(request, origin.config.MAX_BODY_BYTES);
  if (!body.ok) return sendFault(response, path, body.fault);
  const asked = readPurge(body.value, Date.now());
  if (!asked.ok) return sendFault(response, path, asked.fault);
  const purged = origin.purges.apply(asked.purge);
  const shared = await pages.tellPurge(asked.purge);
  send(response, 200, JSON_TYPE, JSON.stringify({ purged, ...(shared !== undefined && { others_told: shared }) }));
}
