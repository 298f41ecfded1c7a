/** One generation: from the checks to the last chunk. */
import { setTimeout } from 'node:timers/promises';
import type { LlamaGrammarEvaluationState, Token } from 'node-llama-cpp';
import type { Outcome } from '../ollama-api/backend.ts';
import { checkAbilities, checkFormat, findModel } from '../ollama-api/native/checks.ts';
import { type RunOptions, readOptions } from '../ollama-api/native/options.ts';
import {
  type Chunk,
  emptyEnding,
  type Logprob,
  type NativeRequest,
  NOTHING,
  Refusal,
} from '../ollama-api/native/request.ts';
import { createTextFlow } from '../ollama-api/native/text-flow.ts';
import type { Engine } from './engine.ts';
import { createPieces } from './pieces.ts';
import { promptTokens } from './prompt.ts';
import { createPicker, evaluateOptions, readSampling, UNTOUCHED } from './sampling.ts';
import { leaveSlot, type Pool, type Slot, takeSlot } from './slots.ts';

type Emit = (chunk: Chunk) => void;

/** Throws a Refusal, or the signal's reason. */
export async function generate(
  engine: Engine,
  request: NativeRequest,
  emit: Emit,
  signal: AbortSignal,
): Promise<Outcome | 'load'> {
  const since = performance.now();
  const model = findModel(engine, request);
  const empty = request.extra === undefined ? request.messages.length === 0 : request.extra.prompt === '';
  if (empty && request.keepAliveMs === 0) {
    engine.residency.unload(model.name);
    emit({ ...NOTHING, ending: emptyEnding('unload') });
    return 'load';
  }
  checkAbilities(request, model);
  checkFormat(request.format, () => true);
  const options = engine.fit(readOptions(request.options, engine.contextLength));
  const lease = await engine.residency.acquire(
    { ...options, name: model.name, keepAliveMs: request.keepAliveMs },
    signal,
  );
  try {
    if (empty) {
      emit({ ...NOTHING, ending: emptyEnding('load') });
      return 'load';
    }
    const { pool } = lease;
    const prompt = promptTokens(engine.file, pool.model, request, options.numCtx);
    const slot = await takeSlot(pool, prompt, signal);
    engine.activity.busySlots += 1;
    try {
      const { outcome, made, firstAt, begunAt } = await speak(
        engine,
        pool,
        slot,
        { request, options, prompt },
        emit,
        signal,
      );
      if (outcome === 'trap') return outcome;
      const now = performance.now();
      const ns = (ms: number) => Math.max(1, Math.round(ms * 1e6));
      emit({
        ...NOTHING,
        ending: {
          reason: outcome,
          promptTokens: prompt.length,
          tokens: made.length,
          totalNs: ns(now - since),
          loadNs: ns(lease.loadMs),
          promptNs: ns(firstAt - begunAt),
          evalNs: ns(now - firstAt),
          context: request.extra === undefined || request.extra.raw ? undefined : [...prompt, ...made],
        },
      });
      return outcome;
    } finally {
      engine.activity.busySlots -= 1;
      leaveSlot(pool, slot);
    }
  } finally {
    lease.release();
  }
}

interface Task {
  readonly request: NativeRequest;
  readonly options: RunOptions;
  readonly prompt: Token[];
}

interface Said {
  readonly outcome: 'stop' | 'length' | 'trap';
  readonly made: readonly Token[];
  readonly begunAt: number;
  readonly firstAt: number;
}

/** Makes token after token, and emits their texts. */
async function speak(
  { binding, llama, activity, tokensPerSecond }: Engine,
  { model }: Pool,
  { sequence }: Slot,
  { request, options, prompt }: Task,
  emit: Emit,
  signal: AbortSignal,
): Promise<Said> {
  const begunAt = performance.now();
  const grammar = await grammarOf({ binding, llama }, model, request.format);
  const sampling = readSampling(request.options, options.numCtx);
  // A grammar has to see each choice that llama.cpp makes: then the logprobs are those of what it chose from.
  const pick = request.logprobs && grammar === undefined ? createPicker(sampling) : undefined;
  const most = Math.min(options.numPredict, options.numCtx - prompt.length);
  const made: Token[] = [];
  let firstAt: number | undefined;
  let logprobs: Logprob[] = [];
  const pieces = createPieces(model, prompt);
  const flow = createTextFlow(options.stop, (content) => {
    emit({ ...NOTHING, content, logprobs });
    logprobs = [];
  });
  const ended = (outcome: Said['outcome']): Said => {
    flow.flush();
    return { outcome, made, begunAt, firstAt: firstAt ?? performance.now() };
  };

  // The last token is read again even when all of the prompt is known.
  await sequence.adaptStateToTokens(prompt.slice(0, -1), false);
  const tokens = sequence.evaluateWithMetadata(
    prompt.slice(sequence.nextTokenIndex),
    request.logprobs ? { probabilities: true } : {},
    {
      ...(pick === undefined ? evaluateOptions(sampling, () => [...prompt, ...made]) : UNTOUCHED),
      ...(grammar !== undefined && { grammarEvaluationState: grammar }),
      yieldEogToken: true,
    },
  );
  try {
    let chosen: Token | undefined;
    for (;;) {
      const next = await tokens.next(chosen);
      signal.throwIfAborted();
      firstAt ??= performance.now();
      if (next.done) return ended('stop');
      const likely = probabilitiesOf(next.value);
      chosen = pick === undefined || likely === undefined ? next.value.token : pick(likely, [...prompt, ...made]);
      if (model.isEogToken(chosen)) {
        const rest = pieces.rest();
        return ended((rest === '' ? undefined : flow.add(rest)) ?? 'stop');
      }
      made.push(chosen);
      activity.generatedTokens += 1;
      if (likely !== undefined) logprobs.push(logprobOf(model, chosen, likely, request.topLogprobs));
      const text = pieces.add(chosen);
      const over = text === '' ? undefined : flow.add(text);
      if (over !== undefined) return ended(over);
      if (made.length >= most) return ended('length');
      const dueAt = firstAt + (made.length * 1000) / tokensPerSecond;
      if (dueAt > performance.now()) await setTimeout(dueAt - performance.now(), undefined, { signal });
    }
  } finally {
    await tokens.return();
  }
}

function probabilitiesOf(made: object): ReadonlyMap<Token, number> | undefined {
  return 'probabilities' in made && made.probabilities instanceof Map ? made.probabilities : undefined;
}

async function grammarOf(
  { binding, llama }: Pick<Engine, 'binding' | 'llama'>,
  model: Pool['model'],
  format: string | undefined,
): Promise<LlamaGrammarEvaluationState | undefined> {
  if (format === undefined) return undefined;
  try {
    const grammar =
      format === '"json"'
        ? await llama.getGrammarFor('json')
        : await llama.createGrammarForJsonSchema(JSON.parse(format));
    return new binding.LlamaGrammarEvaluationState({ model, grammar });
  } catch {
    throw new Refusal(500, 'invalid JSON schema in format', 'stream');
  }
}

/** Natural logarithms of the model's own probabilities, before temperature and filters. */
function logprobOf(model: Pool['model'], token: Token, likely: ReadonlyMap<Token, number>, others: number): Logprob {
  const entry = (item: Token, p: number) => {
    const text = model.detokenize([item], true);
    return { token: text, logprob: Math.log(Math.max(p, Number.MIN_VALUE)), bytes: [...Buffer.from(text)] };
  };
  const own = entry(token, likely.get(token) ?? 0);
  if (others === 0) return own;
  return { ...own, top_logprobs: [...likely].slice(0, others).map(([item, p]) => entry(item, p)) };
}
