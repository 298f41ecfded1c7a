/** The simulated Ollama is held to what the real one was recorded saying. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type SimulatedOllama, startSimulatedOllama } from '../../bench/simulated-ollama/start.ts';
import { formOfAnswer } from './form.ts';
import { type Recording, recordings, resend } from './recording.ts';

let ollama: SimulatedOllama;

beforeAll(async () => {
  ollama = await startSimulatedOllama({
    maxLoadedModels: 2,
    models: ['tiny-think', 'tiny-tools', 'tiny', 'all-minilm'],
    contextLength: 512,
    loadMs: 0,
    tokensPerSecond: 1e6,
    totalTokensPerSecond: 1e6,
    prefillTokensPerSecond: 1e7,
    embedTokensPerSecond: 1e7,
  });
});
beforeEach(() => ollama.reset());
afterAll(() => ollama.close());

/** The last one stays longest, and is listed first. */
async function load(...models: readonly string[]): Promise<void> {
  for (const model of models)
    await fetch(`${ollama.url}/api/embed`, { method: 'POST', body: JSON.stringify({ model }) }).then((it) => it.text());
}

/** Their words are the recorded models' own. */
const OF_THE_MODEL = new Set(['catalog/show', 'catalog/show-name', 'catalog/version', 'catalog/cors-allowed']);
const all = recordings().filter(({ name }) => !OF_THE_MODEL.has(name));

test('there are recordings to be held to', () => {
  expect(all.length).toBeGreaterThan(300);
});

describe.for([...new Set(all.map(({ name }) => name.split('/')[0] ?? ''))])('%s', (folder) => {
  test.for(all.filter(({ name }) => name.startsWith(`${folder}/`)))('$name', async (recording: Recording) => {
    if (recording.name === 'catalog/ps') await load('tiny', 'all-minilm');
    // The runner was killed after the first chunks.
    if (recording.name.includes('error-mid')) ollama.control({ cut: { after: 2, how: 'error' } });
    expect(formOfAnswer(await resend(ollama.url, recording))).toEqual(formOfAnswer(recording.response));
  });
});
