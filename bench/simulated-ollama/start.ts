/** A simulated Ollama: the wire of the real one, a made-up model behind it. For tests, benchmarks and `npm start` without Ollama. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { zstdDecompressSync } from 'node:zlib';
import { answerCatalog, type SimulatedModel } from './catalog.ts';
import { answerEmbedding, embedPaths } from './embeddings.ts';
import { type Counters, createEngine, type EngineOptions, TINYLLAMA } from './engine.ts';
import { answerGeneration } from './generation.ts';
import { messages } from './messages.ts';
import { chat, generate } from './native.ts';
import { openaiChat, openaiText } from './openai.ts';
import { responses } from './responses.ts';
import { type Body, Refusal, type Wire } from './wire.ts';

export interface SimulatedOptions extends Partial<EngineOptions> {
  /** 0 takes a free one. */
  readonly port?: number;
  readonly host?: string;
  readonly models?: readonly string[];
}

/** What goes wrong from now on; each stays until it is changed. */
export interface Faults {
  /** Accepts and never answers; with a model's name, only for it. */
  hang: boolean | string;
  /** Closes each connection at once. */
  die: boolean;
  /** Answers every generation with this status. */
  status: number | undefined;
  /** Ends a stream after so many tokens: without a word, with garbage, or as a runner that died. */
  cut: { readonly after: number; readonly how: 'silent' | 'garbage' | 'error' | 'close' } | undefined;
}

export interface Stats extends Counters {
  /** Requests by path. */
  readonly requests: Readonly<Record<string, number>>;
  /** The last body by path. */
  readonly bodies: Readonly<Record<string, Body>>;
  readonly embedInputs: number;
}

export interface SimulatedOllama {
  readonly url: string;
  stats(): Stats;
  /** Changes rates and faults. */
  control(change: Partial<EngineOptions> & Partial<Faults>): void;
  /** A model pulled again: the same name, another digest. */
  pull(model: string): void;
  close(): Promise<void>;
}

const WIRES: ReadonlyMap<string, Wire> = new Map(
  [chat, generate, openaiChat, openaiText, responses, messages].map((wire) => [wire.path, wire]),
);
const DEFAULT_MODELS = ['tinyllama', 'llama3.2:1b', 'all-minilm'];

export function digestOf(name: string, version: number): string {
  return createHash('sha256').update(`${name} ${version}`).digest('hex');
}

export async function startSimulatedOllama(options: SimulatedOptions = {}): Promise<SimulatedOllama> {
  const { port = 0, host = '127.0.0.1', models: names = DEFAULT_MODELS, ...rates } = options;
  const engine = createEngine({ ...TINYLLAMA, ...rates });
  const models = new Map<string, SimulatedModel>(
    names.map((name) => {
      const full = name.includes(':') ? name : `${name}:latest`;
      return [full, { name: full, digest: digestOf(full, 1), version: 1 }];
    }),
  );
  const faults: Faults = { hang: false, die: false, status: undefined, cut: undefined };
  const requests: Record<string, number> = {};
  const bodies: Record<string, Body> = {};
  const sockets = new Set<Socket>();
  const state = { engine, models, faults, embedInputs: 0 };

  const control = (change: Partial<EngineOptions> & Partial<Faults>): void => {
    engine.change(change);
    for (const name of ['hang', 'die', 'status', 'cut'] as const)
      if (name in change) Object.assign(faults, { [name]: change[name] });
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (faults.die) return void request.socket.destroy();
    requests[path] = (requests[path] ?? 0) + 1;
    const wire = WIRES.get(path);
    const body = request.method === 'POST' ? await readBody(request, path.startsWith('/v1/')) : {};
    bodies[path] = body;
    if (path === '/_sim/control') {
      control(body as Partial<Faults>);
      return json(response, 200, {});
    }
    if (path === '/_sim/stats')
      return json(response, 200, { ...engine.counters, requests, embedInputs: state.embedInputs });
    if (faults.hang === true || (typeof faults.hang === 'string' && String(body.model ?? '').startsWith(faults.hang)))
      return;
    try {
      if (request.method === 'POST' && wire !== undefined) return await answerGeneration(state, wire, body, response);
      if (request.method === 'POST' && embedPaths.has(path)) return await answerEmbedding(state, path, body, response);
      if (!answerCatalog(state, request.method ?? '', path, body, response)) {
        response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found');
      }
    } catch (error) {
      const status = error instanceof Refusal ? error.status : 500;
      const message = error instanceof Error ? error.message : String(error);
      if (response.headersSent || response.destroyed) response.destroy();
      else
        json(
          response,
          status,
          wire
            ? wire.error(status, message)
            : path.startsWith('/v1/')
              ? openaiChat.error(status, message)
              : { error: message },
        );
    }
  }

  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen({ port, host, backlog: 2048 }, resolve),
  );

  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    stats: () => ({
      ...engine.counters,
      requests: { ...requests },
      bodies: { ...bodies },
      embedInputs: state.embedInputs,
    }),
    control,
    pull(name) {
      const full = name.includes(':') ? name : `${name}:latest`;
      const version = (models.get(full)?.version ?? 0) + 1;
      models.set(full, { name: full, digest: digestOf(full, version), version });
      engine.unload(full);
    },
    async close() {
      engine.close();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function json(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(value));
}

async function readBody(request: IncomingMessage, compressed: boolean): Promise<Body> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  const raw = Buffer.concat(pieces);
  const plain = compressed && request.headers['content-encoding'] === 'zstd' ? zstdDecompressSync(raw) : raw;
  try {
    return JSON.parse(plain.toString('utf8')) as Body;
  } catch {
    return {};
  }
}
