/**
 * Resolves when `now` has reached `due` (ms), or at once when `stopped`. Timers count whole milliseconds: the last part of one is
 * waited for turn by turn of the event loop.
 */
export async function until(due: number, now: () => number, stopped: AbortSignal): Promise<void> {
  const left = Math.floor(due - now());
  if (left > 0) await sleep(left, stopped);
  while (!stopped.aborted && now() < due) await new Promise((resume) => setImmediate(resume));
}

function sleep(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stopped.aborted) return resolve();
    const wake = () => {
      clearTimeout(timer);
      stopped.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    stopped.addEventListener('abort', wake);
  });
}
