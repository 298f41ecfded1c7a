/**
 * Paced: a stored answer at the pace at which it was generated, so that its timing does not tell whether somebody has asked something
 * alike. The headers still say what it is; whoever must not see them must get them stripped.
 */
import { answerDeltas } from './dialects/answer-deltas.ts';
import type { View } from './dialects/dialect.ts';
import type { Answer, Delta } from './exchange/answer.ts';
import type { Exchange } from './exchange/exchange.ts';
import { type Manner, storedResponse } from './respond.ts';

const NS_PER_MS = 1e6;
/** A model's usual token: four characters. */
const PIECE = 4;
/** Nobody waits for longer than this, however slow the model was. */
const LONGEST_MS = 60_000;

/** @param gone the client's own signal: whoever has left is not waited for */
export async function pacedResponse(exchange: Exchange, manner: Manner, gone: AbortSignal): Promise<Response> {
  const { content } = exchange;
  const { view, trail } = manner;
  if (content.kind !== 'answer' || view === undefined) return storedResponse(exchange, 'SEMANTIC', manner);
  const { first, rest } = paceOf(content.answer);
  if (!view.stream) {
    await pause(first + rest, gone);
    return storedResponse(exchange, 'SEMANTIC', manner);
  }
  await pause(first, gone);
  // Its headers are right, and its body comes a piece at a time.
  const { headers } = storedResponse(exchange, 'SEMANTIC', manner);
  headers.delete('content-length');
  trail.streams();
  const pieces = written(content.answer, view, manner, rest, gone);
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const step = await pieces.next();
      if (!step.done) return controller.enqueue(step.value);
      controller.close();
      trail.ended();
    },
    cancel: () => trail.ended('cancelled'),
  });
  return new Response(body, { headers });
}

/** Milliseconds until the first token, and from there to the last; loading the model was the first question's bad luck. */
function paceOf({ timing }: Answer): { readonly first: number; readonly rest: number } {
  const first = Math.min(LONGEST_MS, Math.max(0, timing.total - timing.load - timing.eval) / NS_PER_MS);
  return { first, rest: Math.min(LONGEST_MS - first, timing.eval / NS_PER_MS) };
}

async function* written(answer: Answer, view: View, { dialect }: Manner, ms: number, gone: AbortSignal) {
  const encoder = new TextEncoder();
  const renderer = dialect.streamRenderer(view);
  const { context } = answer;
  const deltas = answerDeltas(answer)
    .flatMap(inPieces)
    .map((delta) => (delta.kind === 'done' && context ? { ...delta, context } : delta));
  const startedAt = Date.now();
  for (const [at, delta] of deltas.entries()) {
    await pause(startedAt + (ms * at) / deltas.length - Date.now(), gone);
    const text = renderer.write(delta);
    if (text !== '') yield encoder.encode(text);
  }
}

function inPieces(delta: Delta): readonly Delta[] {
  if (delta.kind !== 'content' && delta.kind !== 'thinking') return [delta];
  const pieces = delta.text.match(new RegExp(`.{1,${PIECE}}`, 'gsu')) ?? [];
  return pieces.map((text) => ({ kind: delta.kind, text }));
}

/** At once for a client that has gone: nobody is left to tell anything. */
function pause(ms: number, gone: AbortSignal): Promise<void> {
  if (ms <= 0 || gone.aborted) return Promise.resolve();
  return new Promise((resume) => {
    const done = () => {
      clearTimeout(timer);
      gone.removeEventListener('abort', done);
      resume();
    };
    const timer = setTimeout(done, ms);
    gone.addEventListener('abort', done, { once: true });
  });
}
