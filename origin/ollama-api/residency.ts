/**
 * Which models are in memory. Requests are scheduled one after another: one that needs another context length or placement waits until the
 * model is idle and loads it anew; one that finds no room waits for the least recently used model; who leaves during the load that he began
 * takes the load with him.
 */
import type { LoadedModel } from './backend.ts';

/** What loading makes and unloading frees. */
export interface Loader<P> {
  /** Rejects with the signal's reason when it aborts before the end. */
  load(wanted: Wanted, signal: AbortSignal): Promise<P>;
  /** Called once nobody uses it any more. */
  unload(pool: P): void;
}

export interface Limits {
  /** OLLAMA_MAX_LOADED_MODELS. */
  readonly maxLoadedModels: number;
  /** OLLAMA_KEEP_ALIVE in milliseconds; below zero is for ever. */
  readonly keepAliveMs: number;
}

export interface Lease<P> {
  readonly pool: P;
  /** Milliseconds that scheduling and loading took. */
  readonly loadMs: number;
  release(): void;
}

export interface Wanted {
  readonly name: string;
  readonly numCtx: number;
  /** What else decides whether a loaded model can be used. */
  readonly placement: string;
  /** Undefined is the server's default; below zero is for ever. */
  readonly keepAliveMs: number | undefined;
}

interface Runner<P> {
  readonly name: string;
  readonly numCtx: number;
  readonly placement: string;
  /** Undefined until it is loaded. */
  pool: P | undefined;
  loading: Promise<void> | undefined;
  users: number;
  lastUsed: number;
  keepAliveMs: number;
  expiresAt: number;
  timer: NodeJS.Timeout | undefined;
  readonly whenIdle: Set<() => void>;
}

export interface Residency<P> {
  /** Rejects with the signal's reason when it aborts before the model is loaded. */
  acquire(wanted: Wanted, signal: AbortSignal): Promise<Lease<P>>;
  /** At once, or as soon as it is idle. */
  unload(name: string): void;
  loaded(): readonly LoadedModel[];
  close(): void;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createResidency<P>({ load, unload }: Loader<P>, limits: () => Limits): Residency<P> {
  const runners = new Map<string, Runner<P>>();
  let last: Promise<void> = Promise.resolve();

  function begin(wanted: Wanted, signal: AbortSignal): Runner<P> {
    const { name, numCtx, placement } = wanted;
    const runner: Runner<P> = {
      name,
      numCtx,
      placement,
      pool: undefined,
      loading: undefined,
      users: 0,
      lastUsed: performance.now(),
      keepAliveMs: limits().keepAliveMs,
      expiresAt: Number.POSITIVE_INFINITY,
      timer: undefined,
      whenIdle: new Set(),
    };
    runner.loading = load(wanted, signal).then(
      (pool) => {
        runner.loading = undefined;
        // Closed meanwhile.
        if (runners.get(name) === runner) runner.pool = pool;
        else unload(pool);
      },
      (error: unknown) => {
        if (runners.get(name) === runner) runners.delete(name);
        throw error;
      },
    );
    runner.loading.catch(() => {});
    runners.set(name, runner);
    return runner;
  }

  function remove(runner: Runner<P>): void {
    clearTimeout(runner.timer);
    if (runners.get(runner.name) !== runner) return;
    runners.delete(runner.name);
    if (runner.pool !== undefined) unload(runner.pool);
  }

  function idle(runner: Runner<P>, signal: AbortSignal): Promise<void> {
    if (runner.users === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const leave = () => {
        runner.whenIdle.delete(go);
        reject(signal.reason);
      };
      const go = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      runner.whenIdle.add(go);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  async function makeRoom(signal: AbortSignal): Promise<void> {
    while (runners.size >= Math.max(1, limits().maxLoadedModels)) {
      const byUse = [...runners.values()].sort(
        (a, b) => Number(a.users > 0) - Number(b.users > 0) || a.lastUsed - b.lastUsed,
      );
      const oldest = byUse[0];
      if (oldest === undefined) return;
      await oldest.loading?.catch(() => {});
      await idle(oldest, signal);
      remove(oldest);
    }
  }

  /** A runner that fits, with this request already counted among its users. */
  async function take(wanted: Wanted, signal: AbortSignal): Promise<Runner<P>> {
    signal.throwIfAborted();
    let runner = runners.get(wanted.name);
    if (runner?.loading !== undefined) {
      await runner.loading.catch(() => {});
      signal.throwIfAborted();
      runner = runners.get(wanted.name);
    }
    if (runner !== undefined && (runner.numCtx !== wanted.numCtx || runner.placement !== wanted.placement)) {
      await idle(runner, signal);
      remove(runner);
      runner = undefined;
    }
    if (runner === undefined) {
      await makeRoom(signal);
      runner = begin(wanted, signal);
    }
    runner.users += 1;
    runner.lastUsed = performance.now();
    runner.keepAliveMs = wanted.keepAliveMs ?? limits().keepAliveMs;
    runner.expiresAt = runner.keepAliveMs < 0 ? Number.POSITIVE_INFINITY : Date.now() + runner.keepAliveMs;
    if (runner.loading === undefined) clearTimeout(runner.timer);
    return runner;
  }

  function leave(runner: Runner<P>): void {
    runner.users -= 1;
    runner.lastUsed = performance.now();
    if (runner.users > 0) return;
    if (runner.whenIdle.size > 0) {
      for (const go of [...runner.whenIdle]) go();
      runner.whenIdle.clear();
      return;
    }
    if (runner.keepAliveMs === 0) remove(runner);
    if (runner.keepAliveMs <= 0) return;
    runner.expiresAt = Date.now() + runner.keepAliveMs;
    runner.timer = setTimeout(() => remove(runner), Math.min(LONGEST_TIMER_MS, runner.keepAliveMs)).unref();
  }

  return {
    async acquire(wanted, signal) {
      const since = performance.now();
      const taken = last.then(() => take(wanted, signal));
      last = taken.then(
        () => {},
        () => {},
      );
      const runner = await taken;
      try {
        await runner.loading;
        signal.throwIfAborted();
        if (runner.pool === undefined) throw new Error(`${runner.name} is not loaded`);
      } catch (error) {
        leave(runner);
        throw error;
      }
      let held = true;
      return {
        pool: runner.pool,
        loadMs: performance.now() - since,
        release() {
          if (held) leave(runner);
          held = false;
        },
      };
    },
    unload(name) {
      const runner = runners.get(name);
      if (runner === undefined || runner.loading !== undefined) return;
      runner.keepAliveMs = 0;
      if (runner.users === 0) remove(runner);
    },
    loaded: () =>
      [...runners.values()]
        .filter(({ loading }) => loading === undefined)
        .map(({ name, numCtx, expiresAt }) => ({ name, numCtx, expiresAt })),
    close() {
      for (const runner of [...runners.values()]) remove(runner);
    },
  };
}
