/** A simulated Ollama: the wire of the real one, a made-up model behind it. For tests, benchmarks, and `npm start` without Ollama. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { guarded } from '../../origin/ollama-api/http/guard.ts';
import { JSON_UTF8, readBody, reply } from '../../origin/ollama-api/http/reply.ts';
import { needsModel, route } from '../../origin/ollama-api/http/routes.ts';
import { isLoopback, serveApi } from '../../origin/ollama-api/server.ts';
import { backendOf, createSimulatedResidency } from './backend.ts';
import { createProcessor } from './engine/processor.ts';
import { type Faults, faultsAfter, NO_FAULTS } from './faults.ts';
import type { Simulation } from './generate.ts';
import { createModelStore, DEFAULT_MODELS, type ModelSpec } from './models.ts';
import { type Settings, settingsIn, TINYLLAMA_ON_TWO_CORES } from './settings.ts';
import { createRecorder, type Stats } from './stats.ts';

export interface SimulatedOptions extends Partial<Settings> {
  /** 0 takes a free one. */
  readonly port?: number;
  readonly host?: string;
  readonly models?: readonly (string | ModelSpec)[];
}

/** New rates and faults; what is not named stays. */
export interface Change extends Partial<Settings>, Partial<Faults> {
  /** A model, or a list of them, is pulled again: its digest changes, and what is loaded of it is unloaded. */
  readonly pull?: string | readonly string[];
}

export interface SimulatedOllama {
  readonly url: string;
  stats(): Stats;
  control(change: Change): void;
  pull(model: string): void;
  /** Counters and bodies start anew; faults end; rates stay. */
  reset(): void;
  close(): Promise<void>;
}

export async function startSimulatedOllama(options: SimulatedOptions = {}): Promise<SimulatedOllama> {
  const { port = 0, host = '127.0.0.1', models: specs = DEFAULT_MODELS, ...rates } = options;
  let settings: Settings = { ...TINYLLAMA_ON_TWO_CORES, ...rates };
  let faults = NO_FAULTS;
  const recorder = createRecorder();
  const { counters } = recorder;
  const models = createModelStore(specs);
  const residency = createSimulatedResidency(() => settings, counters);
  const processor = createProcessor(() => settings, counters);
  const simulation: Simulation = {
    settings: () => settings,
    faults: () => faults,
    models,
    residency,
    processor,
    counters,
  };
  const backend = backendOf(simulation);

  function pull(name: string): void {
    residency.unload(models.pull(name).name);
  }

  function control(change: Readonly<Record<string, unknown>>): void {
    settings = { ...settings, ...settingsIn(change) };
    faults = faultsAfter(faults, change);
    for (const name of [change.pull ?? []].flat()) pull(String(name));
  }

  function reset(): void {
    faults = NO_FAULTS;
    recorder.reset();
  }

  /** Routes of the simulation itself; faults do not touch them. */
  async function simulated(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readBody(request, false);
    if (path === '/_sim/control') control(JSON.parse(text) as Record<string, unknown>);
    else if (path === '/_sim/reset') reset();
    else if (path !== '/_sim/stats') return reply(response, 404, JSON_UTF8, '{"error":"no such control"}');
    reply(response, 200, JSON_UTF8, JSON.stringify(path === '/_sim/stats' ? recorder.read() : {}));
  }

  /** Whether this request is one of those that are never answered. */
  function hangs(path: string, body: Readonly<Record<string, unknown>>): boolean {
    if (typeof faults.hang === 'boolean') return faults.hang;
    if (!needsModel(path)) return false;
    return faults.hang === '*' || models.find(String(body.model ?? ''))?.name === models.find(faults.hang)?.name;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (path.startsWith('/_sim/')) return simulated(path, request, response);
    if (faults.die) return void request.socket.destroy();
    recorder.request(path);
    if (guarded(request, response, isLoopback(host))) return;
    const text = await readBody(request, path.startsWith('/v1/'));
    const body = bodyOf(text);
    recorder.body(path, body);
    if (!hangs(path, body)) await route(backend, request.method ?? 'GET', path, text, response);
  }

  const server = await serveApi({ host, port }, answer);
  return {
    url: server.url,
    stats: () => recorder.read(),
    control: (change) => control({ ...change }),
    pull,
    reset,
    async close() {
      residency.close();
      processor.stop();
      await server.close();
    },
  };
}

/** The body for those who count and compare: {} where it is no object. */
function bodyOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : {};
  } catch {
    return {};
  }
}
