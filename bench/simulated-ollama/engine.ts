/**
 * The simulated engine: slots, loads and token rates as Ollama has them. Requests past the slots wait on an unbounded
 * semaphore; an idle slot with the best common prefix is chosen; a model that is not in memory is loaded first.
 *
 * One tick serves all slots: a thousand open streams cost one timer.
 */
import { EventEmitter } from 'node:events';
import type { Script } from './words.ts';

export interface EngineOptions {
  /** OLLAMA_NUM_PARALLEL of each model. */
  readonly slots: number;
  readonly maxLoadedModels: number;
  readonly loadMs: number;
  /** Tokens a second of one slot alone; busy slots share `totalTokensPerSecond`. */
  readonly tokensPerSecond: number;
  readonly totalTokensPerSecond: number;
  readonly prefillTokensPerSecond: number;
}

/** About what TinyLlama (Q4) does on two cores. */
export const TINYLLAMA: EngineOptions = {
  slots: 4,
  maxLoadedModels: 2,
  loadMs: 1_500,
  tokensPerSecond: 18,
  totalTokensPerSecond: 40,
  prefillTokensPerSecond: 250,
};

export interface Counters {
  started: number;
  finished: number;
  cancelled: number;
  inFlight: number;
  maxInFlight: number;
  promptTokens: number;
  reusedPromptTokens: number;
  generatedTokens: number;
  loads: number;
}

/** What a generation tells as it goes. */
export interface Progress {
  token(index: number): void;
  done(timing: { loadNs: number; promptNs: number; evalNs: number }): void;
}

interface Slot {
  prefix: string;
  lastUsed: number;
  run: Run | undefined;
}

interface Run {
  readonly script: Script;
  readonly tokens: number;
  readonly progress: Progress;
  prefillLeft: number;
  emitted: number;
  credit: number;
  loadNs: number;
  startedAt: number;
  firstAt: number;
}

interface Model {
  readonly name: string;
  numCtx: number;
  readonly slots: Slot[];
  readonly waiting: { readonly start: () => void; readonly cancelled: () => boolean }[];
  loading: Promise<void> | undefined;
  lastUsed: number;
  expiresAt: number;
}

const TICK_MS = 10;

export function createEngine(options: EngineOptions) {
  let settings = options;
  const models = new Map<string, Model>();
  const events = new EventEmitter();
  const counters: Counters = {
    started: 0,
    finished: 0,
    cancelled: 0,
    inFlight: 0,
    maxInFlight: 0,
    promptTokens: 0,
    reusedPromptTokens: 0,
    generatedTokens: 0,
    loads: 0,
  };
  let timer: NodeJS.Timeout | undefined;
  let lastTick = performance.now();

  function tick(): void {
    const now = performance.now();
    const seconds = (now - lastTick) / 1000;
    lastTick = now;
    const runs = [...models.values()]
      .flatMap((model) => model.slots.map((slot) => [model, slot] as const))
      .filter(([, slot]) => slot.run);
    if (runs.length === 0) {
      clearInterval(timer);
      timer = undefined;
      return;
    }
    const rate = Math.min(settings.tokensPerSecond, settings.totalTokensPerSecond / runs.length);
    for (const [model, slot] of runs) advance(model, slot, slot.run as Run, seconds, rate, now);
  }

  function advance(model: Model, slot: Slot, run: Run, seconds: number, rate: number, now: number): void {
    if (run.prefillLeft > 0) {
      run.prefillLeft -= settings.prefillTokensPerSecond * seconds;
      if (run.prefillLeft > 0) return;
    }
    run.credit += rate * seconds;
    while (run.credit >= 1 && run.emitted < run.tokens) {
      run.credit -= 1;
      if (run.emitted === 0) run.firstAt = now;
      counters.generatedTokens += 1;
      run.progress.token(run.emitted++);
    }
    if (run.emitted < run.tokens) return;
    const ns = (ms: number) => Math.max(1, Math.round(ms * 1e6));
    release(model, slot);
    counters.finished += 1;
    run.progress.done({
      loadNs: ns(run.loadNs),
      promptNs: ns((run.firstAt || now) - run.startedAt),
      evalNs: ns(now - (run.firstAt || now)),
    });
  }

  function release(model: Model, slot: Slot): void {
    slot.run = undefined;
    slot.lastUsed = performance.now();
    counters.inFlight -= 1;
    let next = model.waiting.shift();
    while (next?.cancelled()) next = model.waiting.shift();
    next?.start();
  }

  function load(name: string, numCtx: number, signal: AbortSignal): Promise<void> {
    const present = models.get(name);
    if (present !== undefined && present.numCtx === numCtx) return present.loading ?? Promise.resolve();
    if (present !== undefined) models.delete(name);
    const idle = [...models.values()].filter((model) => model.slots.every((slot) => slot.run === undefined));
    idle.sort((a, b) => a.lastUsed - b.lastUsed);
    while (models.size >= settings.maxLoadedModels && idle.length > 0) models.delete(idle.shift()?.name ?? '');
    const model: Model = {
      name,
      numCtx,
      waiting: [],
      lastUsed: performance.now(),
      expiresAt: Date.now() + 300_000,
      slots: Array.from({ length: settings.slots }, () => ({ prefix: '', lastUsed: 0, run: undefined })),
      loading: undefined,
    };
    models.set(name, model);
    counters.loads += 1;
    model.loading = new Promise<void>((resolve, reject) => {
      const done = setTimeout(() => {
        model.loading = undefined;
        resolve();
      }, settings.loadMs);
      // As in Ollama: who leaves while a model loads takes the load with it.
      signal.addEventListener(
        'abort',
        () => {
          if (model.loading === undefined) return;
          clearTimeout(done);
          models.delete(name);
          reject(new Error('load cancelled'));
        },
        { once: true },
      );
    });
    model.loading.catch(() => {});
    return model.loading;
  }

  function commonPrefix(a: string, b: string): number {
    let at = 0;
    while (at < a.length && a[at] === b[at]) at += 1;
    return at;
  }

  function choose(model: Model, script: Script): Slot | undefined {
    const idle = model.slots.filter((slot) => slot.run === undefined);
    const best = idle
      .map((slot) => ({ slot, shared: commonPrefix(slot.prefix, script.prefix) }))
      .sort((a, b) => b.shared - a.shared)[0];
    if (best === undefined) return undefined;
    if (best.shared > script.prefix.length / 10) return best.slot;
    return idle.sort((a, b) => a.lastUsed - b.lastUsed)[0];
  }

  return {
    counters,
    events,
    get loaded() {
      return [...models.values()].filter((model) => model.loading === undefined);
    },
    change(over: Partial<EngineOptions>) {
      settings = { ...settings, ...over };
    },
    unload(name: string) {
      models.delete(name);
    },
    keepAlive(name: string, ms: number) {
      const model = models.get(name);
      if (model !== undefined) model.expiresAt = Date.now() + ms;
    },
    load,
    /** Runs a script on a slot; rejects when the signal aborts before it ends. */
    async run(
      name: string,
      numCtx: number,
      script: Script,
      tokens: number,
      progress: Progress,
      signal: AbortSignal,
    ): Promise<void> {
      const askedAt = performance.now();
      await load(name, numCtx, signal);
      const loadMs = performance.now() - askedAt;
      const model = models.get(name);
      if (model === undefined) throw new Error('model runner has unexpectedly stopped');
      model.lastUsed = performance.now();
      let slot = choose(model, script);
      while (slot === undefined) {
        await new Promise<void>((resolve) => model.waiting.push({ start: resolve, cancelled: () => signal.aborted }));
        slot = choose(model, script);
      }
      if (signal.aborted) {
        model.waiting.shift()?.start();
        throw new Error('cancelled');
      }
      const chosen = slot;
      const shared = Math.floor(commonPrefix(chosen.prefix, script.prefix) / 4);
      counters.started += 1;
      counters.inFlight += 1;
      counters.maxInFlight = Math.max(counters.maxInFlight, counters.inFlight);
      counters.promptTokens += script.promptTokens;
      counters.reusedPromptTokens += Math.min(shared, script.promptTokens);
      chosen.prefix = script.prefix;
      await new Promise<void>((resolve, reject) => {
        chosen.run = {
          script,
          tokens,
          emitted: 0,
          credit: 0,
          loadNs: loadMs,
          startedAt: performance.now(),
          firstAt: 0,
          prefillLeft: Math.max(1, script.promptTokens - shared),
          progress: {
            token: (index) => progress.token(index),
            done(timing) {
              progress.done(timing);
              resolve();
            },
          },
        };
        if (timer === undefined) {
          lastTick = performance.now();
          timer = setInterval(tick, TICK_MS);
        }
        signal.addEventListener(
          'abort',
          () => {
            if (chosen.run?.script !== script) return;
            counters.cancelled += 1;
            release(model, chosen);
            reject(new Error('cancelled'));
          },
          { once: true },
        );
      });
    },
    close() {
      clearInterval(timer);
      models.clear();
    },
  };
}

export type Engine = ReturnType<typeof createEngine>;
