/** One timer for everything that runs: a thousand open streams cost one tick, and none when nothing runs. */
export interface Clock {
  /** Calls back at each tick, with the seconds since the last one, until it is stopped. */
  start(): void;
  stop(): void;
}

export function createClock(tickMs: () => number, tick: (seconds: number) => void): Clock {
  let timer: NodeJS.Timeout | undefined;
  let last = 0;
  return {
    start() {
      if (timer !== undefined) return;
      last = performance.now();
      timer = setInterval(() => {
        const now = performance.now();
        const seconds = (now - last) / 1000;
        last = now;
        tick(seconds);
      }, tickMs());
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}
