/**
 * `POST /api/cache/warm`: lines of prompts (NDJSON), or `?popular=N` of what the history knows. Its answer is a stream of NDJSON: a
 * line for each prompt when it is done, one with `done` at the end. Sent again, what is cached already is passed over: whoever was
 * cut off sends the rest, or all of it.
 */
import { ollamaChat } from '../dialects/ollama-chat.ts';
import type { Edge } from '../edge.ts';
import { type Fault, fault } from '../exchange/fault.ts';
import { readBody } from '../intake.ts';
import { faultResponse } from '../respond.ts';
import { coloOf } from '../statistics/colo.ts';
import { popularLines } from '../warm/popular.ts';
import { type Numbered, runWarming } from '../warm/run.ts';
import { readWarmLine } from '../warm/warm-line.ts';
import type { OperatorVisit } from './routes.ts';

/** A request of a Worker may make 1,000 others; a line needs up to eight. */
export const MOST_LINES = 100;
const MAX_CONCURRENCY = 16;
/** Something to read at least this often: proxies close what is silent. */
const BEAT_MS = 10_000;

export async function warmCache({ request, later }: OperatorVisit, edge: Edge): Promise<Response> {
  const query = readQuery(new URL(request.url).searchParams);
  if ('kind' in query) return faultResponse(ollamaChat, query);
  const lines = await linesOf(request, query, edge);
  if ('kind' in lines) return faultResponse(ollamaChat, lines);

  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  const abort = new AbortController();
  const stop = () => abort.abort();
  request.signal.addEventListener('abort', stop, { once: true });
  writer.closed.catch(stop);
  const write = (event: object) => void writer.write(encoder.encode(`${JSON.stringify(event)}\n`)).catch(stop);

  async function run(lines: readonly Numbered[]): Promise<void> {
    const counts = { stored: 0, cached: 0, joined: 0, bad: 0, failed: 0 };
    const beat = setInterval(() => write({ working: true }), BEAT_MS);
    await runWarming(lines, edge, {
      ...(query as Query),
      signal: abort.signal,
      tell(told) {
        counts[told.state] += 1;
        write(told);
      },
    });
    clearInterval(beat);
    edge.statistics.handOn(later, () => coloOf(request));
    if (!abort.signal.aborted) write({ done: true, ...counts, next: (lines.at(-1)?.line ?? 0) + 1 });
    await writer.close().catch(() => {});
  }
  later(run(lines));
  return new Response(readable, { headers: { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' } });
}

interface Query {
  readonly concurrency: number;
  readonly minFresh: number;
  /** Number of the body's first line. */
  readonly from: number;
  readonly tenant: string;
  readonly namespace: string;
  readonly popular: number;
}

function readQuery(given: URLSearchParams): Query | Fault {
  const wrong: string[] = [];
  const number = (name: string, otherwise: number, least: number, most: number): number => {
    const text = given.get(name);
    if (text === null) return otherwise;
    const value = Number(text);
    if (text === '' || !Number.isInteger(value) || value < least || value > most)
      wrong.push(`${name} must be a whole number from ${least} to ${most}`);
    return value;
  };
  const known = ['concurrency', 'min_fresh', 'from', 'tenant', 'namespace', 'popular'];
  for (const name of given.keys())
    if (!known.includes(name)) wrong.push(`${name} is not known: ${known.join(', ')} are`);
  const query: Query = {
    concurrency: number('concurrency', 4, 1, MAX_CONCURRENCY),
    minFresh: number('min_fresh', 60, 1, 31_536_000),
    from: number('from', 1, 1, Number.MAX_SAFE_INTEGER),
    tenant: given.get('tenant') ?? 'public',
    namespace: given.get('namespace') ?? '',
    popular: number('popular', 0, 1, MOST_LINES),
  };
  return wrong.length > 0 ? fault('invalid_request', wrong.join('; ')) : query;
}

async function linesOf(request: Request, query: Query, edge: Edge): Promise<readonly Numbered[] | Fault> {
  if (query.popular > 0) {
    const lines = await popularLines(edge, { limit: query.popular, within: query.minFresh });
    return lines ?? fault('bad_gateway', 'the origin did not tell what is popular');
  }
  const body = await readBody(request, edge.config.MAX_BODY_BYTES, true);
  if (!body.ok) return body.fault;
  const lines = body.text.split('\n').map((text, index) => ({
    line: query.from + index,
    read: readWarmLine(text, query),
  }));
  const given = lines.filter(({ read }) => read.kind !== 'blank');
  if (given.length === 0) return fault('invalid_request', 'no line: send prompts as NDJSON, or ask for ?popular=N');
  if (given.length > MOST_LINES)
    return fault(
      'too_large',
      `${given.length} lines are more than ${MOST_LINES} at a time; npm run warm sends any number`,
    );
  return given;
}
