/**
 * The prefetcher: after a session's answer it asks the probable next prompts ahead, while the origin has nothing better to do. It
 * listens to the events of the sidecar; no request knows of it, and real work ends what it has begun.
 */
import { ollamaChat } from '../../../src/dialects/ollama-chat.ts';
import { ollamaGenerate } from '../../../src/dialects/ollama-generate.ts';
import type { Answer } from '../../../src/exchange/answer.ts';
import { canonicalJson } from '../../../src/exchange/json.ts';
import { orderKept } from '../../../src/exchange/key.ts';
import type { Prompt } from '../../../src/exchange/prompt.ts';
import type { Observe } from '../observe.ts';
import type { Origin } from '../origin.ts';
import { type AheadFlight, askAhead } from '../serve/ahead.ts';
import { type Asked, nativeForm } from '../serve/asked.ts';
import type { Terms } from '../serve/terms.ts';
import { breakEven, expectedGain, takeBest } from './gain.ts';
import { createLedger, type PredictStats } from './ledger.ts';
import type { Predictor } from './predictor.ts';
import { scopeOf } from './scope.ts';
import { nextPrompt } from './shape.ts';

export interface Prefetcher {
  readonly observe: Observe;
  stats(): PredictReport;
  close(): void;
}

export interface PredictReport extends PredictStats {
  readonly sessions: number;
  readonly contexts: number;
  readonly symbols: number;
  readonly waiting: number;
  readonly running: number;
}

/** A prompt that would be worth asking. */
interface Candidate {
  readonly prompt: Prompt;
  readonly terms: Terms;
  /** Milliseconds; see `gain.ts`. */
  readonly gain: number;
  /** When it was thought of, ms since the epoch. */
  readonly at: number;
}

/** Guesses for one answer. */
const MOST_GUESSES = 3;
const MOST_WAITING = 32;
/** Answers that are waited for. */
const MOST_PENDING = 1_000;
/** How long it may take a person to ask what was prefetched. */
const PATIENCE_MS = 1_800_000;
const TICK_MS = 100;
const SWEEP_MS = 10_000;
/** Of a generation, before any was seen. */
const FIRST_GUESS_MS = 5_000;
const SMOOTHING = 0.1;

/** @param origin asked for when it is there: what observes is made before what is observed */
export function createPrefetcher(predictor: Predictor, origin: () => Origin): Prefetcher {
  const ledger = createLedger(PATIENCE_MS);
  const running = new Map<string, AheadFlight>();
  /** Sessions that wait for the answer of a key. */
  const pending = new Map<string, Set<{ readonly terms: Terms; readonly prompt: Prompt }>>();
  let waiting: Candidate[] = [];
  let launching = 0;
  let generationMs = FIRST_GUESS_MS;
  let closed = false;

  const scopeFor = ({ tenant, namespace }: Terms, model: string) => scopeOf(tenant, namespace, model);

  /** Nothing waits or runs but what was asked ahead: beside others everyone is slower. */
  function isIdle(): boolean {
    const { scheduler, lanes } = origin().dispatcher;
    return scheduler.waiting + lanes.reduce((sum, lane) => sum + lane.running, 0) <= running.size;
  }

  function asked(
    asked: Asked,
    terms: Terms,
    by: 'disk' | 'flight' | 'lane' | 'edge',
    answer: Answer | undefined,
  ): void {
    if (terms.priority !== 'interactive') return;
    if (by === 'lane') giveWay(terms.key);
    const { reading, model } = asked;
    if (!terms.prefetch || terms.session === undefined || terms.key === undefined || terms.ownKey) return;
    if (reading.kind !== 'prompt' || !terms.store) return;
    const { prompt } = reading;
    // It has gone on: what it might have asked instead is out of date.
    waiting = waiting.filter((candidate) => !sameSession(candidate.terms, terms));
    const follows = predictor.visited({
      scope: scopeFor(terms, model),
      session: terms.session,
      prompt,
      at: Date.now(),
    });
    const ahead = ledger.asked(terms.key);
    if (follows && by === 'lane' && !ahead) ledger.missed();
    if (answer !== undefined) think(terms, prompt, answer);
    if (answer !== undefined || by === 'edge') return;
    const sessions = pending.get(terms.key) ?? new Set();
    sessions.add({ terms, prompt });
    pending.set(terms.key, sessions);
    // A generation that fails tells nobody.
    if (pending.size > MOST_PENDING) pending.delete(pending.keys().next().value as string);
  }

  /** What this session may ask next, now that the answer is there. */
  function think(terms: Terms, prompt: Prompt, answer: Answer): void {
    const { PREFETCH_WASTE: waste } = origin().config;
    const scope = scopeFor(terms, prompt.model);
    const now = Date.now();
    predictor.answered(scope, terms.session ?? '', answer);
    const least = breakEven(waste);
    for (const { question, form, probability } of predictor
      .guesses(scope, terms.session ?? '', now)
      .slice(0, MOST_GUESSES)) {
      if (probability <= least) break;
      const next = nextPrompt(prompt, answer, form, question);
      const gain = expectedGain(probability, generationMs, waste);
      if (next !== undefined) waiting.push({ prompt: next, terms, gain, at: now });
    }
    waiting.sort((a, b) => b.gain - a.gain);
    waiting.splice(MOST_WAITING);
  }

  function pump(): void {
    if (closed || running.size + launching >= origin().config.PREFETCH_SLOTS || !isIdle()) return;
    const next = takeBest(waiting, Date.now());
    if (next === undefined) return;
    launching += 1;
    // Whether it is still idle is known again when this one has begun.
    void prefetch(next).finally(() => {
      launching -= 1;
    });
  }

  async function prefetch({ prompt, terms }: Candidate): Promise<void> {
    const { dialect, body } = nativeForm(prompt, prompt.model);
    const reading = dialect.read(body);
    // Only what is read as the very prompt leads to its key.
    if (reading.kind !== 'prompt' || !samePrompt(reading.prompt, prompt)) return;
    const { tenant, namespace, tags, ttl } = terms;
    const flight = await askAhead(origin(), { dialect, body, tenant, namespace, tags, ttl, priority: 'prefetch' });
    if (flight === undefined) return;
    const { key } = flight;
    running.set(key, flight);
    ledger.begun(key);
    const startedAt = Date.now();
    void flight.landed.then((well) => {
      running.delete(key);
      const tokens = tokensOf(flight);
      const end = well ? 'completed' : flight.cancelled() ? 'cancelled' : 'failed';
      ledger.ended(key, end, tokens, Date.now() - startedAt);
      origin().observe({ kind: 'prefetched', end, tokens });
    });
  }

  /** Real work has come: what nobody has asked for by now ends. */
  function giveWay(key: string | undefined): void {
    for (const [name, flight] of running) if (name !== key) flight.cancel();
  }

  const timers = [
    setInterval(() => {
      // Work of every kind counts, embeddings and warm-ups too.
      if (running.size > 0 && !isIdle()) giveWay(undefined);
      else if (waiting.length > 0) pump();
    }, TICK_MS),
    setInterval(() => {
      predictor.sweep(Date.now());
      ledger.sweep(Date.now());
    }, SWEEP_MS),
  ];
  for (const timer of timers) timer.unref();

  return {
    observe(event) {
      if (event.kind === 'asked') asked(event.asked, event.terms, event.by, event.answer);
      if (event.kind !== 'generated') return;
      const { key } = event.terms;
      const { collected, totalMs } = event.generated;
      generationMs += SMOOTHING * (totalMs - generationMs);
      const sessions = key === undefined ? undefined : pending.get(key);
      if (key === undefined || sessions === undefined) return;
      pending.delete(key);
      if (collected.kind === 'complete')
        for (const { terms, prompt } of sessions) think(terms, prompt, collected.answer);
    },
    stats: () => ({
      ...ledger.stats(),
      ...predictor.stats(),
      waiting: waiting.length + launching,
      running: running.size,
    }),
    close() {
      closed = true;
      for (const timer of timers) clearInterval(timer);
      for (const flight of running.values()) flight.cancel();
    },
  };
}

function sameSession(one: Terms, other: Terms): boolean {
  return one.session === other.session && one.tenant === other.tenant && one.namespace === other.namespace;
}

function samePrompt(one: Prompt, other: Prompt): boolean {
  return canonicalJson(orderKept(one)) === canonicalJson(orderKept(other));
}

/** What it wrote, estimated by its pieces where it was cut: one a token, as Ollama streams. */
function tokensOf({ flight }: AheadFlight): number {
  const dialect = flight.wire.path === ollamaGenerate.path ? ollamaGenerate : ollamaChat;
  let tokens = 0;
  for (const delta of dialect.decoder(true).push(flight.body().toString('utf8'))) {
    if (delta.kind === 'done') return delta.usage?.completionTokens ?? tokens;
    tokens += 1;
  }
  return tokens;
}
