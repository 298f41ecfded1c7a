/**
 * What serves this run: the Ollama that was named, one that runs on this machine, the GGUF model that was named, or the demo model. The
 * simulated Ollama only when it is asked for, and where the embedded engine cannot run.
 */
import { resolve } from 'node:path';
import type { Child, Family } from './children.ts';
import { answers, freePort } from './ports.ts';
import type { WantedOrigin } from './settings.ts';

export interface Origin {
  readonly urls: readonly string[];
  /** A model to try. */
  readonly model: string;
  /** What is said to the person who started it. */
  readonly notice: string;
}

const LOCAL = 'http://127.0.0.1:11434';
const DEMO = resolve(import.meta.dirname, '../../origin/demo-model/demo.gguf');
const OLLAMA = 'install Ollama (https://ollama.com/download), run `ollama pull tinyllama`, and start again';

/** `died` is told of an engine that ends by itself later on. Rejects when a model that was named cannot be run. */
export async function chooseOrigin(
  { ollamaUrls, embeddedModel, simulated, slots }: WantedOrigin,
  family: Family,
  died: (child: Child) => void,
): Promise<Origin> {
  const [named] = ollamaUrls;
  if (named !== undefined) {
    const model = await firstModel(named);
    return { urls: ollamaUrls, model: model ?? 'tinyllama', notice: `Origin  Ollama at ${ollamaUrls.join(', ')}` };
  }
  if (simulated)
    return simulate(family, 'Origin  a SIMULATED Ollama, as asked: no real model, its answers are made up.');
  const model = await firstModel(LOCAL);
  if (model !== undefined) return { urls: [LOCAL], model, notice: `Origin  Ollama at ${LOCAL}` };

  if (embeddedModel !== undefined) {
    const run = await embed(embeddedModel, slots, family, died);
    if (!run.ok) throw new Error(`EMBEDDED_MODEL=${embeddedModel} cannot be run: see above`);
    return { ...run, notice: `Origin  ${run.model} in the embedded engine (llama.cpp), from ${embeddedModel}` };
  }
  const demo = await embed(DEMO, slots, family, died);
  if (demo.ok)
    return {
      ...demo,
      notice:
        'Origin  no Ollama found: the demo model in the embedded engine (llama.cpp). Real, but tiny: it knows this project,\n' +
        `        HTTP caching and a few hundred everyday facts, and nothing else.\n` +
        `        For a larger one ${OLLAMA};\n` +
        '        or `npm run model:get`; or set OLLAMA_URL, or EMBEDDED_MODEL to a GGUF file.',
    };
  return simulate(
    family,
    `Origin  a SIMULATED Ollama: the embedded engine cannot run here (see above), so the answers are made up.\n` +
      `        For a real model ${OLLAMA}; or set OLLAMA_URL.`,
  );
}

type Embedded =
  | { readonly ok: true; readonly urls: readonly string[]; readonly model: string }
  | { readonly ok: false };

async function embed(path: string, slots: number, family: Family, died: (child: Child) => void): Promise<Embedded> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let ready = false;
  const failed = new Promise<false>((fail) => {
    const args = ['--model', path, '--port', String(port), '--slots', String(slots)];
    family.start('embedded engine', 'origin/embedded/main.ts', args, {}, (child) => {
      if (ready) died(child);
      else fail(false);
    });
  });
  // A large model's digest takes its time.
  ready = await Promise.race([answers(`${url}/api/version`, 120_000).then(() => true), failed]);
  return ready ? { ok: true, urls: [url], model: (await firstModel(url)) ?? 'demo' } : { ok: false };
}

async function simulate(family: Family, notice: string): Promise<Origin> {
  const port = await freePort();
  family.start('simulated Ollama', 'bench/simulated-ollama/main.ts', ['--port', String(port)], {}, () => {});
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/api/version`, 20_000);
  return { urls: [url], model: (await firstModel(url)) ?? 'tinyllama', notice };
}

/** The first model that an Ollama lists: undefined where none answers, `tinyllama` where it has none yet. */
async function firstModel(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/api/tags`, { signal: AbortSignal.timeout(2_000) });
    if (!response.ok) return undefined;
    const { models } = (await response.json()) as { models?: { name?: string }[] };
    return models?.[0]?.name?.replace(/:latest$/, '') ?? 'tinyllama';
  } catch {
    return undefined;
  }
}
