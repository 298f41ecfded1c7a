/** The models that a simulated Ollama has: what each can do, and the digest that changes when one is pulled again. */
import { createHash } from 'node:crypto';
import type { Capability, Model } from '../../origin/ollama-api/backend.ts';
import { parseModelName } from '../../origin/ollama-api/names.ts';

export interface ModelSpec {
  readonly name: string;
  /** Absent: after the name, as the real models have them. */
  readonly capabilities?: readonly Capability[];
}

export interface SimulatedModel extends Model {
  /** One more with each pull. */
  readonly version: number;
}

export const DEFAULT_MODELS: readonly string[] = ['tinyllama', 'llama3.2:1b', 'all-minilm'];
/** Of all-MiniLM-L6-v2; every simulated model embeds in as many. */
export const EMBEDDING_DIMENSIONS = 384;

const EMBEDDING = /minilm|embed|bge|gte|e5-/;
const THINKING = /^(qwen3|deepseek-r1|gpt-oss|magistral|smollm3)|think/;
const COMPLETION = /^(tinyllama|tiny:|smollm:|phi:|gemma)/;

function capabilitiesOf(name: string): readonly Capability[] {
  if (EMBEDDING.test(name)) return ['embedding'];
  if (THINKING.test(name)) return ['completion', 'tools', 'thinking'];
  return COMPLETION.test(name) ? ['completion'] : ['completion', 'tools'];
}

export function digestOf(name: string, version: number): string {
  return createHash('sha256').update(`${name} ${version}`).digest('hex');
}

function describe({ name, capabilities }: ModelSpec, version: number): SimulatedModel {
  const ref = parseModelName(name);
  if (ref.kind !== 'local') throw new Error(`${name} names no local model`);
  const embedding = EMBEDDING.test(ref.key);
  return {
    name: ref.key,
    digest: digestOf(ref.key, version),
    version,
    capabilities: capabilities ?? capabilitiesOf(ref.key),
    family: embedding ? 'bert' : 'llama',
    parameters: embedding ? '23M' : '1.1B',
    quantization: embedding ? 'F16' : 'Q4_0',
    bytes: embedding ? 45_960_996 : 637_700_138,
    modifiedAt: `2026-01-${String(Math.min(28, version)).padStart(2, '0')}T08:00:00Z`,
  };
}

export interface ModelStore {
  list(): readonly SimulatedModel[];
  /** By any spelling. */
  find(name: string): SimulatedModel | undefined;
  /** The same name, another digest; a name that was not there appears. Returns what is there now. */
  pull(name: string): SimulatedModel;
  delete(name: string): void;
}

export function createModelStore(specs: readonly (string | ModelSpec)[]): ModelStore {
  const models = new Map<string, SimulatedModel>();
  const keyOf = (name: string) => {
    const ref = parseModelName(name);
    return ref.kind === 'local' ? ref.key : '';
  };
  for (const spec of specs) {
    const model = describe(typeof spec === 'string' ? { name: spec } : spec, 1);
    models.set(model.name, model);
  }
  return {
    list: () => [...models.values()],
    find: (name) => models.get(keyOf(name)),
    pull(name) {
      const before = models.get(keyOf(name));
      const model = describe(before ?? { name }, (before?.version ?? 0) + 1);
      models.set(model.name, model);
      return model;
    },
    delete: (name) => void models.delete(keyOf(name)),
  };
}
