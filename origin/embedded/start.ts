/** A real model behind Ollama's API, without an Ollama. */
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Backend } from '../ollama-api/backend.ts';
import { guarded } from '../ollama-api/http/guard.ts';
import { readBody } from '../ollama-api/http/reply.ts';
import { route } from '../ollama-api/http/routes.ts';
import { Refusal } from '../ollama-api/native/request.ts';
import { isLoopback, serveApi } from '../ollama-api/server.ts';
import { openBinding } from './binding.ts';
import { embed } from './embed.ts';
import { type Activity, createEngine, type Engine, type EngineOptions } from './engine.ts';
import { generate } from './generate.ts';
import { readModelFile } from './model-file.ts';

export interface EmbeddedOptions extends Partial<EngineOptions> {
  /** A GGUF file. */
  readonly model: string;
  /** What the model is called; absent: after its file. */
  readonly name?: string;
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port?: number;
  /** Absent: one for a small model, else one a core. */
  readonly threads?: number;
}

export interface EmbeddedOllama {
  readonly url: string;
  /** With its tag. */
  readonly model: string;
  activity(): Readonly<Activity>;
  close(): Promise<void>;
}

/** Ollama's own defaults, but for its single slot. */
const DEFAULTS: EngineOptions = {
  slots: 4,
  contextLength: 4_096,
  keepAliveMs: 300_000,
  tokensPerSecond: Number.POSITIVE_INFINITY,
};

/** llama.cpp's threads wait for each other at every step: for so small a model that costs more than it gains. */
const SMALL_MODEL_BYTES = 64 * 1024 * 1024;

function threadsFor(path: string): number {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return size < SMALL_MODEL_BYTES ? 1 : availableParallelism();
}

/** Rejects where the engine cannot run, or the file is no model. */
export async function startEmbeddedOllama(options: EmbeddedOptions): Promise<EmbeddedOllama> {
  const { host = '127.0.0.1', port = 0, model: path, name, threads } = options;
  const opened = await openBinding(threads ?? threadsFor(path));
  if (!opened.ok) throw new Error(`the embedded engine cannot run here: ${opened.why}`);
  const { binding, llama } = opened;
  const file = await readModelFile(binding, path, name).catch((error: unknown) => {
    throw new Error(`${path} is no model that can be read: ${error instanceof Error ? error.message : error}`);
  });
  const engine = createEngine(binding, llama, file, { ...DEFAULTS, ...given(options) });
  const backend = backendOf(engine);
  const server = await serveApi({ host, port }, async (request, response) => {
    if (guarded(request, response, isLoopback(host))) return;
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const text = await readBody(request, path.startsWith('/v1/'));
    await route(backend, request.method ?? 'GET', path, text, response);
  });
  return {
    url: server.url,
    model: file.model.name,
    activity: () => ({ ...engine.activity }),
    async close() {
      await server.close();
      engine.residency.close();
      await llama.dispose();
    },
  };
}

function given({ slots, contextLength, keepAliveMs, tokensPerSecond }: EmbeddedOptions): Partial<EngineOptions> {
  return {
    ...(slots !== undefined && { slots }),
    ...(contextLength !== undefined && { contextLength }),
    ...(keepAliveMs !== undefined && { keepAliveMs }),
    ...(tokensPerSecond !== undefined && { tokensPerSecond }),
  };
}

function backendOf(engine: Engine): Backend {
  const { file, residency, contextLength } = engine;
  return {
    version: '0.24.0-embedded',
    contextLength: () => contextLength,
    departureMs: () => 0,
    models: () => [file.model],
    find: (name) => engine.find(name),
    page: () => file.page,
    loaded: () => residency.loaded(),
    async generate(request, emit, signal) {
      try {
        return await generate(engine, request, emit, signal);
      } catch (error) {
        if (signal.aborted || error instanceof Refusal) throw error;
        // Told as Ollama tells that its runner died: also in the middle of a stream.
        console.error(`embedded engine: ${error instanceof Error ? error.message : error}`);
        return 'error';
      }
    },
    embed: (model, inputs, signal) => embed(engine, model, inputs, signal),
  };
}
