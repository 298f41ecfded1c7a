/** The slots of a loaded model: sequences of one llama.cpp context, which computes all busy ones together, token by token. */
import type { LlamaContext, LlamaContextSequence, LlamaEmbeddingContext, LlamaModel, Token } from 'node-llama-cpp';
import { turn, type Waiting, wakeNext } from '../ollama-api/waiting.ts';

export interface Slot {
  readonly sequence: LlamaContextSequence;
  busy: boolean;
  idleSince: number;
}

/** A model in memory. */
export interface Pool {
  readonly model: LlamaModel;
  readonly context: LlamaContext;
  readonly slots: readonly Slot[];
  readonly waiting: Waiting;
  /** Made with the first embedding. */
  embedding: Promise<LlamaEmbeddingContext> | undefined;
}

/** A slot that knows less than this part of a prompt is not chosen for it. */
const LEAST_SHARE = 0.1;

/** The idle slot that knows most of the prompt, else the one that was idle longest; undefined when all are busy. */
function choose({ slots }: Pool, prompt: Token[]): Slot | undefined {
  const idle = slots.filter(({ busy }) => !busy);
  const known = idle.map((slot) => ({ slot, shared: slot.sequence.compareContextTokens(prompt).firstDifferentIndex }));
  const best = known.reduce<(typeof known)[number] | undefined>(
    (most, row) => (most === undefined || row.shared > most.shared ? row : most),
    undefined,
  );
  if (best !== undefined && best.shared > prompt.length * LEAST_SHARE) return best.slot;
  return idle.toSorted((a, b) => a.idleSince - b.idleSince)[0];
}

/** Waits for a slot and takes it; rejects with the signal's reason. */
export async function takeSlot(pool: Pool, prompt: Token[], signal: AbortSignal): Promise<Slot> {
  for (;;) {
    signal.throwIfAborted();
    const slot = choose(pool, prompt);
    if (slot !== undefined) {
      slot.busy = true;
      return slot;
    }
    await turn(pool.waiting, signal);
  }
}

export function leaveSlot(pool: Pool, slot: Slot): void {
  slot.busy = false;
  slot.idleSince = performance.now();
  wakeNext(pool.waiting);
}
