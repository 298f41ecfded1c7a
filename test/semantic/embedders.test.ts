/** The embedders: the static one itself, Ollama's on the simulated Ollama over HTTP, Workers AI's on a double of the binding. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SimulatedOllama, startSimulatedOllama } from '../../bench/simulated-ollama/start.ts';
import { staticTable } from '../../scripts/semantic/static-table.ts';
import type { AskOrigin } from '../../src/origin/client.ts';
import { ollamaEmbedder } from '../../src/semantic/ollama-embedder.ts';
import { staticEmbedder } from '../../src/semantic/static/static-embedder.ts';
import { workersAiEmbedder } from '../../src/semantic/workers-ai-embedder.ts';
import { describeEmbedder } from './embedder-suite.ts';
import { workersAiDouble } from './workers-ai-double.ts';

let ollama: SimulatedOllama;
beforeAll(async () => {
  ollama = await startSimulatedOllama({ loadMs: 5 });
});
afterAll(() => ollama.close());

const direct: AskOrigin = ({ method, path, body }, signal) =>
  fetch(ollama.url + path, { method, signal, body: JSON.stringify(body) });

describeEmbedder('static', () => staticEmbedder(staticTable()));
describeEmbedder('workers-ai', () => workersAiEmbedder(workersAiDouble()));
describeEmbedder('ollama', () => ollamaEmbedder(direct, 'all-minilm', 5_000));

describe('an embedder on the network that says something else', () => {
  it.each([
    ['too few vectors', { data: [] }],
    ['vectors of another length', { data: [[1, 0]] }],
    ['what is no number', { data: [Array.from({ length: 384 }, () => null)] }],
    ['a job instead of an answer', { request_id: 'x' }],
  ])('Workers AI, %s: rejects', async (_, answer) => {
    await expect(workersAiEmbedder(workersAiDouble(() => answer)).embed(['a'])).rejects.toThrow();
  });

  it('Ollama, a model that is not there, or none that embeds so: rejects', async () => {
    await expect(ollamaEmbedder(direct, 'no-such-model', 5_000).embed(['a'])).rejects.toThrow(/404/);
    const short: AskOrigin = async () => Response.json({ embeddings: [[1, 0]] });
    await expect(ollamaEmbedder(short, 'all-minilm', 5_000).embed(['a'])).rejects.toThrow(/384/);
  });

  it('Ollama, too late: rejects within its time', async () => {
    const never: AskOrigin = (_, signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    await expect(ollamaEmbedder(never, 'all-minilm', 20).embed(['a'])).rejects.toThrow();
  });
});
