/** The embedded engine: one GGUF model, loaded when it is asked for, in as many slots as a context has sequences. */
import type { Llama } from 'node-llama-cpp';
import type { Model } from '../ollama-api/backend.ts';
import { parseModelName } from '../ollama-api/names.ts';
import type { RunOptions } from '../ollama-api/native/options.ts';
import { createResidency, type Residency } from '../ollama-api/residency.ts';
import type { Binding } from './binding.ts';
import type { ModelFile } from './model-file.ts';
import type { Pool } from './slots.ts';

export interface EngineOptions {
  /** OLLAMA_NUM_PARALLEL. */
  readonly slots: number;
  /** OLLAMA_CONTEXT_LENGTH; a model's own limit is lower. */
  readonly contextLength: number;
  /** OLLAMA_KEEP_ALIVE in milliseconds; below zero is for ever. */
  readonly keepAliveMs: number;
  /** Most tokens a second that a slot makes: for tests that have to meet a stream in the middle. Infinity: as fast as it can. */
  readonly tokensPerSecond: number;
}

/** What it is doing, and has done since its start. */
export interface Activity {
  busySlots: number;
  generatedTokens: number;
}

export interface Engine {
  readonly binding: Binding;
  readonly llama: Llama;
  readonly file: ModelFile;
  readonly residency: Residency<Pool>;
  readonly contextLength: number;
  readonly tokensPerSecond: number;
  readonly activity: Activity;
  find(name: string): Model | undefined;
  /** The options with a context that the model has, and without what would place it anew: there is only a processor. */
  fit(options: RunOptions): RunOptions;
}

const SMALLEST_CONTEXT = 32;

export function createEngine(binding: Binding, llama: Llama, file: ModelFile, options: EngineOptions): Engine {
  const { slots, contextLength, keepAliveMs, tokensPerSecond } = options;

  const residency = createResidency<Pool>(
    {
      async load({ numCtx }, signal) {
        const model = await llama.loadModel({ modelPath: file.path, loadSignal: signal, gpuLayers: 0 });
        try {
          const context = await model.createContext({ contextSize: numCtx, sequences: slots, createSignal: signal });
          const idle = () => ({ sequence: context.getSequence(), busy: false, idleSince: 0 });
          return {
            model,
            context,
            slots: Array.from({ length: slots }, idle),
            waiting: new Set(),
            embedding: undefined,
          };
        } catch (error) {
          await model.dispose();
          throw error;
        }
      },
      unload({ model }) {
        // Its contexts go with it.
        model.dispose().catch((error: unknown) => console.error(`embedded engine: ${error}`));
      },
    },
    () => ({ maxLoadedModels: 1, keepAliveMs }),
  );

  return {
    binding,
    llama,
    file,
    residency,
    tokensPerSecond,
    activity: { busySlots: 0, generatedTokens: 0 },
    contextLength: Math.min(contextLength, file.trainedContext),
    find(name) {
      const ref = parseModelName(name);
      return ref.kind === 'local' && ref.key === file.model.name ? file.model : undefined;
    },
    fit(run) {
      const numCtx = Math.max(SMALLEST_CONTEXT, Math.min(run.numCtx, file.trainedContext));
      return { ...run, numCtx, placement: '' };
    },
  };
}
