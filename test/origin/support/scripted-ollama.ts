/**
 * An Ollama that does as a test says: it counts what is in flight, takes its time to load, and fails or hangs on demand.
 * It answers /api/chat and /api/generate as streams of words, and /api/embed.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ScriptedOllama {
  readonly url: string;
  readonly port: number;
  /** Generations begun, in order: the bodies. */
  readonly generations: Record<string, unknown>[];
  readonly embedCalls: (readonly string[])[];
  readonly loads: string[];
  readonly cancelled: number;
  /** Most generations and embedding calls at once. */
  readonly peak: number;
  readonly inFlight: number;
  script: Script;
  close(): Promise<void>;
}

export interface Script {
  /** Answer nothing to anything that generates; listings stay green. */
  hung?: boolean;
  firstMs?: number;
  gapMs?: number;
  words?: number;
  loadMs?: number;
  /** Break the connection after so many words. */
  breakAfter?: number;
  /** An error instead of an answer. */
  status?: number;
  /** Every name is known but these. */
  missing?: readonly string[];
  /** Text of each word. */
  word?: string;
  /** An input that fails its whole call. */
  poison?: string;
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export async function startScriptedOllama(models: readonly string[] = ['m:latest'], port = 0): Promise<ScriptedOllama> {
  const resident = new Set<string>();
  const state = { generations: [] as Record<string, unknown>[], embedCalls: [] as string[][], loads: [] as string[] };
  let inFlight = 0;
  let peak = 0;
  let cancelled = 0;
  let script: Script = {};

  const server = http.createServer(async (request, response) => {
    const json = (status: number, value: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (request.url === '/api/version') return json(200, { version: '0.0.0' });
    if (request.url === '/api/tags')
      return json(200, { models: models.map((name) => ({ name, digest: `digest of ${name}` })) });
    if (request.url === '/api/ps')
      return json(200, {
        models: [...resident].map((name) => ({ name, size: 100, size_vram: 0, context_length: 4096 })),
      });
    if (request.method === 'HEAD') return response.end();
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
    if (request.url === '/api/show')
      return json(200, { capabilities: [String(body.model).includes('embed') ? 'embedding' : 'completion'] });
    const name = String(body.model);
    const model = name.includes(':') ? name : `${name}:latest`;
    if (script.missing?.includes(model)) return json(404, { error: `model '${name}' not found` });
    if (!resident.has(model)) await sleep(script.loadMs ?? 0);
    if (!resident.has(model)) state.loads.push(model);
    resident.add(model);
    if (
      body.prompt === undefined &&
      body.messages === undefined &&
      (body.input as unknown[])?.length !== 0 &&
      body.input === undefined
    )
      return json(200, { model: name, done: true, done_reason: 'load' });
    if (Array.isArray(body.input) && body.input.length === 0) return json(200, { model: name, embeddings: [] });

    inFlight += 1;
    peak = Math.max(peak, inFlight);
    let gone = false;
    response.once('close', () => {
      inFlight -= 1;
      if (!response.writableFinished) {
        gone = true;
        cancelled += 1;
      }
    });
    if (script.hung) return;
    if (script.status !== undefined) return json(script.status, { error: 'scripted failure' });
    if (request.url === '/api/embed') {
      const inputs = [body.input].flat() as string[];
      state.embedCalls.push(inputs);
      await sleep(script.firstMs ?? 0);
      if (script.poison !== undefined && inputs.includes(script.poison)) return json(400, { error: 'poisoned' });
      return json(200, {
        model: name,
        embeddings: inputs.map((input) => [input.length, 1]),
        prompt_eval_count: inputs.length,
      });
    }
    state.generations.push(body);
    await sleep(script.firstMs ?? 0);
    if (script.hung || gone) return;
    const chat = request.url === '/api/chat';
    const piece = (text: string) => (chat ? { message: { role: 'assistant', content: text } } : { response: text });
    const end = {
      done: true,
      done_reason: 'stop',
      total_duration: 9,
      load_duration: 1,
      prompt_eval_count: 3,
      prompt_eval_duration: 1,
      eval_count: script.words ?? 3,
      eval_duration: 5,
      ...(chat ? {} : { context: [1, 2] }),
    };
    const created_at = '2026-01-01T00:00:00Z';
    if (body.stream === false) {
      await sleep((script.gapMs ?? 0) * (script.words ?? 3));
      return json(200, { model: name, created_at, ...piece('whole'), ...end });
    }
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    for (let word = 0; word < (script.words ?? 3) && !gone; word += 1) {
      if (script.hung) return;
      if (script.breakAfter === word) return response.destroy();
      const line = `${JSON.stringify({ model: name, created_at, ...piece(script.word ?? `w${word} `), done: false })}\n`;
      if (!response.write(line) && !response.destroyed)
        await new Promise<void>((resolve) => {
          const done = () => {
            response.off('drain', done).off('close', done);
            resolve();
          };
          response.on('drain', done).on('close', done);
        });
      await sleep(script.gapMs ?? 0);
    }
    response.end(`${JSON.stringify({ model: name, created_at, ...piece(''), ...end })}\n`);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const at = (server.address() as AddressInfo).port;

  return {
    url: `http://127.0.0.1:${at}`,
    port: at,
    ...state,
    get cancelled() {
      return cancelled;
    },
    get peak() {
      return peak;
    },
    get inFlight() {
      return inFlight;
    },
    get script() {
      return script;
    },
    set script(next) {
      script = next;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
