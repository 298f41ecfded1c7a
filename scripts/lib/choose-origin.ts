/** Which Ollama serves this run: the one that was named, one that runs on this machine, or the simulated one. */
import type { Family } from './children.ts';
import { answers, freePort } from './ports.ts';

export interface Origin {
  readonly urls: readonly string[];
  /** A model to try. */
  readonly model: string;
  /** One line for the person who started it. */
  readonly notice: string;
}

const LOCAL = 'http://127.0.0.1:11434';

export async function chooseOrigin(named: readonly string[], family: Family): Promise<Origin> {
  if (named.length > 0) {
    const model = await firstModel(named[0] ?? '');
    return { urls: named, model: model ?? 'tinyllama', notice: `Origin  Ollama at ${named.join(', ')}` };
  }
  const model = await firstModel(LOCAL);
  if (model !== undefined) return { urls: [LOCAL], model, notice: `Origin  Ollama at ${LOCAL}` };

  const port = await freePort();
  family.start('simulated Ollama', 'bench/simulated-ollama/main.ts', ['--port', String(port)], {}, () => {});
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/api/version`, 20_000);
  return {
    urls: [url],
    model: (await firstModel(url)) ?? 'tinyllama',
    notice:
      'Origin  a SIMULATED Ollama: no real model, its answers are made up.\n' +
      '        For a real one install Ollama (https://ollama.com/download), run `ollama pull tinyllama`, and start again;\n' +
      '        or set OLLAMA_URL.',
  };
}

/** The first model that an Ollama lists: undefined where none answers, `tinyllama` where it has none yet. */
async function firstModel(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/api/tags`, { signal: AbortSignal.timeout(2_000) });
    if (!response.ok) return undefined;
    const { models } = (await response.json()) as { models?: { name?: string }[] };
    return models?.[0]?.name ?? 'tinyllama';
  } catch {
    return undefined;
  }
}
