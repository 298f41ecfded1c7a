/** A simulated Ollama that takes next to no time. */
import type { SimulatedOptions } from '../../bench/simulated-ollama/start.ts';

export const FAST: SimulatedOptions = {
  loadMs: 5,
  tokensPerSecond: 1e5,
  totalTokensPerSecond: 1e6,
  prefillTokensPerSecond: 1e6,
  embedTokensPerSecond: 1e6,
  tickMs: 2,
};

export function post(url: string, body: object, signal?: AbortSignal): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });
}

export const ask = (words: string, more: object = {}): object => ({
  model: 'tinyllama',
  messages: [{ role: 'user', content: words }],
  ...more,
});

export async function until(holds: () => boolean, withinMs = 5_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${holds}`);
    await new Promise((resume) => setTimeout(resume, 2));
  }
}
