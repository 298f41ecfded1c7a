/** Lines of a file in batches, and one batch sent to `POST /api/cache/warm`, its progress read as it comes. */
import { createInterface } from 'node:readline';

export interface Batch {
  /** Number in the file of its first line. */
  readonly from: number;
  readonly lines: readonly string[];
}

export const EMPTY_COUNTS = { stored: 0, cached: 0, joined: 0, bad: 0, failed: 0 } as const;
export type State = keyof typeof EMPTY_COUNTS;
export type Tally = Readonly<Record<State, number>>;

/** One line of the edge's progress. */
export interface Told {
  readonly line: number;
  readonly state: State;
  readonly error?: string;
}

/** Blank lines count, so that numbers are those of the file. */
export async function batchesOf(input: NodeJS.ReadableStream, from: number, size: number): Promise<Batch[]> {
  const batches: Batch[] = [];
  let lines: string[] = [];
  let number = 0;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    number += 1;
    if (number < from) continue;
    lines.push(line);
    if (lines.length < size) continue;
    batches.push({ from: number - lines.length + 1, lines });
    lines = [];
  }
  if (lines.length > 0) batches.push({ from: number - lines.length + 1, lines });
  return batches.filter((batch) => batch.lines.some((line) => line.trim() !== ''));
}

export interface Sending {
  readonly url: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly batch: Batch;
  readonly signal: AbortSignal;
  readonly told: (told: Told) => void;
}

export type Sent =
  | { readonly kind: 'done' }
  | { readonly kind: 'stopped'; readonly reason: string; readonly resumeAt: number };

/** A connection that broke is tried again: what was done meanwhile is cached. */
const TRIES = 3;
const PAUSE_MS = 1_000;

export async function sendBatch(sending: Sending): Promise<Sent> {
  const { batch, signal } = sending;
  const done = new Set<number>();
  const resumeAt = () => {
    const at = batch.lines.findIndex((line, index) => line.trim() !== '' && !done.has(batch.from + index));
    return batch.from + Math.max(0, at);
  };
  let reason = '';
  for (let tries = 1; tries <= TRIES && !signal.aborted; tries++) {
    try {
      const refused = await send(sending, done);
      if (refused === undefined) return { kind: 'done' };
      return { kind: 'stopped', reason: refused, resumeAt: resumeAt() };
    } catch (error) {
      reason = `the connection to ${sending.url} failed: ${error instanceof Error ? error.message : error}`;
      if (tries < TRIES && !signal.aborted) await new Promise((resume) => setTimeout(resume, tries * PAUSE_MS));
    }
  }
  return { kind: 'stopped', reason, resumeAt: resumeAt() };
}

/** Rejects when the connection breaks. @returns why the edge refuses it, if it does */
async function send({ url, key, query, batch, signal, told }: Sending, done: Set<number>): Promise<string | undefined> {
  const response = await fetch(`${url}/api/cache/warm?${query}&from=${batch.from}`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/x-ndjson' },
    body: batch.lines.join('\n'),
    signal,
  });
  if (!response.ok || response.body === null) {
    const text = await response.text();
    return `the edge answered ${response.status}: ${text.slice(0, 300)}`;
  }
  let ended = false;
  let rest = '';
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const event = JSON.parse(line) as Partial<Told> & { readonly done?: boolean };
      ended ||= event.done === true;
      if (event.line === undefined || event.state === undefined || done.has(event.line)) continue;
      done.add(event.line);
      told(event as Told);
    }
  }
  if (!ended) throw new Error('it was cut off');
  return undefined;
}
