/**
 * Clients that keep asking while things break, and know what is right: an Ollama of the same weights that nothing happens to says
 * what each answer should have been.
 */
import { type SimulatedOllama, startSimulatedOllama } from '../../../bench/simulated-ollama/start.ts';
import { freshQuestion } from '../ask.ts';

/** As fast as it can: only what it says counts. */
const ORACLE = { loadMs: 0, tokensPerSecond: 1e5, totalTokensPerSecond: 1e6, prefillTokensPerSecond: 1e6, tickMs: 1 };

export interface Question {
  readonly path: '/api/chat' | '/v1/chat/completions';
  readonly stream: boolean;
  readonly content: string;
}

export interface Report {
  readonly answered: number;
  readonly hits: number;
  /** Errors in the API's own shape, before or in the middle of an answer. */
  readonly refused: readonly string[];
  /** Answers that are not what they should be, or that end without saying so: never allowed. */
  readonly wrong: readonly string[];
  /** Requests that were still open after the patience: never allowed. */
  readonly hanging: number;
  /** ms from the request to the last byte. */
  readonly slowestMs: number;
  /** Every question that was asked. */
  readonly asked: readonly Question[];
}

export interface Oracle {
  expected(question: Question): Promise<string>;
  close(): Promise<void>;
}

export async function startOracle(): Promise<Oracle> {
  const ollama: SimulatedOllama = await startSimulatedOllama(ORACLE);
  const known = new Map<string, Promise<string>>();
  return {
    expected(question) {
      const id = `${question.path} ${question.content}`;
      let words = known.get(id);
      if (words === undefined) {
        words = send(ollama.url, { ...question, stream: false }).then(
          async (response) => read(question.path, await response.text()).words,
        );
        known.set(id, words);
      }
      return words;
    },
    close: () => ollama.close(),
  };
}

function send(
  url: string,
  { path, stream, content }: Question,
  signal?: AbortSignal,
  headers: Record<string, string> = {},
) {
  const body = { model: 'tinyllama', stream, messages: [{ role: 'user', content }] };
  return fetch(url + path, { method: 'POST', body: JSON.stringify(body), headers, ...(signal && { signal }) });
}

interface Read {
  readonly words: string;
  readonly complete: boolean;
  readonly error: string | undefined;
}

type Chunk = {
  readonly message?: { readonly content?: string };
  readonly done?: boolean;
  readonly error?: unknown;
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string };
    readonly message?: { readonly content?: string };
  }[];
};

/** The JSON texts of a body. In an event stream, lines that are not fields count for nothing, as its standard says. */
function linesOf(path: Question['path'], body: string): readonly string[] {
  const lines = body.split('\n').filter((line) => line !== '');
  if (path === '/api/chat' || body.startsWith('{')) return lines;
  return lines.filter((line) => line.startsWith('data: ')).map((line) => line.slice('data: '.length));
}

/** A body of either API, streamed or not. */
function read(path: Question['path'], body: string): Read {
  let words = '';
  let complete = false;
  let error: string | undefined;
  for (const line of linesOf(path, body)) {
    if (line === '[DONE]') {
      complete = true;
      continue;
    }
    const chunk = JSON.parse(line) as Chunk;
    const choice = chunk.choices?.[0];
    words +=
      path === '/api/chat'
        ? (chunk.message?.content ?? '')
        : (choice?.delta?.content ?? choice?.message?.content ?? '');
    complete ||= chunk.done === true || choice?.message !== undefined;
    if (chunk.error !== undefined) error = JSON.stringify(chunk.error);
  }
  return { words, complete, error };
}

export interface Asking {
  stop(): Promise<Report>;
}

const PATIENCE_MS = 25_000;
/** Some have less, and are gone before the first byte. */
const IMPATIENT_MS = 150;
const GONE = 'gone';
const POPULAR = Array.from({ length: 6 }, (_, at) => `popular question ${at}: how does a cache forget?`);

/** @param url asked each time, since an edge that restarts may move */
export function keepAsking(url: () => string, oracle: Oracle, askers = 6): Asking {
  const asked: Question[] = [];
  const refused: string[] = [];
  const wrong: string[] = [];
  const counts = { answered: 0, hits: 0, hanging: 0, slowestMs: 0 };
  let stopped = false;
  let turn = 0;

  async function one(): Promise<void> {
    const at = turn++;
    const question: Question = {
      path: at % 3 === 0 ? '/v1/chat/completions' : '/api/chat',
      stream: at % 2 === 0,
      content: at % 5 < 2 ? (POPULAR[at % POPULAR.length] as string) : freshQuestion(),
    };
    asked.push(question);
    const expected = await oracle.expected(question);
    const abort = new AbortController();
    const impatient = at % 17 === 16;
    const patience = setTimeout(
      () => abort.abort(impatient ? GONE : 'patience'),
      impatient ? IMPATIENT_MS : PATIENCE_MS,
    );
    const startedAt = performance.now();
    try {
      const response = await send(url(), question, abort.signal);
      if (response.headers.get('x-cache') === 'HIT') counts.hits++;
      // Some read slowly, some leave in the middle.
      const body = await taken(response, at % 11 === 10 ? 30 : 0, at % 13 === 12);
      if (body === undefined) return;
      judge(question, response.status, body, expected);
      counts.slowestMs = Math.max(counts.slowestMs, performance.now() - startedAt);
    } catch (error) {
      if (abort.signal.reason === GONE) return;
      if (abort.signal.aborted) counts.hanging++;
      else wrong.push(`${question.path} ${String(error)}`);
    } finally {
      clearTimeout(patience);
    }
  }

  function judge({ path, stream }: Question, status: number, body: string, expected: string): void {
    const said = `${path}${stream ? ' stream' : ''} ${status} ${body.slice(0, 300)}`;
    let found: Read;
    try {
      found = read(path, body);
    } catch {
      wrong.push(`not of its API: ${said}`);
      return;
    }
    // A model that repeats itself is given up by Ollama in the middle of it: what it said so far is its own.
    const words = found.words.replace(/( again){3,}.*$/, '');
    if (!expected.startsWith(words)) wrong.push(`another answer: ${said} instead of ${expected}`);
    else if (found.error !== undefined || words !== found.words) refused.push(said);
    else if (status === 200 && found.complete && found.words === expected) counts.answered++;
    else wrong.push(`ends without saying so: ${said}`);
  }

  const all = Array.from({ length: askers }, async () => {
    while (!stopped) {
      await one();
      await new Promise((resume) => setTimeout(resume, 5));
    }
  });
  return {
    async stop() {
      stopped = true;
      await Promise.all(all);
      return { ...counts, refused, wrong, asked };
    },
  };
}

/** The body, at the client's pace; undefined where the client left. */
async function taken(response: Response, pauseMs: number, leaves: boolean): Promise<string | undefined> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    if (leaves) {
      await reader.cancel();
      return undefined;
    }
    text += decoder.decode(step.value, { stream: true });
    if (pauseMs > 0) await new Promise((resume) => setTimeout(resume, pauseMs));
  }
  return text + decoder.decode();
}

/** What the cache keeps of these questions, held to what is right: the answers that are not. */
export async function wrongInCache(
  url: string,
  questions: readonly Question[],
  oracle: Oracle,
): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const question of questions) {
    const response = await send(url, { ...question, stream: false }, AbortSignal.timeout(PATIENCE_MS), {
      'cache-control': 'only-if-cached',
      'x-cache-threshold': 'off',
    });
    const body = await response.text();
    if (response.status === 504) continue;
    const found = read(question.path, body);
    if (!found.complete || found.words !== (await oracle.expected(question)))
      wrong.push(`${question.path} ${body.slice(0, 300)}`);
  }
  return wrong;
}
