/** What `/api/chat` and `/api/generate` have in common in their answers: NDJSON chunks, the last of which says `done`. */
import type { Answer, Delta, Done, Timing, TokenLogprob, Usage } from '../exchange/answer.ts';
import { faultOfStatus } from '../exchange/fault.ts';
import { isObject, type Json, type JsonObject } from '../exchange/json.ts';
import type { ToolCall } from '../exchange/prompt.ts';
import type { Decoder, StreamRenderer, View } from './dialect.ts';
import { lineSplitter, writeLine } from './framing/ndjson.ts';
import { ollamaErrorBody } from './ollama-error.ts';
import { readLogprobs } from './ollama-logprobs.ts';
import { readMetrics } from './ollama-metrics.ts';

/** What one chunk, or a whole answer, says. */
export interface Part {
  readonly content: string;
  readonly thinking?: string;
  readonly toolCalls?: readonly ToolCall[];
  /** Place of the first of these calls among all of the answer's. */
  readonly firstCall?: number;
  readonly logprobs?: readonly TokenLogprob[];
}

/** What the last chunk says beyond that. */
export interface Ending {
  readonly reason: string;
  readonly usage: Usage | undefined;
  readonly timing: Timing | undefined;
  readonly context: readonly number[] | undefined;
}

/** Where a dialect's chunk keeps its parts. */
export type ReadPart = (chunk: JsonObject) => Required<Pick<Part, 'content' | 'thinking' | 'toolCalls'>>;

/** One chunk, or the whole document, as plain data for JSON.stringify. `ending` is given for the last one only. */
export type WriteChunk = (model: string, createdAt: string, part: Part, ending: Ending | undefined) => object;

export const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

const UNREADABLE: Delta = { kind: 'fault', fault: faultOfStatus(502, 'the origin sent a line that is not JSON') };

export function chunkDecoder(streaming: boolean, readPart: ReadPart): Decoder {
  return streaming ? streamDecoder(readPart) : documentDecoder(readPart);
}

function streamDecoder(readPart: ReadPart): Decoder {
  const lines = lineSplitter();
  const decode = (found: readonly string[]): Delta[] => {
    const deltas: Delta[] = [];
    for (const line of found) {
      const chunk = parsed(line);
      if (chunk === undefined) deltas.push(UNREADABLE);
      else addDeltas(deltas, chunk, readPart);
    }
    return deltas;
  };
  return {
    push: (piece) => decode(lines.push(piece)),
    // A last line that is no JSON was cut off: there is no `done`, and that says it all.
    end: () => decode(lines.end().filter((line) => parsed(line) !== undefined)),
  };
}

function documentDecoder(readPart: ReadPart): Decoder {
  let whole = '';
  return {
    push(piece) {
      whole += piece;
      return [];
    },
    end() {
      const deltas: Delta[] = [];
      const chunk = parsed(whole);
      if (chunk !== undefined) addDeltas(deltas, chunk, readPart);
      return deltas;
    },
  };
}

function parsed(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function addDeltas(deltas: Delta[], chunk: JsonObject, readPart: ReadPart): void {
  if (chunk.error !== undefined) {
    deltas.push({ kind: 'fault', fault: faultOfStatus(500, text(chunk.error) || 'the origin failed') });
    return;
  }
  if (text(chunk.image) !== '') {
    deltas.push({
      kind: 'fault',
      fault: faultOfStatus(501, 'this model answers with images: ask with "stream": true'),
    });
    return;
  }
  const { content, thinking, toolCalls } = readPart(chunk);
  let logprobs = readLogprobs(chunk.logprobs);
  /** The chunk's log probabilities go with its first delta. */
  const first = () => {
    const once = logprobs && { logprobs };
    logprobs = undefined;
    return once;
  };
  if (thinking !== '') deltas.push({ kind: 'thinking', text: thinking, ...first() });
  if (content !== '') deltas.push({ kind: 'content', text: content, ...first() });
  for (const call of toolCalls) deltas.push({ kind: 'tool_call', call, ...first() });
  // While a parser holds text back, Ollama sends the log probabilities of what is held on chunks of their own.
  if (logprobs !== undefined) deltas.push({ kind: 'content', text: '', logprobs });
  if (chunk.done === true) deltas.push(ending(chunk));
}

function ending(chunk: JsonObject): Done {
  const { usage, timing } = readMetrics(chunk);
  return {
    kind: 'done',
    reason: text(chunk.done_reason),
    usage,
    ...(timing && { timing }),
    ...contextOf(chunk),
  };
}

/** Empty where `/api/generate` ends without one: unlike none at all, it says through which route the answer came. */
function contextOf(chunk: JsonObject): { context?: readonly number[] } {
  if (Array.isArray(chunk.context)) return { context: chunk.context as readonly number[] };
  return chunk.response === undefined ? {} : { context: [] };
}

const timestamp = (ms: number): string => new Date(ms).toISOString();

function endingOf({ doneReason, usage, timing, context }: Answer): Ending {
  return { reason: doneReason, usage, timing, context };
}

export function renderDocument(write: WriteChunk, answer: Answer, view: View): string {
  return JSON.stringify(write(view.model, timestamp(answer.createdAt), answer, endingOf(answer)));
}

/** At most four lines: thinking, content, tool calls, the end. Log probabilities go with the first of them. */
export function renderLines(write: WriteChunk, answer: Answer, view: View): string {
  const { content, thinking, toolCalls } = answer;
  const createdAt = timestamp(answer.createdAt);
  let logprobs = answer.logprobs;
  let lines = '';
  const add = (part: Part) => {
    lines += writeLine(write(view.model, createdAt, logprobs ? { ...part, logprobs } : part, undefined));
    logprobs = undefined;
  };
  if (thinking !== '') add({ content: '', thinking });
  if (content !== '') add({ content });
  if (toolCalls.length > 0) add({ content: '', toolCalls });
  const last: Part = logprobs ? { content: '', logprobs } : { content: '' };
  return lines + writeLine(write(view.model, createdAt, last, endingOf(answer)));
}

export function lineRenderer(write: WriteChunk, view: View): StreamRenderer {
  const startedAt = Date.now();
  const createdAt = timestamp(startedAt);
  let calls = 0;
  let ended = false;
  const line = (part: Part, end?: Ending) => writeLine(write(view.model, createdAt, part, end));

  return {
    write(delta) {
      if (ended) return '';
      if (delta.kind === 'fault') {
        ended = true;
        return `${ollamaErrorBody(delta.fault)}\n`;
      }
      if (delta.kind === 'done') {
        ended = true;
        const { reason, usage, timing = measured(startedAt), context } = delta;
        return line({ content: '' }, { reason, usage, timing, context });
      }
      const logprobs = delta.logprobs && { logprobs: delta.logprobs };
      if (delta.kind === 'content') return line({ content: delta.text, ...logprobs });
      if (delta.kind === 'thinking') return line({ content: '', thinking: delta.text, ...logprobs });
      return line({ content: '', toolCalls: [delta.call], firstCall: calls++, ...logprobs });
    },
  };
}

/** For an origin that was asked in a dialect without durations: clients expect them to be above zero. */
function measured(startedAt: number): Timing {
  const total = Math.max(1, (Date.now() - startedAt) * 1e6);
  return { total, load: 1, promptEval: 1, eval: total };
}
