/** Lane: one Ollama with its slots: what it can be asked beside a client's request, and how fast it is. */
import { canonicalModel } from '../../../src/exchange/prompt.ts';
import type { Config, ModelSettings } from '../config.ts';
import { connectOllama, type Ollama } from '../ollama/client.ts';
import { createPace, type Pace } from './pace.ts';

/** What a model does decides how it is loaded and checked. */
export type Use = 'generate' | 'embed';

export interface ResidentModel {
  /** Canonical name. */
  readonly model: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes of it in the GPU's memory: 0 is CPU only. */
  readonly sizeVram: number;
  readonly contextLength: number | undefined;
}

export interface Lane {
  readonly name: string;
  readonly ollama: Ollama;
  /** Time to the first byte of an answer. */
  readonly first: Pace;
  /** Time between two pieces of one. */
  readonly gap: Pace;
  /** When any answer on this lane last went on, ms. */
  progressAt: number;
  resident: readonly ResidentModel[];
  /** Requests that it works on. */
  running: number;
  /** Brings a model into memory. Nothing cancels it; calls for one model share one load. Resolves to whether it is there. */
  load(model: string, use: Use): Promise<boolean>;
  /** One token (or one vector): whether the lane still works, not only answers. Takes a slot of Ollama's. */
  canary(model: string, use: Use, limitMs: number): Promise<boolean>;
  /** Whether it answers at all. */
  reachable(): Promise<boolean>;
  /** What is in memory; undefined when it does not say. */
  ps(): Promise<readonly ResidentModel[] | undefined>;
}

const PROBE_MS = 2_000;
const PS_MS = 5_000;

export type LaneConfig = Pick<
  Config,
  'FIRST_TOKEN_FLOOR_MS' | 'NEXT_TOKEN_FLOOR_MS' | 'TOKEN_CEILING_MS' | 'KEEP_ALIVE' | 'MODEL_SETTINGS'
>;

export function createLane(url: string, config: LaneConfig): Lane {
  const ollama = connectOllama(url);
  const loading = new Map<string, Promise<boolean>>();
  const keep = { keep_alive: config.KEEP_ALIVE === '-1' ? -1 : config.KEEP_ALIVE };

  /** The same placement as every request's, or the model would be loaded again. */
  function placement(settings: ModelSettings | undefined, options: object = {}) {
    const all = { ...(settings?.num_ctx !== undefined && { num_ctx: settings.num_ctx }), ...options };
    return Object.keys(all).length > 0 ? { options: all } : {};
  }

  async function ask(path: string, body: object, signal?: AbortSignal): Promise<number> {
    const response = await ollama.request('POST', path, JSON.stringify(body), signal);
    await response.body.text();
    return response.status;
  }

  return {
    name: ollama.url,
    ollama,
    first: createPace(config.FIRST_TOKEN_FLOOR_MS, config.TOKEN_CEILING_MS),
    gap: createPace(config.NEXT_TOKEN_FLOOR_MS, config.TOKEN_CEILING_MS),
    progressAt: 0,
    resident: [],
    running: 0,
    load(model, use) {
      const under = loading.get(model);
      if (under !== undefined) return under;
      const settings = config.MODEL_SETTINGS.get(model);
      const load = (
        use === 'embed'
          ? ask('/api/embed', { model, input: [], ...placement(settings), ...keep })
          : ask('/api/generate', { model, stream: false, ...placement(settings), ...keep })
      )
        .then((status) => status === 200)
        .catch(() => false)
        .finally(() => loading.delete(model));
      loading.set(model, load);
      return load;
    },
    async canary(model, use, limitMs) {
      const settings = config.MODEL_SETTINGS.get(model);
      const signal = AbortSignal.timeout(Math.ceil(limitMs));
      try {
        const status =
          use === 'embed'
            ? await ask('/api/embed', { model, input: '1', ...placement(settings), ...keep }, signal)
            : await ask(
                '/api/generate',
                { model, prompt: '1', stream: false, ...placement(settings, { num_predict: 1 }), ...keep },
                signal,
              );
        return status < 500;
      } catch {
        return false;
      }
    },
    async reachable() {
      try {
        const response = await ollama.request('GET', '/api/version', undefined, AbortSignal.timeout(PROBE_MS));
        await response.body.text();
        return response.status < 500;
      } catch {
        return false;
      }
    },
    async ps() {
      try {
        const response = await ollama.request('GET', '/api/ps', undefined, AbortSignal.timeout(PS_MS));
        const { models } = JSON.parse(await response.body.text()) as { models?: readonly PsModel[] };
        return (models ?? []).map(residentModel);
      } catch {
        return undefined;
      }
    },
  };
}

interface PsModel {
  readonly name?: string;
  readonly size?: number;
  readonly size_vram?: number;
  readonly context_length?: number;
}

function residentModel({ name, size, size_vram, context_length }: PsModel): ResidentModel {
  return {
    model: canonicalModel(name ?? ''),
    size: size ?? 0,
    sizeVram: size_vram ?? 0,
    contextLength: context_length,
  };
}

/** Where a model runs: shown to the operator, since it decides how fast everything is. */
export function processorOf({ size, sizeVram }: ResidentModel): 'CPU' | 'GPU' | `${number}% GPU` {
  if (sizeVram <= 0) return 'CPU';
  return sizeVram >= size ? 'GPU' : `${Math.round((100 * sizeVram) / size)}% GPU`;
}
