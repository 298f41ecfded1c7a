/** How many connections are worth keeping ready: the recent peak and a little more, forgotten slowly. */

export interface LoadFollower {
  /** So many are in use now. */
  saw(busy: number): void;
  /** Call once every interval: what to keep ready until the next. */
  next(): number;
  readonly target: number;
}

/** How much of an old peak is left after an interval without a new one. */
const FADE = 0.8;
const HEADROOM = 1.25;

export function followLoad(min: number, max: number): LoadFollower {
  let peak = 0;
  let faded = 0;
  let target = min;
  return {
    saw(busy) {
      peak = Math.max(peak, busy);
    },
    next() {
      faded = Math.max(peak, faded * FADE);
      peak = 0;
      target = Math.min(max, Math.max(min, Math.ceil(faded * HEADROOM)));
      return target;
    },
    get target() {
      return target;
    },
  };
}
