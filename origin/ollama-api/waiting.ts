/** Those who wait for a slot, in the order of their coming; without a bound, as in Ollama. */
export type Waiting = Set<() => void>;

export function wakeNext(waiting: Waiting): void {
  const next = waiting.values().next().value;
  if (next === undefined) return;
  waiting.delete(next);
  next();
}

/** Resolves when one is woken; rejects with the signal's reason. Who was woken and has left passes his turn on. */
export async function turn(waiting: Waiting, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const go = () => {
      signal.removeEventListener('abort', leave);
      resolve();
    };
    const leave = () => {
      waiting.delete(go);
      reject(signal.reason);
    };
    waiting.add(go);
    signal.addEventListener('abort', leave, { once: true });
  });
  if (!signal.aborted) return;
  wakeNext(waiting);
  throw signal.reason;
}
