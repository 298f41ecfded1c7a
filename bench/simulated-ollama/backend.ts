/** The simulation as what stands behind the API. */
import type { Backend, Model, ModelPage } from '../../origin/ollama-api/backend.ts';
import { createResidency, type Loader } from '../../origin/ollama-api/residency.ts';
import { embedInputs } from './embed.ts';
import type { Pool } from './engine/processor.ts';
import { createSlots } from './engine/slots.ts';
import { generate, type Simulation } from './generate.ts';
import { EMBEDDING_DIMENSIONS } from './models.ts';
import type { Settings } from './settings.ts';
import type { Counters } from './stats.ts';

/** The version that it is most like. */
const VERSION = '0.24.0-simulated';

/** A load takes its time and nothing else. */
export function simulatedLoader(settings: () => Settings, counters: Counters): Loader<Pool> {
  return {
    load(_wanted, signal) {
      const { slots, loadMs } = settings();
      counters.loads += 1;
      return new Promise((resolve, reject) => {
        const abort = () => {
          clearTimeout(timer);
          counters.abortedLoads += 1;
          reject(signal.reason);
        };
        const timer = setTimeout(() => {
          signal.removeEventListener('abort', abort);
          resolve({ slots: createSlots(slots), waiting: new Set() });
        }, loadMs);
        signal.addEventListener('abort', abort, { once: true });
      });
    },
    unload() {
      counters.unloads += 1;
    },
  };
}

export const createSimulatedResidency = (settings: () => Settings, counters: Counters) =>
  createResidency(simulatedLoader(settings, counters), settings);

export function backendOf(simulation: Simulation): Backend {
  const { settings, models, residency } = simulation;
  return {
    version: VERSION,
    contextLength: () => settings().contextLength,
    departureMs: () => settings().cancelPollMs,
    models: () => models.list(),
    find: (name) => models.find(name),
    page: (model) => pageOf(model, settings().contextLength),
    loaded: () => residency.loaded(),
    generate: (request, emit, signal) => generate(simulation, request, emit, signal),
    embed: (model, inputs, signal) => embedInputs(simulation, model, inputs, signal),
  };
}

function pageOf({ family }: Model, contextLength: number): ModelPage {
  return {
    template:
      family === 'bert' ? '{{ .Prompt }}' : '{{ range .Messages }}<|{{ .Role }}|>\n{{ .Content }}</s>\n{{ end }}',
    modelInfo: {
      [`${family}.context_length`]: family === 'bert' ? 512 : contextLength,
      [`${family}.embedding_length`]: EMBEDDING_DIMENSIONS,
      'general.architecture': family,
    },
  };
}
