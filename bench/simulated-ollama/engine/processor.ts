/** The processor: reads prompts and makes tokens for all busy slots, which share its rates. */
import { turn, type Waiting, wakeNext } from '../../../origin/ollama-api/waiting.ts';
import type { Settings } from '../settings.ts';
import type { Counters } from '../stats.ts';
import { createClock } from './clock.ts';
import { chooseSlot, type Job, type Run, type Slot, type Timing } from './slots.ts';

/** What waits for a slot, and the slots. */
export interface Pool {
  readonly slots: readonly Slot[];
  readonly waiting: Waiting;
}

export interface Processor {
  /** Runs a job on a slot of the pool as soon as one is idle; rejects with the signal's reason. */
  run(pool: Pool, job: Job, signal: AbortSignal): Promise<Timing>;
  stop(): void;
}

export function createProcessor(settings: () => Settings, counters: Counters): Processor {
  const busy = new Map<Slot, Pool>();
  const clock = createClock(() => settings().tickMs, tick);

  function tick(seconds: number): void {
    const runs = [...busy.keys()].map((slot) => slot.run).filter((run) => run !== undefined);
    const reading = runs.filter(({ prefillLeft }) => prefillLeft > 0);
    const readers = { words: reading.filter(({ job }) => !job.embedding).length, vectors: 0 };
    readers.vectors = reading.length - readers.words;
    const { tokensPerSecond, totalTokensPerSecond, prefillTokensPerSecond, embedTokensPerSecond } = settings();
    const rate = Math.min(tokensPerSecond, totalTokensPerSecond / Math.max(1, runs.length - reading.length));
    for (const slot of [...busy.keys()]) {
      const { run } = slot;
      if (run === undefined) continue;
      if (run.prefillLeft > 0) {
        const share = run.job.embedding
          ? embedTokensPerSecond / readers.vectors
          : prefillTokensPerSecond / readers.words;
        read(run, share * seconds);
      } else run.credit += rate * seconds;
      if (run.prefillLeft <= 0) make(slot, run);
    }
    if (busy.size === 0) clock.stop();
  }

  function read(run: Run, tokens: number): void {
    run.prefillLeft -= tokens;
    // The prompt's end yields the first token at once.
    if (run.prefillLeft <= 0) run.credit += 1;
  }

  function make(slot: Slot, run: Run): void {
    run.firstAt ??= performance.now();
    let over = false;
    while (run.credit >= 1 && !over) {
      run.credit -= 1;
      const made = run.job.step();
      // What a token sets off may end the run.
      if (slot.run !== run) return;
      if (made) run.made += 1;
      if (made && !run.job.embedding) counters.generatedTokens += 1;
      over = !made || run.job.ended();
    }
    if (over) finish(slot, run);
  }

  function finish(slot: Slot, run: Run): void {
    const now = performance.now();
    const firstAt = run.firstAt ?? now;
    release(slot, run);
    // The first token belongs to the prompt: a single one takes no time of its own.
    run.end({ promptMs: firstAt - run.since, evalMs: run.made > 1 ? Math.max(0.001, now - firstAt) : 0 });
  }

  function release(slot: Slot, run: Run): void {
    const pool = busy.get(slot);
    busy.delete(slot);
    slot.known = run.job.known();
    slot.run = undefined;
    slot.idleSince = performance.now();
    if (!run.job.embedding) counters.busySlots -= 1;
    if (pool !== undefined) wakeNext(pool.waiting);
  }

  return {
    async run(pool, job, signal) {
      signal.throwIfAborted();
      let chosen = chooseSlot(pool.slots, job.prompt);
      while (chosen === undefined) {
        await turn(pool.waiting, signal).catch((error: unknown) => {
          if (!job.embedding) counters.abandoned += 1;
          throw error;
        });
        chosen = chooseSlot(pool.slots, job.prompt);
      }
      const { slot, shared } = chosen;
      // The prompt's last token is read again even when all of it is known.
      const reused = Math.min(job.promptTokens - 1, Math.floor((job.promptTokens * shared) / (job.prompt.length || 1)));
      if (!job.embedding) {
        counters.started += 1;
        counters.busySlots += 1;
        counters.maxBusySlots = Math.max(counters.maxBusySlots, counters.busySlots);
        counters.promptTokens += job.promptTokens;
        counters.reusedPromptTokens += reused;
        counters.prefilledTokens += job.promptTokens - reused;
      }
      return await new Promise<Timing>((resolve, reject) => {
        const cancel = () => {
          if (slot.run !== run) return;
          if (!job.embedding) counters.cancelled += 1;
          release(slot, run);
          run.end('cancelled');
        };
        const run: Run = {
          job,
          reused,
          since: performance.now(),
          prefillLeft: job.promptTokens - reused,
          credit: 0,
          firstAt: undefined,
          made: 0,
          end(outcome) {
            signal.removeEventListener('abort', cancel);
            if (outcome === 'cancelled') return reject(signal.reason);
            if (!job.embedding) counters.finished += 1;
            resolve(outcome);
          },
        };
        slot.run = run;
        busy.set(slot, pool);
        signal.addEventListener('abort', cancel, { once: true });
        clock.start();
      });
    },
    stop: () => clock.stop(),
  };
}
