/** A run from its beginning to its end: the pair, the warm start, the generator, what was measured. */
import { startFleet } from './drive/fleet.ts';
import { asksOf, type Plan, requestsOf } from './drive/plan.ts';
import { warmUp } from './drive/warm-up.ts';
import { startLocalPair } from './local/pair.ts';
import { descriptorsLeft, memoryGrowth } from './measure/growth.ts';
import { type Process, type Watched, watch } from './measure/processes.ts';
import { type Tally, tally } from './measure/tally.ts';
import type { Options } from './options.ts';
import { progress } from './report/progress.ts';
import { type Summary, summarize } from './report/summary.ts';
import { workload } from './workload/workloads.ts';

/** The simulated model's slot; all slots together make some two times as much. */
const TINYLLAMA = { tokensPerSecond: 18, prefillTokensPerSecond: 90 };
const ALL_SLOTS = 2.2;
/** While a cache is warmed nobody waits for the model: it is only the way to the state in which the run begins. */
const INSTANT = { tokensPerSecond: 1e5, totalTokensPerSecond: 1e6, prefillTokensPerSecond: 1e7, loadMs: 1 };
/** What is stored after an answer, and connections that close, need a moment. */
const SETTLE_MS = 1_000;

export interface Result {
  readonly plan: Plan;
  readonly about: string;
  readonly summary: Summary;
  readonly tally: Tally;
  readonly watched: readonly Watched[];
  /** Connections that the generator had open at most. */
  readonly connections: number;
  /** Lines that say under which conditions it ran. */
  readonly conditions: readonly string[];
}

/** @param stopped what is under way is finished, and the result is of what there was */
export async function run(options: Options, stopped: AbortSignal, say: (line: string) => void): Promise<Result> {
  const pair =
    options.url === undefined ? await startLocalPair({ tenants: options.tenants, models: options.models }) : undefined;
  const fleet = await startFleet(options.workers);
  try {
    const plan = planOf(options, pair?.url ?? (options.url as string), pair?.apiKeys ?? options['api-key']);
    const about = workload(plan.workload, plan.shape);
    const counted = tally();
    const speed = speedOf(options['tokens-per-second'] ?? TINYLLAMA.tokensPerSecond);
    const conditions = [
      pair === undefined
        ? `asked  ${plan.url} (${plan.dialect})`
        : `asked  a local pair on the bare runtime; simulated Ollama with ${speed.tokensPerSecond} tokens/s a slot, ${speed.totalTokensPerSecond.toFixed(0)} in all, prompts ${speed.prefillTokensPerSecond.toFixed(0)} tokens/s`,
      `load   ${describe(plan)}`,
      `what   ${about.name}: ${about.about}; Zipf ${plan.shape.exponent}, ${plan.shape.streaming * 100} % streaming, seed ${plan.shape.seed}`,
    ];
    for (const line of conditions) say(line);

    const before = options.start === 'cold' ? [] : about.known;
    const foreseen = options.start === 'hot' ? asksOf(plan, about) : [];
    if (before.length + foreseen.length > 0) {
      await pair?.model.control(INSTANT);
      for (const asks of [before, foreseen]) await warmUp(plan, asks, (sample) => counted.learn(sample), stopped);
      await pause(SETTLE_MS);
      const too = foreseen.length === 0 ? '' : `, then each of the ${foreseen.length} different requests of this run`;
      conditions.push(`start  ${options.start}: each of ${before.length} known questions was asked once before${too}`);
    } else conditions.push('start  cold: nothing was asked before');
    say(conditions.at(-1) as string);
    await pair?.model.control(speed);

    const modelBefore = await pair?.model.stats();
    const processes: readonly Process[] = pair?.processes ?? [];
    const watching = watch(processes);
    const bar = progress(counted, requestsOf(plan));
    const stop = () => fleet.stop();
    stopped.addEventListener('abort', stop);
    if (stopped.aborted) stop();
    const { busy, connections } = await fleet
      .run(plan, (samples) => {
        for (const sample of samples) counted.add(sample);
      })
      .finally(() => bar.stop());
    const modelAfter = await pair?.model.stats();
    await pause(SETTLE_MS);
    const watched = watching.stop();
    const summary = summarize(counted, {
      users: plan.users,
      busy,
      origin:
        modelBefore === undefined || modelAfter === undefined
          ? undefined
          : {
              tokens: modelAfter.generatedTokens - modelBefore.generatedTokens,
              generations: modelAfter.started - modelBefore.started,
            },
      // The simulation is not what is proved.
      memoryGrowth: memoryGrowth(watched.filter(({ name }) => !name.startsWith('simulated'))),
      descriptorsLeft: descriptorsLeft(watched),
    });
    return { plan, about: about.about, summary, tally: counted, watched, connections, conditions };
  } finally {
    fleet.close();
    await pair?.close();
  }
}

function planOf(options: Options, url: string, apiKeys: readonly string[]): Plan {
  const { users, rate, duration, requests, arrivals, think, ramp } = options;
  return {
    url,
    apiKeys,
    dialect: options.dialect,
    timeoutMs: options.timeout * 1000,
    workload: options.workload,
    users,
    shape: {
      seed: options.seed,
      exponent: options.zipf,
      streaming: options.streaming,
      tenants: options.tenants,
      models: options.models,
    },
    loop:
      rate === undefined
        ? { kind: 'closed', requests, thinkMs: think * 1000, rampMs: (ramp ?? users / 20) * 1000 }
        : {
            kind: 'open',
            rate,
            arrivals,
            requests: duration === undefined ? users * requests : Math.max(1, Math.round(rate * duration)),
          },
  };
}

function describe(plan: Plan): string {
  const { loop, users, shape } = plan;
  const of = `${shape.tenants} tenant${shape.tenants === 1 ? '' : 's'}, ${shape.models.join(', ')}`;
  return loop.kind === 'closed'
    ? `closed loop: ${users} people, ${loop.requests} requests each, pauses of ${loop.thinkMs / 1000} s on average, arriving over ${loop.rampMs / 1000} s; ${of}`
    : `open loop: ${loop.requests} requests of ${users} people at ${loop.rate} a second (${loop.arrivals}); ${of}`;
}

function speedOf(tokensPerSecond: number) {
  const faster = tokensPerSecond / TINYLLAMA.tokensPerSecond;
  return {
    tokensPerSecond,
    totalTokensPerSecond: tokensPerSecond * ALL_SLOTS,
    prefillTokensPerSecond: TINYLLAMA.prefillTokensPerSecond * faster,
    loadMs: 1_500 / faster,
  };
}

const pause = (ms: number) => new Promise((resume) => setTimeout(resume, ms));
