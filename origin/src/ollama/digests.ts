/** Which digest each model has now: learnt from `/api/tags`, asked again by itself. An answer belongs to a digest. */
import { canonicalModel } from '../../../src/exchange/prompt.ts';
import type { Ollama } from './client.ts';

const REFRESH_MS = 30_000;
/** After a model turned up that was not listed. */
const SOONEST_MS = 2_000;

export interface Digests {
  /** @param model canonical name */
  of(model: string): string | undefined;
  /** Whether any list has been read yet. */
  readonly known: boolean;
  refresh(): Promise<void>;
  close(): void;
}

export function watchDigests(ollamas: readonly Ollama[], now: () => number = Date.now): Digests {
  let byModel: ReadonlyMap<string, string> = new Map();
  let known = false;
  let askedAt = Number.NEGATIVE_INFINITY;

  async function refresh(): Promise<void> {
    askedAt = now();
    const lists = await Promise.all(ollamas.map((ollama) => readTags(ollama).catch(() => undefined)));
    if (lists.every((list) => list === undefined)) return;
    byModel = new Map(lists.flatMap((list) => list ?? []));
    known = true;
  }
  const timer = setInterval(() => void refresh(), REFRESH_MS);
  timer.unref();
  void refresh();

  return {
    of(model) {
      const digest = byModel.get(model);
      if (digest === undefined && now() - askedAt > SOONEST_MS) void refresh();
      return digest;
    },
    get known() {
      return known;
    },
    refresh,
    close: () => clearInterval(timer),
  };
}

async function readTags(ollama: Ollama): Promise<[string, string][]> {
  const response = await ollama.request('GET', '/api/tags', undefined, AbortSignal.timeout(5_000));
  const { models } = JSON.parse(await response.body.text()) as { models?: { name?: string; digest?: string }[] };
  return (models ?? []).flatMap(({ name, digest }) => (name && digest ? [[canonicalModel(name), digest]] : []));
}
