/** Texts of tokens as they come: a character whose bytes are spread over several tokens is told with its last one. */
import type { LlamaModel, Token } from 'node-llama-cpp';

/** A character has at most four bytes: more tokens than these were no beginning of one. */
const LONGEST_CHARACTER = 4;
const LOOK_BACK = 8;

export interface Pieces {
  /** @returns '' while a character is not complete */
  add(token: Token): string;
  /** What was left incomplete. */
  rest(): string;
}

export function createPieces(model: LlamaModel, prompt: readonly Token[]): Pieces {
  const told: Token[] = prompt.slice(-LOOK_BACK);
  let open: Token[] = [];

  function tell(text: string): string {
    told.push(...open);
    told.splice(0, told.length - LOOK_BACK);
    open = [];
    return text;
  }

  return {
    add(token) {
      open.push(token);
      const text = model.detokenize(open, false, told);
      return text.endsWith('\uFFFD') && open.length < LONGEST_CHARACTER ? '' : tell(text);
    },
    rest: () => (open.length === 0 ? '' : tell(model.detokenize(open, false, told))),
  };
}
