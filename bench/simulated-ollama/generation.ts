/** One generation, from its request to its last byte. */
import type { ServerResponse } from 'node:http';
import type { SimulatedModel } from './catalog.ts';
import type { Engine } from './engine.ts';
import { type Faults, json } from './start.ts';
import {
  type Body,
  type Call,
  callId,
  type Ending,
  type Logprob,
  type NativeRequest,
  type Piece,
  Refusal,
  type Whole,
  type Wire,
} from './wire.ts';
import { type Script, scriptOf } from './words.ts';

export interface State {
  readonly engine: Engine;
  readonly models: ReadonlyMap<string, SimulatedModel>;
  readonly faults: Faults;
  embedInputs: number;
}

/** The model that a request names, whatever way it is written. */
export function modelOf(
  { models }: State,
  name: string,
  quoted = (model: string) => `model '${model}' not found`,
): SimulatedModel {
  const plain = name
    .trim()
    .toLowerCase()
    .replace(/^library\//, '');
  const found = models.get(plain.includes(':') ? plain : `${plain}:latest`);
  if (found === undefined) throw new Refusal(404, quoted(name));
  return found;
}

export async function answerGeneration(state: State, wire: Wire, body: Body, response: ServerResponse): Promise<void> {
  const { engine, faults } = state;
  const request = wire.read(body);
  const model = modelOf(state, request.model);
  if (model.name.startsWith('all-minilm')) throw new Refusal(400, `"${request.model}" does not support chat`);
  if (faults.status !== undefined)
    throw new Refusal(
      faults.status,
      faults.status === 503 ? 'server busy, please try again.  maximum pending requests exceeded' : 'simulated failure',
    );

  const abort = new AbortController();
  response.once('close', () => abort.abort());
  const startedAt = performance.now();
  if (request.loadOnly !== undefined) {
    if (request.loadOnly === 'unload') engine.unload(model.name);
    else await engine.load(model.name, request.numCtx, new AbortController().signal);
    const ending: Ending = {
      reason: request.loadOnly,
      promptTokens: 0,
      tokens: 0,
      totalNs: 1,
      loadNs: 1,
      promptNs: 1,
      evalNs: 1,
    };
    return json(
      response,
      200,
      wire.whole(request, body, { thinking: '', content: '', calls: [], logprobs: [], ending }),
    );
  }

  const script = scriptOf({ ...request.prompt, model: model.name });
  const plan = planOf(request, script);
  const write = request.stream ? wire.stream(request, body) : undefined;
  const whole = { thinking: '', content: '', calls: [] as Call[], logprobs: [] as Logprob[] };
  let broken = false;

  const send = (text: string) => {
    if (text === '' || broken) return;
    if (!response.headersSent) response.writeHead(200, { 'content-type': wire.streamType });
    response.write(text);
  };
  const say = (piece: Piece) => {
    if (piece.kind === 'thinking') whole.thinking += piece.text;
    else if (piece.kind === 'content') whole.content += piece.text;
    else if (piece.kind === 'call') whole.calls.push(piece.call);
    if (piece.kind !== 'end' && piece.kind !== 'call' && piece.logprobs) whole.logprobs.push(...piece.logprobs);
    if (write) send(write(piece));
  };

  await engine
    .run(
      model.name,
      request.numCtx,
      script,
      plan.pieces.length,
      {
        token(index) {
          if (broken) return;
          if (faults.cut !== undefined && index >= faults.cut.after) {
            breakOff(faults.cut.how);
            broken = true;
            abort.abort();
            return;
          }
          const piece = plan.pieces[index];
          if (piece !== undefined) say(piece);
        },
        done(timing) {
          if (broken) return;
          const ending: Ending = {
            reason: plan.reason,
            promptTokens: script.promptTokens,
            tokens: plan.pieces.length,
            totalNs: Math.max(1, Math.round((performance.now() - startedAt) * 1e6)),
            ...timing,
          };
          if (write) {
            send(write({ kind: 'end', ...ending }));
            response.end();
          } else json(response, 200, wire.whole(request, body, { ...whole, ending } satisfies Whole));
        },
      },
      abort.signal,
    )
    .catch((error: unknown) => {
      if (!broken && !response.destroyed) throw error;
    });

  function breakOff(how: 'silent' | 'garbage' | 'error' | 'close'): void {
    if (how === 'close') return void response.destroy();
    if (how === 'garbage') send('{"model": �� not json at all\n\n');
    if (how === 'error') send(wire.broken('an error was encountered while running the model: unexpected EOF') ?? '');
    if (!response.headersSent) json(response, 500, wire.error(500, 'model runner has unexpectedly stopped'));
    else response.end();
  }
}

interface Plan {
  readonly pieces: readonly Piece[];
  readonly reason: 'stop' | 'length';
}

/** The pieces that will be said: within num_predict, up to a stop sequence. */
function planOf({ numPredict, stop, logprobs }: NativeRequest, { thinking, tokens, calls }: Script): Plan {
  const pieces: Piece[] = [
    ...thinking.map((text): Piece => ({ kind: 'thinking', text })),
    ...tokens.map((text): Piece => ({ kind: 'content', text, ...(logprobs && { logprobs: [logprobOf(text)] }) })),
    ...calls.map((call, index): Piece => ({ kind: 'call', index, call: { id: callId(), ...call } })),
  ];
  let said = '';
  for (const [index, piece] of pieces.entries()) {
    if (piece.kind !== 'content') continue;
    const at = stop.map((word) => (word === '' ? -1 : (said + piece.text).indexOf(word))).filter((found) => found >= 0);
    if (at.length > 0) {
      const text = (said + piece.text).slice(said.length, Math.max(said.length, Math.min(...at)));
      return {
        pieces: text === '' ? pieces.slice(0, index) : [...pieces.slice(0, index), { ...piece, text }],
        reason: 'stop',
      };
    }
    said += piece.text;
  }
  if (numPredict >= 0 && pieces.length > numPredict) return { pieces: pieces.slice(0, numPredict), reason: 'length' };
  return { pieces, reason: 'stop' };
}

function logprobOf(token: string): Logprob {
  return { token, logprob: -((token.length % 7) + 1) / 8, bytes: [...Buffer.from(token)] };
}
