/**
 * The keeper looks after what is in memory: it watches what each lane says it holds, loads the configured models at start and
 * after a restart, and renews their stay before Ollama lets them go.
 */
import { canonicalModel } from '../../../src/exchange/prompt.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Lane, Use } from './lane.ts';

const WATCH_MS = 2_000;
/** Below Ollama's own five minutes, which any request through /v1 sets the clock back to. */
const RENEW_MS = 240_000;
/** A model that does not load is not tried again before this. */
const RETRY_MS = 30_000;

export interface Keeper {
  /** Resolves when every configured model has been loaded, or could not be, on every lane. */
  readonly warmed: Promise<void>;
  close(): void;
}

/** @param useOf an embedding model is loaded through another route than the others */
export function startKeeper(
  dispatcher: Dispatcher,
  models: readonly string[],
  useOf: (lane: Lane, model: string) => Promise<Use>,
  now: () => number = () => performance.now(),
): Keeper {
  const warm = models.map(canonicalModel);
  /** When each model's stay was last renewed (or tried to), by lane. */
  const renewed = new Map<Lane, Map<string, number>>(dispatcher.lanes.map((lane) => [lane, new Map()]));
  let closed = false;

  async function watch(lane: Lane): Promise<void> {
    const resident = await lane.ps();
    if (closed) return;
    if (resident === undefined) return dispatcher.doubt(lane);
    lane.resident = resident;
    const names = resident.map(({ model }) => model);
    dispatcher.observed(lane, names);
    for (const model of warm) {
      const last = renewed.get(lane)?.get(model) ?? Number.NEGATIVE_INFINITY;
      const held = names.includes(model);
      const due = now() - last >= (held ? RENEW_MS : RETRY_MS);
      // What demand has pushed out is not pushed back in while there is demand.
      if (due && (held || isIdle(lane, names.length))) await load(lane, model);
    }
  }

  function isIdle(lane: Lane, held: number): boolean {
    const view = dispatcher.scheduler.lanes.find(({ name }) => name === lane.name);
    if (view === undefined || view.state.kind !== 'up' || view.loading !== undefined) return false;
    return dispatcher.scheduler.waiting === 0 && (lane.running === 0 || held < view.capacity);
  }

  async function load(lane: Lane, model: string): Promise<void> {
    renewed.get(lane)?.set(model, now());
    const ok = await lane.load(model, await useOf(lane, model));
    if (!ok || closed) return;
    lane.resident = (await lane.ps()) ?? lane.resident;
    dispatcher.observed(
      lane,
      lane.resident.map((each) => each.model),
    );
  }

  const busy = new Set<Lane>();
  function watchAll(): Promise<unknown> {
    const rounds = dispatcher.lanes.map(async (lane) => {
      if (busy.has(lane)) return;
      busy.add(lane);
      await watch(lane).finally(() => busy.delete(lane));
    });
    return Promise.allSettled(rounds);
  }
  const warmed = watchAll().then(() => undefined);
  const timer = setInterval(() => void watchAll(), WATCH_MS);

  return {
    warmed,
    close() {
      closed = true;
      clearInterval(timer);
    },
  };
}

/** What a model is for, from its own description. */
export async function useOfModel(lane: Lane, model: string): Promise<Use> {
  try {
    const response = await lane.ollama.request(
      'POST',
      '/api/show',
      JSON.stringify({ model }),
      AbortSignal.timeout(5_000),
    );
    const { capabilities } = JSON.parse(await response.body.text()) as { capabilities?: readonly string[] };
    return capabilities?.includes('embedding') && !capabilities.includes('completion') ? 'embed' : 'generate';
  } catch {
    return 'generate';
  }
}
