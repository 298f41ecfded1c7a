/** A run of warming: several lines at a time, in their order, each told of when it is done. */
import type { Edge } from '../edge.ts';
import { type Warmed, warm } from './warm.ts';
import type { WarmLine } from './warm-line.ts';

/** @property line its number in the file, from 1 */
export interface Numbered {
  readonly line: number;
  readonly read: WarmLine;
}

export type Told = Warmed & { readonly line: number; readonly ms: number };

export interface RunOptions {
  /** Lines at a time. */
  readonly concurrency: number;
  /** Seconds; see `warm`. */
  readonly minFresh: number;
  readonly signal: AbortSignal;
  readonly tell: (told: Told) => void;
}

/** A busy origin is asked again this often, after the time that it names, within these bounds (ms). */
const TRIES = 4;
const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/** Resolves when every line is done, or the signal has aborted and what ran has ended. Never rejects. */
export async function runWarming(lines: readonly Numbered[], edge: Edge, options: RunOptions): Promise<void> {
  const { concurrency, signal, tell } = options;
  let next = 0;
  async function worker(): Promise<void> {
    for (let at = next++; at < lines.length && !signal.aborted; at = next++) {
      const { line, read } = lines[at] as Numbered;
      if (read.kind === 'blank') continue;
      const startedAt = Date.now();
      const warmed = await one(read, edge, options);
      if (signal.aborted && warmed.state === 'failed') return;
      edge.observe({ kind: 'warmed', by: warmed.state });
      tell({ line, ...warmed, ms: Date.now() - startedAt });
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, lines.length) }, worker));
}

async function one(read: WarmLine, edge: Edge, { minFresh, signal }: RunOptions): Promise<Warmed> {
  if (read.kind !== 'request') return { state: 'bad', error: read.kind === 'bad' ? read.reason : 'is empty' };
  for (let tries = 1; ; tries++) {
    const warmed = await warm(read.request, minFresh, edge, signal).catch(
      (error: unknown): Warmed => ({ state: 'failed', error: error instanceof Error ? error.message : String(error) }),
    );
    if (warmed.state !== 'failed' || warmed.retryAfter === undefined || tries === TRIES || signal.aborted)
      return warmed;
    const pause = Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, warmed.retryAfter * 1000));
    await new Promise((resume) => setTimeout(resume, pause));
  }
}
